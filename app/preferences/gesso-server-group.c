/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed holds once it is applied, by its button, Enter or Test; then the server is asked. */
#include "config.h"

#include "gesso-server-group.h"

#include "engine/gesso-server-model.h"
#include "gesso-store.h"

#include <glib/gi18n.h>

struct _GessoServerGroup
{
  AdwPreferencesGroup parent_instance;

  GtkEditable  *address;
  GtkEditable  *password;
  AdwActionRow *status;
  GtkWidget    *spinner;

  GSettings    *store;
  GessoServer  *server;
  GCancellable *look;   /* on its way, or NULL */
};

G_DEFINE_FINAL_TYPE (GessoServerGroup, gesso_server_group, ADW_TYPE_PREFERENCES_GROUP)

static void
set_status (GessoServerGroup *self, const char *text, gboolean is_error)
{
  adw_action_row_set_subtitle (self->status, text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->status), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status), "error");
}

static void
show_stock (GessoServerGroup *self)
{
  g_autofree char *stock = gesso_server_dup_stock_text (self->server);
  g_autofree char *text = NULL;

  if (stock && !gesso_server_address_is_private (gesso_server_get_address (self->server)))
    /* Translators: after what the server has */
    text = g_strdup_printf (_("%s. Without https, others in the network can read along"), stock);
  else if (stock)
    text = g_steal_pointer (&stock);
  else if (*gesso_server_get_address (self->server) == '\0')
    text = g_strdup (_("None: pictures are made on this one"));
  else
    text = g_strdup (_("Its models are in the list of models, once it has been asked"));
  set_status (self, text, FALSE);
}

/* ---- Looking -------------------------------------------------------------------------------- */

static void
set_look (GessoServerGroup *self, GCancellable *look)
{
  if (self->look)
    g_cancellable_cancel (self->look);
  g_set_object (&self->look, look);
  gtk_widget_set_visible (self->spinner, look != NULL);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), look != NULL);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoServerGroup) self = data;
  g_autoptr (GError) error = NULL;

  gesso_server_look_finish (GESSO_SERVER (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* another one is on its way, or the window is closed */

  set_look (self, NULL);
  if (error)
    set_status (self, error->message, TRUE);
  else
    show_stock (self);
}

static void
look (GessoServerGroup *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  set_look (self, cancellable);
  set_status (self, _("Asking…"), FALSE);
  gesso_server_look_async (self->server, cancellable, on_looked, g_object_ref (self));
}

/* ---- Applying ------------------------------------------------------------------------------- */

/* FALSE, with the reason shown, if it cannot be kept. */
static gboolean
keep (GessoServerGroup *self)
{
  const char *text = gtk_editable_get_text (self->address);
  const gboolean is_empty = *text == '\0';
  g_autoptr (GError) error = NULL;
  g_autofree char *address = is_empty ? g_strdup ("") : gesso_server_address_parse (text, &error);

  if (address == NULL ||
      !gesso_store_save_password (is_empty ? "" : gtk_editable_get_text (self->password), &error))
    {
      set_look (self, NULL);
      set_status (self, error->message, TRUE);
      return FALSE;
    }

  g_settings_set_string (self->store, "server-address", address);
  gesso_store_apply_server (self->store, self->server);

  return TRUE;
}

static void
apply (GessoServerGroup *self)
{
  if (!keep (self))
    return;

  if (*gesso_server_get_address (self->server))
    look (self);
  else
    {
      set_look (self, NULL);
      show_stock (self);
    }
}

void
gesso_server_group_bind (GessoServerGroup *self, GSettings *store, GessoServer *server)
{
  self->store = g_object_ref (store);
  self->server = g_object_ref (server);
  gtk_editable_set_text (self->address, gesso_server_get_address (server));
  gtk_editable_set_text (self->password, gesso_server_get_token (server));
  show_stock (self);
}

static void
gesso_server_group_dispose (GObject *object)
{
  GessoServerGroup *self = GESSO_SERVER_GROUP (object);

  if (self->look)
    g_cancellable_cancel (self->look);
  g_clear_object (&self->look);
  g_clear_object (&self->store);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (gesso_server_group_parent_class)->dispose (object);
}

static void
gesso_server_group_class_init (GessoServerGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_server_group_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/preferences/gesso-server-group.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoServerGroup, address);
  gtk_widget_class_bind_template_child (widget_class, GessoServerGroup, password);
  gtk_widget_class_bind_template_child (widget_class, GessoServerGroup, status);
  gtk_widget_class_bind_template_child (widget_class, GessoServerGroup, spinner);
  gtk_widget_class_bind_template_callback (widget_class, apply);
}

static void
gesso_server_group_init (GessoServerGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
