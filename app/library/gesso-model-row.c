/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of the model: its name, what it is, and a menu of the starter, recent ones and files. */
#include "config.h"

#include "gesso-model-row.h"

#include <glib/gi18n.h>

#define MAX_RECENT 8

struct _GessoModelRow
{
  AdwActionRow   parent_instance;

  GtkMenuButton *button;
  GtkLabel      *name;

  GessoSettings *settings;
  GSettings     *store;
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

static void
on_model_changed (GessoModelRow *self)
{
  const char *path = gesso_settings_get_model (self->settings);
  g_autofree char *name = dup_display_name (path);

  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), *path ? path : _("Choose a Model"));

  g_cancellable_cancel (self->query);
  g_clear_object (&self->query);
  self->query = g_cancellable_new ();
  gesso_model_query_async (path, self->query, on_model_queried, g_object_ref (self));
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
  /* Of the button within the menu button, which takes no name from the row. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Model"), -1);
}
