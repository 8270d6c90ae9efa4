/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes before names. */
#include "config.h"

#include "gesso-library-match.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
has_hash (GessoLibraryItem *item, const char *hash)
{
  const char *whole = gesso_library_item_get_hash (item);
  const char *data = gesso_library_item_get_data_hash (item);

  return hash && ((whole && g_str_has_prefix (whole, hash)) ||
                  (data && g_str_has_prefix (data, hash)));
}

/* A1111 calls autoencoders by their files' whole names, and models that lie in folders by path. */
static gboolean
has_name (GessoLibraryItem *item, const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *own = g_path_get_basename (gesso_library_item_get_path (item));

  return *name && (g_ascii_strcasecmp (gesso_library_item_get_name (item), base) == 0 ||
                   g_ascii_strcasecmp (own, base) == 0);
}

GessoMatch
gesso_library_match (GListModel *items, const GessoWantedFile *wanted, GessoLibraryItem **item)
{
  guint n = g_list_model_get_n_items (items);
  GessoLibraryItem *named = NULL, *same = NULL; /* borrowed: the list holds them */

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) candidate = g_list_model_get_item (items, i);

      if (gesso_library_item_get_kind (candidate) != wanted->kind)
        continue;
      /* Of several copies the one that has the name, too. */
      if (has_hash (candidate, wanted->hash))
        same = same && !has_name (candidate, wanted->name) ? same : candidate;
      else if (named == NULL && has_name (candidate, wanted->name))
        named = candidate;
    }

  if (item)
    *item = same ? same : named;
  if (same)
    return GESSO_MATCH_SAME;
  if (named == NULL)
    return GESSO_MATCH_MISSING;
  return wanted->hash && gesso_library_item_get_hash (named) ? GESSO_MATCH_OTHER : GESSO_MATCH_NAMED;
}

char *
gesso_library_match_describe (const GessoWantedFile *wanted, GessoMatch match, GessoLibraryItem *item)
{
  const char *const kinds[] = {
    [GESSO_LIBRARY_CHECKPOINT] = C_("library", "Model"),
    [GESSO_LIBRARY_LORA] = "LoRA",
    [GESSO_LIBRARY_EMBEDDING] = C_("library", "Embedding"),
    [GESSO_LIBRARY_VAE] = "VAE",
    [GESSO_LIBRARY_UPSCALER] = C_("library", "Upscaler"),
    [GESSO_LIBRARY_CONTROL] = "ControlNet",
    [GESSO_LIBRARY_OTHER] = C_("library", "Other file"),
  };
  const char *kind = kinds[wanted->kind];
  const char *name = *wanted->name ? wanted->name : wanted->hash;

  switch (match)
    {
    case GESSO_MATCH_SAME:
      /* These are selected, whatever they are called. */
      if (wanted->kind != GESSO_LIBRARY_EMBEDDING || !*wanted->name ||
          has_name (item, wanted->name))
        return NULL;
      /* Translators: a kind of file (Model, LoRA ...), its name in the picture, its name here */
      return g_strdup_printf (_("%s “%s” is called “%s” here: change the prompt"), kind,
                              wanted->name, gesso_library_item_get_name (item));
    case GESSO_MATCH_OTHER:
      return g_strdup_printf (_("%s “%s” is another version here"), kind, name);
    case GESSO_MATCH_MISSING:
      if (wanted->hash)
        /* Translators: a kind of file, its name, the first digits of its hash */
        return g_strdup_printf (_("%s “%s” (%s) is not in the library"), kind, name, wanted->hash);
      return g_strdup_printf (_("%s “%s” is not in the library"), kind, name);
    case GESSO_MATCH_NAMED:
    default:
      return NULL;
    }
}
