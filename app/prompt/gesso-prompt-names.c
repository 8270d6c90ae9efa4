/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matching by folded text. */
#include "config.h"

#include "gesso-prompt-names.h"

#include "prompt/gesso-prompt-syntax.h"

#include <gtk/gtk.h>
#include <string.h>

#define MAX_NAMES 50 /* more do not help who looks for one */

struct _GessoPromptName
{
  GObject parent_instance;

  char *name;
  gboolean is_network;
};

G_DEFINE_FINAL_TYPE (GessoPromptName, gesso_prompt_name, G_TYPE_OBJECT)

static void
gesso_prompt_name_finalize (GObject *object)
{
  g_free (GESSO_PROMPT_NAME (object)->name);

  G_OBJECT_CLASS (gesso_prompt_name_parent_class)->finalize (object);
}

static void
gesso_prompt_name_class_init (GessoPromptNameClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_prompt_name_finalize;
}

static void
gesso_prompt_name_init (GessoPromptName *self)
{
}

const char *
gesso_prompt_name_get_name (GessoPromptName *self)
{
  return self->name;
}

gboolean
gesso_prompt_name_is_network (GessoPromptName *self)
{
  return self->is_network;
}

/* ---- Matching ------------------------------------------------------------------------------- */

static void
add_matches (GPtrArray *matches, GListModel *names, gboolean is_network, const char *prefix,
             gboolean begins)
{
  guint n_names = names ? g_list_model_get_n_items (names) : 0;

  for (guint i = 0; i < n_names && matches->len < MAX_NAMES; i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (names, i);
      const char *name = gtk_string_object_get_string (item);
      g_autofree char *folded = gesso_prompt_syntax_fold (name);
      const char *place = strstr (folded, prefix);

      if (place && begins == (place == folded))
        {
          GessoPromptName *match = g_object_new (GESSO_TYPE_PROMPT_NAME, NULL);

          match->name = g_strdup (name);
          match->is_network = is_network;
          g_ptr_array_add (matches, match);
        }
    }
}

void
gesso_prompt_names_match (GListStore *store, GListModel *loras, GListModel *embeddings,
                          const char *prefix)
{
  g_autoptr (GPtrArray) matches = g_ptr_array_new_with_free_func (g_object_unref);

  add_matches (matches, loras, TRUE, prefix, TRUE);
  add_matches (matches, embeddings, FALSE, prefix, TRUE);
  add_matches (matches, loras, TRUE, prefix, FALSE);
  add_matches (matches, embeddings, FALSE, prefix, FALSE);
  g_list_store_splice (store, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), matches->pdata,
                       matches->len);
}
