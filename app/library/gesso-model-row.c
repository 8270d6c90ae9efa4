/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of the model: its name, what it is, and a menu of the starter, recent ones and files. */
#include "config.h"

#include "gesso-model-row.h"

#include "engine/gesso-server-model.h"

#include <glib/gi18n.h>

#define MAX_RECENT 8

struct _GessoModelRow
{
  AdwActionRow   parent_instance;

  GtkMenuButton *button;
  GtkLabel      *name;

  GessoSettings *settings;
  GSettings     *store;
  GessoServer   *server;   /* or NULL */
  GMenu         *server_menu;
  char          *asking;   /* its address, while it is asked */
  GCancellable  *query;
  GessoProposal  proposal;
  char          *family;
  gboolean       is_editing;
};

enum
{
  MODEL_READ,
  MODEL_FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoModelRow, gesso_model_row, ADW_TYPE_ACTION_ROW)

static guint signals[N_SIGNALS];

static char *
dup_display_name (const char *path)
{
  if (gesso_server_model_is_one (path))
    return gesso_server_model_dup_title (path);
  /* Translators: the name of the small model that comes with Gesso, to start with */
  return *path ? g_path_get_basename (path) : g_strdup (_("Starter"));
}

/* ---- The menu ------------------------------------------------------------------------------- */

static void
append_model (GMenu *menu, const char *path)
{
  g_autofree char *name = dup_display_name (path);
  g_autoptr (GMenuItem) item = g_menu_item_new (name, NULL);

  g_menu_item_set_action_and_target (item, "win.model", "s", path);
  g_menu_append_item (menu, item);
}

static gboolean
has_server (GessoModelRow *self)
{
  return self->server && *gesso_server_get_address (self->server);
}

/* In place: the menu may be open. why: it has none (yet), or NULL. */
static void
fill_server_menu (GessoModelRow *self, const char *why)
{
  GessoServerStock *stock = has_server (self) ? gesso_server_get_stock (self->server) : NULL;

  g_menu_remove_all (self->server_menu);
  for (guint i = 0; stock && i < stock->models->len; i++)
    {
      const GessoServerModel *known = stock->models->pdata[i];
      g_autofree char *model =
          gesso_server_model_new (gesso_server_get_address (self->server), known->name);

      append_model (self->server_menu, model);
    }
  if (stock == NULL && why)
    g_menu_append (self->server_menu, why, "win.no-model"); /* there is no such action: it is grey */
}

static void
on_server_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoModelRow) self = data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->asking, g_free);
  if (!gesso_server_look_finish (GESSO_SERVER (source), result, &error) && self->server)
    fill_server_menu (self, error->message);
}

static gboolean
is_menu_open (GessoModelRow *self)
{
  GtkPopover *popover = gtk_menu_button_get_popover (self->button);

  return popover && gtk_widget_get_visible (GTK_WIDGET (popover));
}

/* Not before somebody wants to choose. */
static void
on_menu_opened (GtkMenuButton *button, gpointer data)
{
  GessoModelRow *self = data;

  if (!has_server (self) || gesso_server_get_stock (self->server) ||
      g_strcmp0 (self->asking, gesso_server_get_address (self->server)) == 0)
    return;

  g_free (self->asking);
  self->asking = g_strdup (gesso_server_get_address (self->server));
  fill_server_menu (self, _("Asking…"));
  gesso_server_look_async (self->server, NULL, on_server_looked, g_object_ref (self));
}

static void
append_server (GessoModelRow *self, GMenu *menu)
{
  g_autofree char *title = NULL;

  if (!has_server (self))
    return;

  /* Translators: over a list of models: they are on another computer, of that name */
  title = g_strdup_printf (_("On %s"), gesso_server_get_host (self->server));
  fill_server_menu (self, _("Asking…"));
  g_menu_append_section (menu, title, G_MENU_MODEL (self->server_menu));
}

static void
update_menu (GessoModelRow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) models = g_menu_new ();
  g_autoptr (GMenu) files = g_menu_new ();
  g_auto (GStrv) recent = self->store ? g_settings_get_strv (self->store, "recent-models") : NULL;

  append_model (models, "");
  for (guint i = 0; recent && recent[i]; i++)
    append_model (models, recent[i]);
  g_menu_append (files, _("_Library…"), "win.library");
  g_menu_append (files, _("_Get Models…"), "win.get-models");
  g_menu_append (files, _("Open Model _File…"), "win.open-model-file");
  g_menu_append (files, _("Open Model F_older…"), "win.open-model-folder");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (models));
  append_server (self, menu);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  gtk_menu_button_set_menu_model (self->button, G_MENU_MODEL (menu));
}

/* Puts path first; forgets the oldest. */
static void
remember_recent (GessoModelRow *self, const char *path)
{
  g_auto (GStrv) old = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) recent = NULL;

  if (self->store == NULL || *path == '\0')
    return;

  old = g_settings_get_strv (self->store, "recent-models");
  g_strv_builder_add (builder, path);
  for (guint i = 0; old[i] && i < MAX_RECENT - 1; i++)
    if (g_strcmp0 (old[i], path) != 0)
      g_strv_builder_add (builder, old[i]);
  recent = g_strv_builder_end (builder);
  g_settings_set_strv (self->store, "recent-models", (const char *const *) recent);
  update_menu (self);
}

/* ---- The model ------------------------------------------------------------------------------ */

static void
on_model_queried (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoModelRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoModel) model = gesso_model_query_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (model == NULL)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _("Cannot be used"));
      g_signal_emit (self, signals[MODEL_FAILED], 0, error->message);
      return;
    }

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), model->description);
  remember_recent (self, model->path);
  self->proposal = model->proposal;
  self->is_editing = model->is_editing;
  g_free (self->family);
  self->family = g_steal_pointer (&model->family);
  g_signal_emit (self, signals[MODEL_READ], 0, model->native_size, model->n_parameters);
}

/* What is known of it without a file. */
static void
take_server_model (GessoModelRow *self, const char *model)
{
  g_autofree char *host = gesso_server_model_dup_host (model);
  const gboolean is_ours = self->server && gesso_server_has_address_of (self->server, model);
  /* Translators: of a model: it is on another computer, of that name */
  g_autofree char *where = is_ours ? g_strdup_printf (_("On %s"), host)
                                   : g_strdup_printf (_("On %s, which the preferences do not name"), host);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), where);
  gesso_catalog_get_proposal (&self->proposal);
  self->is_editing = FALSE;
  g_clear_pointer (&self->family, g_free);
  if (is_ours)
    g_signal_emit (self, signals[MODEL_READ], 0, gesso_server_get_native_size (self->server, model),
                   (guint64) 0);
}

static void
on_model_changed (GessoModelRow *self)
{
  const char *path = gesso_settings_get_model (self->settings);
  g_autofree char *name = dup_display_name (path);

  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), *path ? path : _("Choose a Model"));

  g_cancellable_cancel (self->query);
  g_clear_object (&self->query);
  if (gesso_server_model_is_one (path))
    {
      take_server_model (self, path);
      return;
    }
  self->query = g_cancellable_new ();
  gesso_model_query_async (path, self->query, on_model_queried, g_object_ref (self));
}

/* It is another one, or what it has is known: its models may be of another size than was thought. */
static void
on_server_changed (GessoModelRow *self)
{
  if (self->settings == NULL)
    return;

  if (is_menu_open (self))
    fill_server_menu (self, NULL);
  else
    update_menu (self);
  if (gesso_server_model_is_one (gesso_settings_get_model (self->settings)))
    take_server_model (self, gesso_settings_get_model (self->settings));
}

void
gesso_model_row_set_server (GessoModelRow *self, GessoServer *server)
{
  self->server = g_object_ref (server);
  g_signal_connect_object (server, "changed", G_CALLBACK (on_server_changed), self, G_CONNECT_SWAPPED);
  gtk_menu_button_set_create_popup_func (self->button, on_menu_opened, self, NULL);
}

void
gesso_model_row_bind (GessoModelRow *self, GessoSettings *settings, GSettings *store)
{
  self->settings = g_object_ref (settings);
  self->store = store ? g_object_ref (store) : NULL;
  g_signal_connect_object (settings, "notify::model", G_CALLBACK (on_model_changed), self,
                           G_CONNECT_SWAPPED);
  update_menu (self);
  on_model_changed (self);
}

const char *
gesso_model_row_get_family (GessoModelRow *self)
{
  return self->family;
}

gboolean
gesso_model_row_get_is_editing (GessoModelRow *self)
{
  return self->is_editing;
}

const GessoProposal *
gesso_model_row_get_proposal (GessoModelRow *self)
{
  return &self->proposal;
}

static void
gesso_model_row_dispose (GObject *object)
{
  GessoModelRow *self = GESSO_MODEL_ROW (object);

  if (self->query)
    g_cancellable_cancel (self->query);
  g_clear_object (&self->query);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  g_clear_object (&self->server);
  g_clear_object (&self->server_menu);
  g_clear_pointer (&self->asking, g_free);
  g_clear_pointer (&self->family, g_free);

  G_OBJECT_CLASS (gesso_model_row_parent_class)->dispose (object);
}

static void
gesso_model_row_class_init (GessoModelRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_model_row_dispose;

  signals[MODEL_READ] =
      g_signal_new ("model-read", GESSO_TYPE_MODEL_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT64);
  signals[MODEL_FAILED] =
      g_signal_new ("model-failed", GESSO_TYPE_MODEL_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/library/gesso-model-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoModelRow, button);
  gtk_widget_class_bind_template_child (widget_class, GessoModelRow, name);
}

static void
gesso_model_row_init (GessoModelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->server_menu = g_menu_new ();
  /* Of the button within the menu button, which takes no name from the row. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Model"), -1);
}
