/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of textual inversion: from files to rows behind the token tables. Every word has the same ids
 * in all text encoders of a model.
 */
#include "session/inversions.h"

#include "io/inversion.h"
#include "io/prompt.h"
#include "nn/adapted-weights.h"
#include "session/library.h"

#include <glib/gstdio.h>
#include <string.h>

/* Rows behind each table: half a megabyte of SD 1.5's. */
#define MAX_VECTORS 512
#define MAX_FILES 2000
#define MAX_FILE_BYTES (8 << 20) /* that of the most vectors, twice over */

static GsClipConfig *
encoder_config (GsModel *model, guint i)
{
  if (i == 0)
    return model->config.has[GS_COMPONENT_TEXT_ENCODER] ? &model->config.clip : NULL;
  return model->config.has[GS_COMPONENT_TEXT_ENCODER_2] ? &model->config.clip_2 : NULL;
}

static const char *
table_name (guint i)
{
  return i == 0 ? "text_encoder.text_model.embeddings.token_embedding.weight"
                : "text_encoder_2.text_model.embeddings.token_embedding.weight";
}

/* The first id behind both encoders' vocabularies, which are one. */
static guint
first_id (GsModel *model)
{
  guint id = 0;

  for (guint i = 0; i < 2; i++)
    if (encoder_config (model, i) != NULL)
      id = MAX (id, encoder_config (model, i)->vocabulary);
  return id;
}

/* Vectors of a word: of its longest part. */
static guint
n_vectors (const GsInversion *inversion)
{
  guint n = 0;

  for (guint i = 0; i < inversion->n_parts; i++)
    n = MAX (n, inversion->parts[i].n_vectors);
  return n;
}

static guint
count_vectors (GsModel *model)
{
  guint n = 0;

  for (guint i = 0; i < model->inversions->len; i++)
    n += n_vectors (model->inversions->pdata[i]);
  return n;
}

static void
set_rows (GsModel *model, guint encoder, GsClipConfig *config)
{
  const guint width = config->width, n = count_vectors (model);
  const guint gap = first_id (model) - config->vocabulary;
  g_autofree float *rows = g_new0 (float, MAX ((gsize) (gap + n) * width, 1));
  float *to = rows + (gsize) gap * width;

  for (guint i = 0; i < model->inversions->len; i++)
    {
      const GsInversion *inversion = model->inversions->pdata[i];
      const GsInversionPart *part = gs_inversion_part (inversion, width);

      if (part != NULL)
        memcpy (to, part->values, (gsize) part->n_vectors * width * sizeof *to);
      to += (gsize) n_vectors (inversion) * width;
    }
  config->extra_tokens = gap + MAX_VECTORS;
  gs_adapted_weights_set_rows (model->source, table_name (encoder), config->extra_tokens, rows,
                               gap + n, width);
}

void
gs_inversions_reserve (GsModel *model)
{
  for (guint i = 0; i < 2; i++)
    if (encoder_config (model, i) != NULL)
      set_rows (model, i, encoder_config (model, i));
  gs_adapted_weights_settle (model->source); /* nothing is resident yet */
}

/* Whether it has rows for every text encoder. */
static gboolean
fits (GsModel *model, const GsInversion *inversion)
{
  for (guint i = 0; i < 2; i++)
    if (encoder_config (model, i) != NULL
        && gs_inversion_part (inversion, encoder_config (model, i)->width) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_known (GsModel *model, const char *path)
{
  for (guint i = 0; i < model->inversions->len; i++)
    if (g_str_equal (((const GsInversion *) model->inversions->pdata[i])->path, path))
      return TRUE;
  return g_hash_table_contains (model->strangers, path);
}

static void
try_file (GsModel *model, const char *path)
{
  g_autoptr (GsInversion) inversion = NULL;
  g_autoptr (GError) error = NULL;

  if (is_known (model, path))
    return;
  inversion = gs_inversion_open (path, &error);
  if (inversion == NULL || !fits (model, inversion)
      || count_vectors (model) + n_vectors (inversion) > MAX_VECTORS)
    {
      g_debug ("no word: %s (%s)", path, error != NULL ? error->message : "of another model");
      g_hash_table_add (model->strangers, g_strdup (path));
      return;
    }
  g_ptr_array_add (model->inversions, g_steal_pointer (&inversion));
  model->has_new_words = TRUE;
}

static void
look_in (GsModel *model, const char *folder, guint *n_files)
{
  static const char *const endings[] = { ".safetensors", ".pt", ".bin" };
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && (*n_files)++ < MAX_FILES)
    for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
      if (g_str_has_suffix (name, endings[i]))
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);

          try_file (model, path);
        }
}

/* A library is full of files that are anything else, LoRA with matrices as wide as words among them. */
static void
try_library_file (GsModel *model, const char *path)
{
  g_autoptr (GsLibraryFile) file = NULL;
  GStatBuf info;

  if (is_known (model, path))
    return;
  if (g_stat (path, &info) == 0 && info.st_size <= MAX_FILE_BYTES)
    file = gs_library_file_new (path, NULL);
  if (file != NULL && file->kind == GS_LIBRARY_EMBEDDING)
    try_file (model, path);
  else
    g_hash_table_add (model->strangers, g_strdup (path));
}

static void
add_word (GArray *words, const char *text, gint32 id, guint n)
{
  const GsPromptWord word = { g_strdup (text), id, n };

  g_array_append_val (words, word);
}

/* The word that is being taught has no file. */
static GsInversion *
find_taught (GsModel *model)
{
  for (guint i = 0; i < model->inversions->len; i++)
    if (((GsInversion *) model->inversions->pdata[i])->path[0] == '\0')
      return model->inversions->pdata[i];
  return NULL;
}

static guint
id_of (GsModel *model, const GsInversion *inversion)
{
  guint id = first_id (model);

  for (guint i = 0; model->inversions->pdata[i] != inversion; i++)
    id += n_vectors (model->inversions->pdata[i]);
  return id;
}

static void
tell_tokenizer (GsModel *model)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (GsPromptWord));
  const GsInversion *taught = find_taught (model);
  gint32 id = first_id (model);

  g_array_set_clear_func (words, gs_prompt_words_clear);
  if (taught != NULL)
    add_word (words, taught->name, id_of (model, taught), n_vectors (taught));
  for (guint i = 0; i < model->inversions->len; i++)
    {
      const GsInversion *inversion = model->inversions->pdata[i];

      add_word (words, inversion->name, id, n_vectors (inversion));
      if (inversion->token != NULL)
        add_word (words, inversion->token, id, n_vectors (inversion));
      id += n_vectors (inversion);
    }
  gs_tokenizer_set_words (model->tokenizer, words);
}

void
gs_inversions_find (GsModel *model, const GPtrArray *library)
{
  static const char *const names[] = { "embeddings", "Embeddings", "embedding" };
  const guint n_before = model->inversions->len;
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "gesso", "embeddings", NULL);
  g_autofree char *place = NULL;
  guint n_files = 0;

  if (model->checkpoint == NULL || model->tokenizer == NULL || first_id (model) == 0)
    return;
  look_in (model, own, &n_files);
  place = g_path_get_dirname (gs_checkpoint_path (model->checkpoint));
  /* A1111 has them two folders above its models. */
  for (guint above = 0; above < 3; above++)
    {
      g_autofree char *folder = g_steal_pointer (&place);

      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autofree char *within = g_build_filename (folder, names[i], NULL);

          look_in (model, within, &n_files);
        }
      place = g_path_get_dirname (folder);
    }
  for (guint i = 0; i < library->len; i++)
    try_library_file (model, library->pdata[i]);
  if (model->inversions->len > n_before)
    tell_tokenizer (model);
}

gboolean
gs_inversions_apply (GsModel *model, GError **error)
{
  if (!model->has_new_words)
    return TRUE;
  for (guint i = 0; i < 2; i++)
    if (encoder_config (model, i) != NULL)
      set_rows (model, i, encoder_config (model, i));
  if (!gs_model_refresh (model, error))
    return FALSE;
  model->has_new_words = FALSE;
  return TRUE;
}

guint
gs_inversions_put (GsModel *model, const char *word, const float *values, guint n)
{
  const guint width = model->config.clip.width;
  GsInversion *taught = find_taught (model);

  if (taught != NULL && (n_vectors (taught) != n || !g_str_equal (taught->name, word)))
    {
      g_ptr_array_remove (model->inversions, taught);
      taught = NULL;
    }
  /* Of a library that fills the tables the last words make room. */
  while (taught == NULL && model->inversions->len > 0 && count_vectors (model) + n > MAX_VECTORS)
    g_ptr_array_set_size (model->inversions, (gint) model->inversions->len - 1);
  if (taught == NULL && n > 0)
    {
      taught = g_new0 (GsInversion, 1);
      taught->path = g_strdup ("");
      taught->name = g_strdup (word);
      taught->n_parts = 1;
      taught->parts[0] = (GsInversionPart) { width, n, g_new (float, (gsize) n * width) };
      g_ptr_array_add (model->inversions, taught);
    }
  if (taught != NULL)
    memcpy (taught->parts[0].values, values, (gsize) n * width * sizeof *values);
  tell_tokenizer (model);
  model->has_new_words = TRUE;
  return taught != NULL ? id_of (model, taught) : 0;
}
