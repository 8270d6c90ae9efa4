/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three lists and an entry. */
#include "config.h"

#include "gesso-get-view.h"

#include "gesso-download-row.h"
#include "gesso-offer.h"

#include <glib/gi18n.h>

struct _GessoGetView
{
  GtkWidget       parent_instance;

  GtkWidget      *active;
  GtkListBox     *active_list;
  GtkEditable    *address;
  GtkWidget      *spinner;
  GtkLabel       *message;
  GtkWidget      *found;
  GtkListBox     *found_list;
  GtkListBox     *proposed_list;

  GessoDownloads *downloads;
  char           *hub;
  GCancellable   *cancellable; /* of the look-up, or NULL */
};

G_DEFINE_FINAL_TYPE (GessoGetView, gesso_get_view, GTK_TYPE_WIDGET)

static GtkWindow *
get_window (GessoGetView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return root ? GTK_WINDOW (root) : NULL;
}

static void
empty (GtkListBox *list)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (list))))
    gtk_list_box_remove (list, row);
}

/* ---- Offers --------------------------------------------------------------------------------- */

static void
on_get (GessoGetView *self, GtkWidget *button)
{
  const GessoOffer *offer = g_object_get_data (G_OBJECT (button), "offer");

  gesso_offer_ask (gesso_offer_copy (offer), self->downloads, get_window (self));
}

/* Takes the offer. */
static void
add_offer (GessoGetView *self, GtkListBox *list, GessoOffer *offer, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  const gboolean is_there = gesso_offer_is_there (offer, self->downloads);
  GtkWidget *button = gtk_button_new_with_mnemonic (is_there ? _("Is There") : _("_Get…"));
  /* Translators: %s is a model */
  g_autofree char *label = g_strdup_printf (_("Get %s"), offer->info.title);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), offer->info.title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (button, !is_there);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "offer", offer, (GDestroyNotify) gesso_offer_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_get), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (list, row);
}

static void
show_proposed (GessoGetView *self)
{
  const GPtrArray *entries = gesso_model_list_get ();

  empty (self->proposed_list);
  for (guint i = 0; i < entries->len; i++)
    {
      const GessoModelEntry *entry = entries->pdata[i];
      GessoOffer *offer = gesso_offer_new_from_entry (entry);
      g_autofree char *terms = gesso_offer_dup_terms (offer);
      g_autofree char *subtitle =
          entry->family ? g_strdup_printf ("%s\n%s · %s", entry->purpose, entry->family, terms)
                        : g_strdup_printf ("%s\n%s", entry->purpose, terms);

      add_offer (self, self->proposed_list, offer, subtitle);
    }
}

/* ---- An address ----------------------------------------------------------------------------- */

static void
say (GessoGetView *self, const char *text)
{
  gtk_label_set_label (self->message, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), text != NULL);
}

static void
set_busy (GessoGetView *self, gboolean busy)
{
  gtk_widget_set_visible (self->spinner, busy);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), busy);
}

static void
show_listing (GessoGetView *self, const GessoHubListing *listing)
{
  /* Translators: %s is the name of a licence, as a web page has it */
  g_autofree char *description = listing->licence
                                     ? g_strdup_printf (_("Licence: %s"), listing->licence)
                                     : g_strdup (_("Its licence is not stated"));

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->found), listing->repository);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->found), description);
  for (guint i = 0; i < listing->files->len; i++)
    {
      const GessoHubFile *file = listing->files->pdata[i];
      g_autofree char *size = g_format_size (file->size);
      g_autofree char *subtitle = g_strdup_printf ("%s · %s", file->path, size);

      add_offer (self, self->found_list, gesso_offer_new_from_hub (listing, file),
                 file->size > 0 ? subtitle : file->path);
    }
  gtk_widget_set_visible (self->found, TRUE);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoGetView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoHubListing) listing = gesso_hub_list_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->downloads == NULL)
    return;

  g_clear_object (&self->cancellable);
  set_busy (self, FALSE);
  if (listing == NULL)
    {
      say (self, error->message);
      return;
    }
  show_listing (self, listing);
  if (listing->files->len == 1) /* nothing to choose */
    gesso_offer_ask (gesso_offer_new_from_hub (listing, listing->files->pdata[0]), self->downloads,
                     get_window (self));
}

static void
stop_looking (GessoGetView *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
gesso_get_view_look_up (GessoGetView *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoAddress) address = gesso_address_parse (text, self->hub, &error);

  stop_looking (self);
  set_busy (self, FALSE);
  empty (self->found_list);
  gtk_widget_set_visible (self->found, FALSE);
  say (self, address ? NULL : error->message);
  if (address == NULL)
    return;

  if (address->repository)
    {
      set_busy (self, TRUE);
      self->cancellable = g_cancellable_new ();
      gesso_hub_list_async (gesso_downloads_get_session (self->downloads), self->hub, address,
                            self->cancellable, on_listed, g_object_ref (self));
    }
  else
    gesso_offer_ask (gesso_offer_new_from_file (address->file), self->downloads, get_window (self));
}

static void
on_apply (GessoGetView *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->address));

  gesso_get_view_look_up (self, text);
}

void
gesso_get_view_set_hub (GessoGetView *self, const char *hub)
{
  g_free (self->hub);
  self->hub = g_strdup (hub);
}

/* ---- On their way --------------------------------------------------------------------------- */

static void
toggle (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoGetView *self = GESSO_GET_VIEW (widget);
  GessoDownload *download =
      gesso_downloads_find (self->downloads, g_variant_get_string (parameter, NULL));

  if (download == NULL)
    return;
  if (gesso_download_is_active (download))
    gesso_download_stop (download);
  else
    gesso_downloads_resume (self->downloads, download);
}

static void
remove_download (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoGetView *self = GESSO_GET_VIEW (widget);
  GessoDownload *download =
      gesso_downloads_find (self->downloads, g_variant_get_string (parameter, NULL));

  if (download)
    gesso_downloads_remove (self->downloads, download);
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return gesso_download_row_new (item);
}

static void
on_items_changed (GessoGetView *self)
{
  gtk_widget_set_visible (self->active,
                          g_list_model_get_n_items (G_LIST_MODEL (self->downloads)) > 0);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_get_view_set_downloads (GessoGetView *self, GessoDownloads *downloads)
{
  self->downloads = g_object_ref (downloads);
  gtk_list_box_bind_model (self->active_list, G_LIST_MODEL (downloads), make_row, NULL, NULL);
  g_signal_connect_object (downloads, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (downloads, "done", G_CALLBACK (show_proposed), self, G_CONNECT_SWAPPED);
  on_items_changed (self);
  show_proposed (self);
}

static void
gesso_get_view_dispose (GObject *object)
{
  GessoGetView *self = GESSO_GET_VIEW (object);
  GtkWidget *child;

  stop_looking (self);
  if (self->active_list)
    gtk_list_box_bind_model (self->active_list, NULL, NULL, NULL, NULL);
  self->active_list = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  g_clear_object (&self->downloads);
  g_clear_pointer (&self->hub, g_free);

  G_OBJECT_CLASS (gesso_get_view_parent_class)->dispose (object);
}

static void
gesso_get_view_class_init (GessoGetViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_get_view_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/library/gesso-get-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, active);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, active_list);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, address);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, spinner);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, message);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, found);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, found_list);
  gtk_widget_class_bind_template_child (widget_class, GessoGetView, proposed_list);
  gtk_widget_class_bind_template_callback (widget_class, on_apply);
  gtk_widget_class_install_action (widget_class, "get.toggle", "s", toggle);
  gtk_widget_class_install_action (widget_class, "get.remove", "s", remove_download);
}

static void
gesso_get_view_init (GessoGetView *self)
{
  self->hub = g_strdup (GESSO_HUB);
  gtk_widget_init_template (GTK_WIDGET (self));
}
