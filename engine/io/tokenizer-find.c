/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a model's vocabulary may be. */
#include "config.h"

#include "io/tokenizer.h"

#include "base/error.h"

typedef struct
{
  const char  *model_path;
  guint        n_vocab;
  GsTokenizer *found;
  char        *obstacle; /* why the first vocabulary that was there would not do */
} Search;

static gboolean
size_fits (const Search *search, guint n, gboolean may_be_smaller)
{
  return search->n_vocab == 0 || n == search->n_vocab || (may_be_smaller && n < search->n_vocab);
}

/* Takes the vocabulary at path if there is one and it fits; remembers what was wrong otherwise. */
static void
try_path (Search *search, const char *path, gboolean may_be_smaller)
{
  g_autofree char *file = search->found == NULL ? gs_tokenizer_locate (path) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTokenizer) tokenizer = NULL;
  g_autofree char *obstacle = NULL;

  if (file == NULL)
    return;
  tokenizer = gs_tokenizer_new_from_path (file, &error);
  if (tokenizer == NULL)
    obstacle = g_strdup (error->message);
  else if (!size_fits (search, gs_tokenizer_get_n_vocab (tokenizer), may_be_smaller))
    obstacle = g_strdup_printf ("%s has %u tokens", gs_tokenizer_get_path (tokenizer),
                                gs_tokenizer_get_n_vocab (tokenizer));
  else
    search->found = g_steal_pointer (&tokenizer);
  if (obstacle != NULL && search->obstacle == NULL)
    search->obstacle = g_steal_pointer (&obstacle);
}

static void
try_model (Search *search)
{
  gboolean is_folder;
  g_autofree char *folder = NULL;
  g_autofree char *inside = NULL, *second = NULL;

  if (search->model_path == NULL)
    return;
  is_folder = g_file_test (search->model_path, G_FILE_TEST_IS_DIR);
  folder = is_folder ? g_strdup (search->model_path) : g_path_get_dirname (search->model_path);
  inside = g_build_filename (folder, "tokenizer", NULL);
  try_path (search, inside, is_folder);
  second = g_build_filename (folder, "tokenizer_2", NULL); /* all that SDXL's refiner has */
  try_path (search, second, is_folder);
  try_path (search, folder, is_folder);
}

GsTokenizer *
gs_tokenizer_find_in (const GPtrArray *models, guint n_vocab)
{
  Search search = { .n_vocab = n_vocab };

  for (guint i = 0; search.found == NULL && i < models->len; i++)
    {
      g_autofree char *inside = g_build_filename (models->pdata[i], "tokenizer", NULL);

      try_path (&search, inside, FALSE);
    }
  g_free (search.obstacle);
  return search.found;
}

static void
try_data_folder (Search *search, const char *data)
{
  g_autofree char *path = g_build_filename (data, "gesso", "clip", NULL);

  try_path (search, path, FALSE);
}

static void
set_not_found (const Search *search, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "gesso", "clip", NULL);
  g_autofree char *size =
      search->n_vocab > 0 ? g_strdup_printf (" with %u tokens", search->n_vocab) : g_strdup ("");
  g_autofree char *seen =
      search->obstacle != NULL ? g_strdup_printf (" (%s)", search->obstacle) : g_strdup ("");

  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "No CLIP vocabulary%s was found%s; copy bpe_simple_vocab_16e6.txt.gz, or the model's "
               "vocab.json and merges.txt, into %s",
               size, seen, folder);
}

GsTokenizer *
gs_tokenizer_find (const char *model_path, guint n_vocab, GError **error)
{
  Search search = { .model_path = model_path, .n_vocab = n_vocab };

  try_model (&search);
  try_data_folder (&search, g_get_user_data_dir ());
  for (const char *const *data = g_get_system_data_dirs (); *data != NULL; data++)
    try_data_folder (&search, *data);
  if (GESSO_CLIP_VOCABULARY[0] != '\0')
    try_path (&search, GESSO_CLIP_VOCABULARY, FALSE);

  if (search.found == NULL)
    set_not_found (&search, error);
  g_free (search.obstacle);
  return search.found;
}
