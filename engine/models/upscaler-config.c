/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an upscaler's tensors say. Three programs named RRDBNet's weights: Real-ESRGAN (basicsr's
 * archs/rrdbnet_arch.py), whose names the builder has; ESRGAN's release (RRDBNet_arch.py: RRDB_trunk,
 * HRconv ...); and before it the training code's plain sequence (model.0, model.1.sub ...), in which
 * the convolutions after the blocks are counted with what stands between them.
 */
#include "models/upscaler.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define MAX_BLOCKS 256
#define MAX_DOUBLINGS 4

/* Where training programs put the weights; averaged ones are better. */
static const char *const prefixes[] = { "params_ema.", "params.", "", "module.", "generator." };

typedef struct
{
  const GsTensorFile *file;
  const char *prefix;
  GHashTable *names; /* the builder's -> the file's */
} Reader;

/* "weight" or "bias", or NULL. */
static const char *
ending (const char *text)
{
  return g_str_equal (text, "weight") || g_str_equal (text, "bias") ? text : NULL;
}

/* The builder's name of "RRDB_trunk.3.RDB1.conv2.weight" and the like; model.K.weight for K > 1 is
 * left as it is: number_tail() sees all of them. */
static char *
canonical (const char *name)
{
  static const struct
  {
    const char *theirs, *ours;
  } plain[] = {
    { "trunk_conv.", "conv_body." }, { "upconv1.", "conv_up1." }, { "upconv2.", "conv_up2." },
    { "HRconv.", "conv_hr." },       { "model.0.", "conv_first." },
  };
  unsigned n, m, k;
  char rest[8];
  int end;

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_has_prefix (name, plain[i].theirs))
      return g_strconcat (plain[i].ours, name + strlen (plain[i].theirs), NULL);
  if (sscanf (name, "RRDB_trunk.%u.RDB%u.conv%u.%7s%n", &n, &m, &k, rest, &end) == 4
      && name[end] == '\0')
    return g_strdup_printf ("body.%u.rdb%u.conv%u.%s", n, m, k, rest);
  if (sscanf (name, "model.1.sub.%u.RDB%u.conv%u.0.%7s%n", &n, &m, &k, rest, &end) == 4
      && name[end] == '\0')
    return g_strdup_printf ("body.%u.rdb%u.conv%u.%s", n, m, k, rest);
  if (sscanf (name, "model.1.sub.%u.%7s%n", &n, rest, &end) == 2 && name[end] == '\0'
      && ending (rest) != NULL)
    return g_strdup_printf ("conv_body.%s", rest);
  return g_strdup (name);
}

static const GsStoredTensor *
find (const Reader *reader, const char *name)
{
  const char *theirs = g_hash_table_lookup (reader->names, name);

  return theirs != NULL ? gs_tensor_file_find (reader->file, theirs) : NULL;
}

G_GNUC_PRINTF (2, 3)
static const GsStoredTensor *
find_format (const Reader *reader, const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return find (reader, name);
}

static void
rename_layer (Reader *reader, guint from, const char *to)
{
  static const char *const parts[] = { "weight", "bias" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *old = g_strdup_printf ("model.%u.%s", from, parts[i]);
      gpointer key, value;

      if (g_hash_table_steal_extended (reader->names, old, &key, &value))
        {
          g_free (key);
          g_hash_table_replace (reader->names, g_strdup_printf ("%s.%s", to, parts[i]), value);
        }
    }
}

/* The plain sequence ends in enlarging convolutions, one more and the last. */
static void
number_tail (Reader *reader)
{
  guint tail[MAX_DOUBLINGS + 2], n = 0;

  for (guint i = 2; i < 32 && n < G_N_ELEMENTS (tail); i++)
    if (find_format (reader, "model.%u.weight", i) != NULL)
      tail[n++] = i;
  for (guint i = 0; n >= 2 && i < n - 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("conv_up%u", i + 1);

      rename_layer (reader, tail[i], name);
    }
  if (n >= 2)
    {
      rename_layer (reader, tail[n - 2], "conv_hr");
      rename_layer (reader, tail[n - 1], "conv_last");
    }
}

static void
read_names (Reader *reader)
{
  const gsize skip = strlen (reader->prefix);

  g_hash_table_remove_all (reader->names);
  for (guint i = 0; i < gs_tensor_file_n_tensors (reader->file); i++)
    {
      const char *name = gs_tensor_file_tensor (reader->file, i)->name;

      if (g_str_has_prefix (name, reader->prefix))
        g_hash_table_replace (reader->names, canonical (name + skip), g_strdup (name));
    }
  number_tail (reader);
}

static gboolean
is_convolution (const GsStoredTensor *tensor)
{
  return tensor != NULL && tensor->n_dims == 4 && tensor->shape[2] == 3 && tensor->shape[3] == 3
         && tensor->shape[0] > 0 && tensor->shape[0] <= 4096 && tensor->shape[1] <= 4096;
}

static gboolean
read_rrdb (const Reader *reader, GsUpscalerConfig *config)
{
  const GsStoredTensor *first = find (reader, "conv_first.weight");
  const GsStoredTensor *dense = find (reader, "body.0.rdb1.conv1.weight");
  const GsStoredTensor *last = find (reader, "conv_last.weight");
  guint32 side = 1;

  if (!is_convolution (first) || !is_convolution (dense) || !is_convolution (last)
      || last->shape[0] != 3)
    return FALSE;
  while (3 * side * side < first->shape[1])
    side *= 2;
  if (3 * side * side != first->shape[1])
    return FALSE;
  config->kind = GS_UPSCALER_RRDB;
  config->channels = (guint32) first->shape[0];
  config->growth = (guint32) dense->shape[0];
  config->unshuffle = side;
  while (config->n_blocks < MAX_BLOCKS
         && find_format (reader, "body.%u.rdb1.conv1.weight", config->n_blocks) != NULL)
    config->n_blocks++;
  while (config->n_doublings < MAX_DOUBLINGS
         && find_format (reader, "conv_up%u.weight", config->n_doublings + 1) != NULL)
    config->n_doublings++;
  config->scale = (1u << config->n_doublings) / side;
  return config->scale >= 1;
}

static gboolean
read_compact (const Reader *reader, GsUpscalerConfig *config)
{
  const GsStoredTensor *first = find (reader, "body.0.weight");
  const GsStoredTensor *slope = find (reader, "body.1.weight"), *last = first;
  guint n = 0;

  if (!is_convolution (first) || first->shape[1] != 3 || slope == NULL || slope->n_dims != 1)
    return FALSE;
  while (n < MAX_BLOCKS && is_convolution (find_format (reader, "body.%u.weight", 2 * n)))
    last = find_format (reader, "body.%u.weight", 2 * n++);
  if (n < 2 || find_format (reader, "body.%u.weight", 2 * n - 1) != NULL)
    return FALSE;
  config->kind = GS_UPSCALER_COMPACT;
  config->channels = (guint32) first->shape[0];
  config->n_blocks = n - 2;
  config->unshuffle = 1;
  config->scale = 1;
  while (3 * config->scale * config->scale < last->shape[0])
    config->scale++;
  return 3 * config->scale * config->scale == last->shape[0] && config->scale <= 16;
}

/* A layer of a relative that the builder does not know would be left out in silence. */
static gboolean
is_whole (const Reader *reader)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, reader->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (strstr (name, "conv1x1") != NULL || g_str_has_prefix (name, "model."))
      return FALSE;
  return TRUE;
}

gboolean
gs_upscaler_config_read (const GsTensorFile *file, GsUpscalerConfig *config, GHashTable *names,
                         GError **error)
{
  g_autoptr (GHashTable) own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Reader reader = { .file = file, .names = names != NULL ? names : own };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      reader.prefix = prefixes[i];
      read_names (&reader);
      *config = (GsUpscalerConfig) { 0 };
      if (is_whole (&reader) && read_rrdb (&reader, config))
        return TRUE;
      *config = (GsUpscalerConfig) { 0 };
      if (read_compact (&reader, config))
        return TRUE;
    }
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s is no upscaler of a kind that Gesso knows; choose one of the ESRGAN family",
               gs_tensor_file_path (file));
  return FALSE;
}
