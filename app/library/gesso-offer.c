/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers, and a message dialog. */
#include "config.h"

#include "gesso-offer.h"

#include "document/gesso-sandbox.h"

#include <glib/gi18n.h>

void
gesso_offer_free (GessoOffer *offer)
{
  if (offer == NULL)
    return;

  gesso_part_info_clear (&offer->info);
  g_free (offer->folder);
  g_free (offer->name);
  g_free (offer->licence_address);
  g_free (offer->page);
  g_free (offer);
}

GessoOffer *
gesso_offer_copy (const GessoOffer *offer)
{
  GessoOffer *copy = g_new0 (GessoOffer, 1);

  copy->info.address = g_strdup (offer->info.address);
  copy->info.title = g_strdup (offer->info.title);
  copy->info.licence = g_strdup (offer->info.licence);
  copy->info.sha256 = g_strdup (offer->info.sha256);
  copy->info.size = offer->info.size;
  copy->folder = g_strdup (offer->folder);
  copy->name = g_strdup (offer->name);
  copy->licence_address = g_strdup (offer->licence_address);
  copy->page = g_strdup (offer->page);

  return copy;
}

GessoOffer *
gesso_offer_new_from_entry (const GessoModelEntry *entry)
{
  GessoOffer *offer = g_new0 (GessoOffer, 1);

  offer->info.address = g_strdup (entry->address);
  offer->info.title = g_strdup (entry->title);
  offer->info.licence = g_strdup (entry->licence);
  offer->info.sha256 = g_strdup (entry->sha256);
  offer->info.size = entry->size;
  offer->name = g_strdup (entry->name);
  offer->licence_address = g_strdup (entry->licence_address);
  offer->page = g_strdup (entry->page);
  if (g_str_equal (entry->kind, "vocabulary"))
    offer->folder = g_build_filename (g_get_user_data_dir (), "gesso", "clip", NULL);

  return offer;
}

GessoOffer *
gesso_offer_new_from_hub (const GessoHubListing *listing, const GessoHubFile *file)
{
  GessoOffer *offer = g_new0 (GessoOffer, 1);

  offer->info.address = g_strdup (file->address);
  offer->info.title = g_strdup (file->name);
  offer->info.licence = g_strdup (listing->licence);
  offer->info.sha256 = g_strdup (file->sha256);
  offer->info.size = file->size;
  offer->name = g_strdup (file->name);
  offer->page = g_strdup (listing->page);

  return offer;
}

GessoOffer *
gesso_offer_new_from_file (const char *address)
{
  GessoOffer *offer = g_new0 (GessoOffer, 1);

  offer->info.address = g_strdup (address);
  offer->info.title = gesso_address_dup_name (address);

  return offer;
}

char *
gesso_offer_dup_terms (const GessoOffer *offer)
{
  g_autofree char *size = g_format_size (offer->info.size);
  const char *licence = offer->info.licence ? offer->info.licence : _("licence not stated");

  return offer->info.size > 0 ? g_strdup_printf ("%s · %s", size, licence) : g_strdup (licence);
}

gboolean
gesso_offer_is_there (const GessoOffer *offer, GessoDownloads *downloads)
{
  const char *folder = offer->folder ? offer->folder : gesso_downloads_get_folder (downloads);
  g_autofree char *path = offer->name ? g_build_filename (folder, offer->name, NULL) : NULL;

  return path && g_file_test (path, G_FILE_TEST_EXISTS);
}

void
gesso_offer_accept (const GessoOffer *offer, GessoDownloads *downloads)
{
  gesso_downloads_add (downloads, offer->folder, offer->name, &offer->info);
}

/* ---- The question --------------------------------------------------------------------------- */

static char *
dup_body (const GessoOffer *offer, GessoDownloads *downloads)
{
  g_autoptr (GUri) uri = g_uri_parse (offer->info.address, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (
      offer->folder ? offer->folder : gesso_downloads_get_folder (downloads));
  g_autofree char *name = gesso_sandbox_dup_name (folder);
  const char *host = uri ? g_uri_get_host (uri) : "";
  g_autofree char *size = g_format_size (offer->info.size);
  GString *body = g_string_new (NULL);

  if (offer->info.licence)
    /* Translators: %s is the name of a licence */
    g_string_append_printf (body, _("It may be used under this licence: %s."), offer->info.licence);
  else
    g_string_append (body, _("Its licence is not stated: look on its page what it may be used for."));
  g_string_append (body, "\n\n");
  if (offer->info.size > 0)
    /* Translators: a size, the name of a server, and a folder */
    g_string_append_printf (body, _("%s come from %s into %s."), size, host, name);
  else
    /* Translators: the name of a server, and a folder */
    g_string_append_printf (body, _("It comes from %s into %s."), host, name);

  return g_string_free (body, FALSE);
}

static void
add_link (GtkWidget *box, const char *address, const char *label)
{
  if (address)
    gtk_box_append (GTK_BOX (box), gtk_link_button_new_with_label (address, label));
}

static void
on_response (AdwMessageDialog *dialog, const char *response, GessoDownloads *downloads)
{
  if (g_str_equal (response, "get"))
    gesso_offer_accept (g_object_get_data (G_OBJECT (dialog), "offer"), downloads);
}

void
gesso_offer_ask (GessoOffer *offer, GessoDownloads *downloads, GtkWindow *parent)
{
  g_autofree char *body = dup_body (offer, downloads);
  GtkWidget *dialog = adw_message_dialog_new (parent, NULL, body);
  GtkWidget *links = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog),
                                     /* Translators: %s is a model */
                                     _("Get %s?"),
                                     offer->info.title ? offer->info.title : offer->info.address);
  add_link (links, offer->licence_address, _("Read the Licence"));
  add_link (links, offer->page, _("Look at Its Page"));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), links);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "get",
                                    _("_Get"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "get");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "get",
                                              ADW_RESPONSE_SUGGESTED);
  g_object_set_data_full (G_OBJECT (dialog), "offer", offer, (GDestroyNotify) gesso_offer_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), downloads, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
