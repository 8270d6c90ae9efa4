/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of names out of A1111's lists of objects. */
#include "config.h"

#include "gesso-server-stock.h"

#include "gesso-json.h"

#include <string.h>

#define MAX_ANSWER_BYTES (64 * 1024 * 1024) /* LoRA come with all that their training wrote down */
#define MAX_NAMES 10000
#define MAX_NAME_BYTES 1000

static void
model_free (gpointer data)
{
  GessoServerModel *model = data;

  g_free (model->name);
  g_free (model);
}

static void
stock_clear (gpointer data)
{
  GessoServerStock *stock = data;

  g_ptr_array_unref (stock->models);
  g_ptr_array_unref (stock->samplers);
  g_ptr_array_unref (stock->schedules);
  g_ptr_array_unref (stock->loras);
  g_ptr_array_unref (stock->embeddings);
}

GessoServerStock *
gesso_server_stock_ref (GessoServerStock *stock)
{
  return g_atomic_rc_box_acquire (stock);
}

void
gesso_server_stock_unref (GessoServerStock *stock)
{
  if (stock)
    g_atomic_rc_box_release_full (stock, stock_clear);
}

/* A server's models say it in their names alone: "sd_xl_base_1.0", "ponyDiffusionV6XL". */
guint
gesso_server_guess_native_size (const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);

  return strstr (folded, "xl") ? 1024 : 512;
}

/* Names are shown, and become parts of requests. */
static gboolean
is_name (const char *name)
{
  if (name == NULL || *name == '\0' || strlen (name) > MAX_NAME_BYTES)
    return FALSE;
  for (const char *p = name; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

static void
add_name (GPtrArray *names, const char *name)
{
  if (is_name (name) && names->len < MAX_NAMES)
    g_ptr_array_add (names, g_strdup (name));
}

/* The array that a path answers with. missing_is_empty: not all servers have it. */
static JsonNode *
ask_array (GessoServerLink *link, const char *path, gboolean missing_is_empty,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonNode) node =
      gesso_server_link_ask (link, path, NULL, MAX_ANSWER_BYTES, cancellable, &reason);

  if (node && JSON_NODE_HOLDS_ARRAY (node))
    return g_steal_pointer (&node);
  if (missing_is_empty && (reason == NULL || g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                           g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_FAILED)))
    return json_node_init_array (json_node_alloc (), json_array_new ());
  if (reason)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    gesso_server_link_set_unreadable (link, error);

  return NULL;
}

static gboolean
ask_names (GessoServerLink *link, const char *path, const char *const *members, gboolean needed,
           GPtrArray *names, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) node = ask_array (link, path, !needed, cancellable, error);
  JsonArray *array = node ? json_node_get_array (node) : NULL;

  for (guint i = 0; i < gesso_json_get_length (array); i++)
    for (guint k = 0; members[k]; k++)
      add_name (names, gesso_json_get_string (gesso_json_object_at (array, i), members[k]));

  return node != NULL;
}

static gboolean
ask_models (GessoServerLink *link, GPtrArray *models, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) node = ask_array (link, "sd-models", FALSE, cancellable, error);
  JsonArray *array = node ? json_node_get_array (node) : NULL;

  for (guint i = 0; i < gesso_json_get_length (array) && models->len < MAX_NAMES; i++)
    {
      JsonObject *object = gesso_json_object_at (array, i);
      const char *title = gesso_json_get_string (object, "title");
      double size = gesso_json_get_number (object, "native_size", 0);
      GessoServerModel *model;

      if (!is_name (title))
        continue;
      model = g_new0 (GessoServerModel, 1);
      model->name = g_strdup (title);
      model->native_size = size >= 64 && size <= 4096 ? (guint) size
                                                      : gesso_server_guess_native_size (title);
      g_ptr_array_add (models, model);
    }

  return node != NULL;
}

/* {"loaded": {"name": {}, ...}, ...} */
static gboolean
ask_embeddings (GessoServerLink *link, GPtrArray *names, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonNode) node =
      gesso_server_link_ask (link, "embeddings", NULL, MAX_ANSWER_BYTES, cancellable, &reason);
  JsonObject *loaded = node && JSON_NODE_HOLDS_OBJECT (node)
                           ? gesso_json_get_object (json_node_get_object (node), "loaded") : NULL;
  g_autoptr (GList) members = loaded ? json_object_get_members (loaded) : NULL;

  for (GList *l = members; l; l = l->next)
    add_name (names, l->data);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }

  return TRUE;
}

GessoServerStock *
gesso_server_stock_ask (GessoServerLink *link, GCancellable *cancellable, GError **error)
{
  static const char *const name[] = { "name", NULL };
  static const char *const schedule[] = { "name", "label", NULL };
  g_autoptr (GessoServerStock) stock = g_atomic_rc_box_new0 (GessoServerStock);

  stock->models = g_ptr_array_new_with_free_func (model_free);
  stock->samplers = g_ptr_array_new_with_free_func (g_free);
  stock->schedules = g_ptr_array_new_with_free_func (g_free);
  stock->loras = g_ptr_array_new_with_free_func (g_free);
  stock->embeddings = g_ptr_array_new_with_free_func (g_free);
  if (!ask_models (link, stock->models, cancellable, error) ||
      !ask_names (link, "samplers", name, TRUE, stock->samplers, cancellable, error) ||
      !ask_names (link, "schedulers", schedule, FALSE, stock->schedules, cancellable, error) ||
      !ask_names (link, "loras", name, FALSE, stock->loras, cancellable, error) ||
      !ask_embeddings (link, stock->embeddings, cancellable, error))
    return NULL;

  return g_steal_pointer (&stock);
}
