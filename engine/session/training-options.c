/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table of all options: for copying, for the file, for comparing. */
#include "session/training-options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define GROUP "training"
#define FACTS "facts"

typedef enum
{
  TEXT,
  TEXTS,
  UINT,
  BOOLEAN,
  REAL,
  ENUM,
  UINT64,
} Type;

typedef struct
{
  const char *name;
  Type        type;
  gsize       offset;
  gboolean    free;     /* a training can be continued with another one */
  double      low, high;
} Field;

#define FIELD(name, type, free, low, high)                                                         \
  { #name, type, offsetof (GsTrainingOptions, name), free, low, high }

static const Field fields[] = {
  FIELD (kind, ENUM, FALSE, 0, GS_TRAINING_AUTOENCODER),
  FIELD (data, TEXT, TRUE, 0, 0),
  FIELD (word, TEXT, FALSE, 0, 0),
  FIELD (subject, ENUM, FALSE, 0, GS_SUBJECT_STYLE),
  FIELD (resolution, UINT, FALSE, 0, 2048),
  FIELD (buckets, BOOLEAN, FALSE, 0, 1),
  FIELD (flip, BOOLEAN, FALSE, 0, 1),
  FIELD (steps, UINT, TRUE, 1, 10000000),
  FIELD (batch, UINT, FALSE, 1, 1024),
  FIELD (accumulate, UINT, FALSE, 1, 1024),
  FIELD (optimizer, ENUM, FALSE, 0, GS_OPTIMIZER_PRODIGY),
  FIELD (rate, REAL, FALSE, 0, 10),
  FIELD (text_rate, REAL, FALSE, 0, 10),
  FIELD (schedule, ENUM, FALSE, 0, GS_SCHEDULE_COSINE),
  FIELD (warm_up, UINT, FALSE, 0, 10000000),
  FIELD (weight_decay, REAL, FALSE, 0, 10),
  FIELD (clip, REAL, FALSE, 0, 1e6),
  FIELD (average, REAL, FALSE, 0, 0.999999),
  FIELD (snr_gamma, REAL, FALSE, 0, 1000),
  FIELD (noisy_gain, REAL, FALSE, 0, 1000),
  FIELD (caption_dropout, REAL, FALSE, 0, 1),
  FIELD (noise_offset, REAL, FALSE, 0, 1),
  FIELD (prior, TEXT, TRUE, 0, 0),
  FIELD (prior_weight, REAL, FALSE, 0, 100),
  FIELD (recompute, ENUM, FALSE, 0, GS_RECOMPUTE_ALWAYS),
  FIELD (seed, UINT64, FALSE, 0, 0),
  FIELD (clip_skip, UINT, FALSE, 0, 12),
  FIELD (n_vectors, UINT, FALSE, 1, 32),
  FIELD (initial, TEXT, FALSE, 0, 0),
  FIELD (rank, UINT, FALSE, 1, 256),
  FIELD (alpha, REAL, FALSE, 0, 1024),
  FIELD (conv_rank, UINT, FALSE, 0, 256),
  FIELD (conv_alpha, REAL, FALSE, 0, 1024),
  FIELD (text_encoder, BOOLEAN, FALSE, 0, 1),
  FIELD (from_scratch, BOOLEAN, FALSE, 0, 1),
  FIELD (divergence, REAL, FALSE, 0, 1),
  FIELD (edges, REAL, FALSE, 0, 100),
  FIELD (blocks, TEXT, FALSE, 0, 0),
  FIELD (sample_every, UINT, TRUE, 0, 10000000),
  FIELD (prompts, TEXTS, TRUE, 0, 0),
  FIELD (sample_steps, UINT, TRUE, 1, 1000),
  FIELD (sample_guidance, REAL, TRUE, 0, 50),
  FIELD (state_seconds, UINT, TRUE, 1, 86400),
  FIELD (state_every, UINT, TRUE, 0, 10000000),
};

static gpointer
at (const GsTrainingOptions *options, const Field *field)
{
  return (guint8 *) options + field->offset;
}

void
gs_training_options_copy (GsTrainingOptions *to, const GsTrainingOptions *from)
{
  *to = *from;
  to->state = g_strdup (from->state);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].type == TEXT)
      *(char **) at (to, &fields[i]) = g_strdup (*(char **) at (from, &fields[i]));
    else if (fields[i].type == TEXTS)
      *(char ***) at (to, &fields[i]) = g_strdupv (*(char ***) at (from, &fields[i]));
}

void
gs_training_options_clear (GsTrainingOptions *options)
{
  g_free ((char *) options->state);
  options->state = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].type == TEXT)
      g_clear_pointer ((char **) at (options, &fields[i]), g_free);
    else if (fields[i].type == TEXTS)
      g_clear_pointer ((char ***) at (options, &fields[i]), g_strfreev);
}

static double
number_of (const GsTrainingOptions *options, const Field *field)
{
  switch (field->type)
    {
    case UINT: return *(guint *) at (options, field);
    case BOOLEAN: return *(gboolean *) at (options, field);
    case ENUM: return *(int *) at (options, field);
    case REAL: return *(double *) at (options, field);
    default: return 0;
    }
}

gboolean
gs_training_options_check (const GsTrainingOptions *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const Field *field = &fields[i];
      const double value = number_of (options, field);

      if (field->type == TEXT || field->type == TEXTS || field->type == UINT64
          || (value >= field->low && value <= field->high))
        continue;
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "The training's %s is %g; it must be from %g to %g", field->name, value,
                   field->low, field->high);
      return FALSE;
    }
  if (options->data == NULL || options->state == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "A training needs a folder of pictures "
                 "and one for its state");
  else if (options->kind == GS_TRAINING_INVERSION
           && (options->word == NULL || options->word[0] == '\0'))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "Name the new word");
  else if (options->from_scratch && options->kind != GS_TRAINING_MODEL
           && options->kind != GS_TRAINING_AUTOENCODER)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "Only a model or an autoencoder is trained from scratch");
  else if (options->word != NULL && strlen (options->word) > 100)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "The new word is too long");
  else if (options->resolution % 8 != 0 || (options->resolution > 0 && options->resolution < 64))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The resolution is a multiple of 8 from 64 to 2048, not %u", options->resolution);
  else
    return TRUE;
  return FALSE;
}

static void
put (GKeyFile *file, const GsTrainingOptions *options, const Field *field)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  switch (field->type)
    {
    case TEXT:
      if (*(char **) at (options, field) != NULL)
        g_key_file_set_string (file, GROUP, field->name, *(char **) at (options, field));
      break;
    case TEXTS:
      if (*(char ***) at (options, field) != NULL)
        g_key_file_set_string_list (file, GROUP, field->name,
                                    *(const char *const **) at (options, field),
                                    g_strv_length (*(char ***) at (options, field)));
      break;
    case UINT64:
      g_key_file_set_uint64 (file, GROUP, field->name, *(guint64 *) at (options, field));
      break;
    default:
      g_key_file_set_value (file, GROUP, field->name,
                            g_ascii_dtostr (text, sizeof text, number_of (options, field)));
    }
}

static GKeyFile *
make_file (const GsTrainingOptions *options, GHashTable *facts)
{
  GKeyFile *file = g_key_file_new ();
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    put (file, options, &fields[i]);
  g_hash_table_iter_init (&iter, facts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_key_file_set_string (file, FACTS, key, value);
  return file;
}

gboolean
gs_training_options_save (const GsTrainingOptions *options, GHashTable *facts, const char *path,
                          GError **error)
{
  g_autoptr (GKeyFile) file = make_file (options, facts);
  g_autoptr (GError) failure = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  if (g_key_file_save_to_file (file, path, &failure))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot write %s: %s", shown, failure->message);
  return FALSE;
}

static GKeyFile *
open_file (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) failure = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &failure))
    return g_steal_pointer (&file);
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "There is no training in %s: %s; name a folder that one was begun in", shown,
               failure->message);
  return NULL;
}

static void
get (GKeyFile *file, GsTrainingOptions *options, const Field *field)
{
  g_autofree char *value = g_key_file_get_value (file, GROUP, field->name, NULL);
  const double number = value != NULL ? g_ascii_strtod (value, NULL) : 0;

  if (value == NULL)
    return;
  switch (field->type)
    {
    case TEXT:
      *(char **) at (options, field) = g_key_file_get_string (file, GROUP, field->name, NULL);
      break;
    case TEXTS:
      *(char ***) at (options, field) = g_key_file_get_string_list (file, GROUP, field->name, NULL,
                                                                    NULL);
      break;
    case UINT64: *(guint64 *) at (options, field) = g_ascii_strtoull (value, NULL, 10); break;
    case REAL: *(double *) at (options, field) = number; break;
    case UINT: *(guint *) at (options, field) = CLAMP (number, 0, G_MAXINT32); break;
    case BOOLEAN: *(gboolean *) at (options, field) = number != 0; break;
    case ENUM: *(int *) at (options, field) = CLAMP (number, -1, G_MAXINT16); break;
    }
}

gboolean
gs_training_options_load (GsTrainingOptions *options, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = open_file (path, error);

  *options = GS_TRAINING_OPTIONS_DEFAULT;
  for (guint i = 0; file != NULL && i < G_N_ELEMENTS (fields); i++)
    get (file, options, &fields[i]);
  return file != NULL;
}

/* Of a training from before there was such an option: what it means when nothing is said. */
static void
complete (GKeyFile *stored)
{
  const GsTrainingOptions defaults = GS_TRAINING_OPTIONS_DEFAULT;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!g_key_file_has_key (stored, GROUP, fields[i].name, NULL))
      put (stored, &defaults, &fields[i]);
}

static gboolean
same (GKeyFile *a, GKeyFile *b, const char *group, const char *name, gboolean tell, GError **error)
{
  g_autofree char *own = g_key_file_get_value (a, group, name, NULL);
  g_autofree char *stored = g_key_file_get_value (b, group, name, NULL);

  if (g_strcmp0 (own, stored) == 0)
    return TRUE;
  if (g_str_equal (group, FACTS))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The training in that folder is of other %s; begin anew in another folder", name);
  else if (!tell)
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The training in that folder has another %s; begin anew in another folder", name);
  else
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "The training in that folder has another %s: %s, not %s; begin anew in another folder",
                 name, stored != NULL ? stored : "none", own != NULL ? own : "none");
  return FALSE;
}

/* A rate that goes down over the steps depends on how many they are. */
static gboolean
decides (const GsTrainingOptions *options, const Field *field)
{
  return field->offset == offsetof (GsTrainingOptions, steps)
         && options->schedule != GS_SCHEDULE_CONSTANT;
}

gboolean
gs_training_options_match (const GsTrainingOptions *options, GHashTable *facts, const char *path,
                           GError **error)
{
  g_autoptr (GKeyFile) stored = open_file (path, error), own = NULL;
  GHashTableIter iter;
  gpointer key;

  if (stored == NULL)
    return FALSE;
  complete (stored);
  own = make_file (options, facts);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if ((!fields[i].free || decides (options, &fields[i]))
        && !same (own, stored, GROUP, fields[i].name, fields[i].type != ENUM, error))
      return FALSE;
  g_hash_table_iter_init (&iter, facts);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!same (own, stored, FACTS, key, FALSE, error))
      return FALSE;
  return TRUE;
}
