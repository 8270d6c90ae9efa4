/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that another computer makes: what of the window holds for it, and what it cannot do. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-server-model.h"

#include <glib/gi18n.h>

/* ---- Where pictures are made ---------------------------------------------------------------- */

static char *
dup_host (GessoSettings *settings)
{
  const char *model = gesso_settings_get_model (settings);

  return gesso_server_model_is_one (model) ? gesso_server_model_dup_host (model) : NULL;
}

char *
gesso_window_dup_server_host (GessoWindow *self)
{
  return dup_host (gesso_document_get_settings (self->document));
}

GessoJob *
gesso_window_get_order_job (GessoWindow *self, guint position, gboolean *on_server)
{
  g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (self->queue), position);

  if (on_server)
    *on_server = gesso_server_model_is_one (gesso_settings_get_model (gesso_order_get_settings (order)));

  return gesso_queue_get_job_of (self->queue, order);
}

gboolean
gesso_window_has_model (GessoWindow *self, const char *model)
{
  if (gesso_server_model_is_one (model))
    return gesso_server_has_address_of (gesso_engine_get_server (self->engine), model);

  return *model == '\0' || g_file_test (model, G_FILE_TEST_EXISTS);
}

/* ---- What it can do ------------------------------------------------------------------------- */

static GListModel *
list_names (GPtrArray *names)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (guint i = 0; i < names->len; i++)
    gtk_string_list_append (list, names->pdata[i]);

  return G_LIST_MODEL (list);
}

void
gesso_window_update_names (GessoWindow *self)
{
  const char *model = gesso_settings_get_model (gesso_document_get_settings (self->document));
  GessoServer *server = gesso_engine_get_server (self->engine);
  GessoServerStock *stock = gesso_server_get_stock (server);

  if (gesso_server_model_is_one (model) && gesso_server_has_address_of (server, model) && stock)
    {
      g_autoptr (GListModel) loras = list_names (stock->loras);
      g_autoptr (GListModel) embeddings = list_names (stock->embeddings);

      gesso_prompt_bar_set_names (self->prompt_bar, loras, embeddings);
    }
  else
    gesso_prompt_bar_set_names (self->prompt_bar, gesso_library_get_loras (self->library),
                                gesso_library_get_embeddings (self->library));
}

static void
update_live (GessoWindow *self, const char *host)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "live");
  /* Translators: the name of another computer */
  g_autofree char *reason = host ? g_strdup_printf (
      _("Live painting is for models of this computer: %s is too far away"), host) : NULL;

  if (host)
    gesso_live_set_enabled (self->live, FALSE);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), host == NULL);
  gesso_live_bar_set_reason (gesso_canvas_view_get_live_bar (self->canvas), reason);
}

static void
update (GessoWindow *self)
{
  g_autofree char *host = NULL;

  if (self->document == NULL || self->live == NULL)
    return;

  host = gesso_window_dup_server_host (self);
  gesso_settings_pane_set_server (self->pane, host,
                                  gesso_server_get_stock (gesso_engine_get_server (self->engine)));
  update_live (self, host);
  gesso_window_update_names (self);
}

/* After live painting and the library. */
void
gesso_window_init_server (GessoWindow *self)
{
  g_signal_connect_object (gesso_document_get_settings (self->document), "notify::model",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gesso_engine_get_server (self->engine), "changed", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  update (self);
}
