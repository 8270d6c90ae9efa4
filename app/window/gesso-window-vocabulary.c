/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model without a vocabulary: it is said before the first prompt cannot be read, and one button gets it. */
#include "config.h"

#include "gesso-window-private.h"

#include "engine/gesso-vocabulary.h"
#include "library/gesso-offer.h"

#include <glib/gi18n.h>

#define VOCABULARY "clip-vocabulary" /* in resources/models.ini */

static GessoOffer *
get_offer (void)
{
  const GessoModelEntry *entry = gesso_model_list_find (VOCABULARY);

  return entry ? gesso_offer_new_from_entry (entry) : NULL;
}

static void
show_banner (GessoWindow *self)
{
  g_autoptr (GessoOffer) offer = get_offer ();
  g_autofree char *terms = offer ? gesso_offer_dup_terms (offer) : NULL;
  /* Translators: %s is a size and the name of a licence, "1.4 MB · MIT" */
  g_autofree char *text =
      g_strdup_printf (_("This model reads prompts with CLIP’s vocabulary, which is not on this "
                         "machine yet (%s)"), terms ? terms : "");

  if (offer)
    gesso_banner_show (self->banner, GESSO_BANNER_NOTE, text, _("Get It"), "win.get-vocabulary");
}

static void
on_queried (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  const gssize n_tokens = gesso_vocabulary_query_finish (result);

  if (n_tokens < 0 || self->document == NULL)
    return;

  if (n_tokens == GESSO_VOCABULARY_CLIP)
    show_banner (self);
  else if (self->lacks_vocabulary)
    gesso_banner_hide (self->banner);
  self->lacks_vocabulary = n_tokens == GESSO_VOCABULARY_CLIP;
}

static void
look (GessoWindow *self)
{
  g_auto (GStrv) folders = NULL;

  g_autofree char *host = NULL;

  if (self->document == NULL || self->library == NULL)
    return;

  g_cancellable_cancel (self->vocabulary);
  g_clear_object (&self->vocabulary);
  host = gesso_window_dup_server_host (self);
  if (host)
    {
      if (self->lacks_vocabulary)
        gesso_banner_hide (self->banner);
      self->lacks_vocabulary = FALSE;
      return;
    }
  folders = gesso_library_dup_folders (self->library);
  self->vocabulary = g_cancellable_new ();
  gesso_vocabulary_query_async (
      gesso_settings_get_model (gesso_document_get_settings (self->document)),
      (const char *const *) folders, self->vocabulary, on_queried, g_object_ref (self));
}

/* A folder that was added may have one. */
static void
on_scanned (GessoWindow *self)
{
  if (self->lacks_vocabulary)
    look (self);
}

static void
on_downloaded (GessoWindow *self, GessoDownload *download)
{
  const GessoModelEntry *entry = gesso_model_list_find (VOCABULARY);

  if (self->document == NULL || entry == NULL ||
      !g_str_equal (gesso_download_get_address (download), entry->address))
    return;

  look (self);
  gesso_window_count_tokens (self);
}

/* The banner has told of the licence. How far it is, the page of downloads shows. */
static void
get_vocabulary (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GessoOffer) offer = get_offer ();

  if (offer == NULL)
    return;

  gesso_banner_hide (self->banner);
  gesso_offer_accept (offer, self->downloads);
  gesso_window_toast (self, _("CLIP’s vocabulary is fetched"), _("_Details"), "win.get-models");
}

void
gesso_window_init_vocabulary (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "get-vocabulary", .activate = get_vocabulary },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (gesso_settings_pane_get_model_row (self->pane), "model-read",
                           G_CALLBACK (look), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "scanned", G_CALLBACK (on_scanned), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->downloads, "done", G_CALLBACK (on_downloaded), self,
                           G_CONNECT_SWAPPED);
}

void
gesso_window_close_vocabulary (GessoWindow *self)
{
  g_cancellable_cancel (self->vocabulary);
  g_clear_object (&self->vocabulary);
}
