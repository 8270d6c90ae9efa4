/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The object and its states. */
#include "config.h"

#include "gesso-download-private.h"

#include <glib/gi18n.h>

#define CHANGED_MS 100

G_DEFINE_FINAL_TYPE (GessoDownload, gesso_download, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- States --------------------------------------------------------------------------------- */

void
gesso_download_changed (GessoDownload *self, gboolean at_once)
{
  const gint64 now = g_get_monotonic_time ();

  if (!at_once && now - self->changed_at < CHANGED_MS * 1000)
    return;
  self->changed_at = now;
  g_signal_emit (self, changed_signal, 0);
}

void
gesso_download_set_state (GessoDownload *self, GessoDownloadState state)
{
  self->state = state;
  gesso_download_changed (self, TRUE);
}

void
gesso_download_end (GessoDownload *self, GessoDownloadState state, GError *error)
{
  if (self->removing && self->part)
    gesso_part_file_discard (self->part);
  if (self->removing || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    self->n_bytes = 0;
  g_clear_pointer (&self->part, gesso_part_file_free);
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->pause, g_source_remove);
  g_clear_error (&self->error);
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->error = g_steal_pointer (&error);
  g_clear_error (&error);
  gesso_download_set_state (self, state);
  g_object_unref (self);
}

void
gesso_download_queue (GessoDownload *self)
{
  if (gesso_download_is_active (self) || self->state == GESSO_DOWNLOAD_DONE)
    return;

  g_clear_error (&self->error);
  gesso_download_set_state (self, GESSO_DOWNLOAD_QUEUED);
}

void
gesso_download_start (GessoDownload *self)
{
  if (self->cancellable || self->state == GESSO_DOWNLOAD_DONE)
    return;

  g_object_ref (self);
  self->cancellable = g_cancellable_new ();
  self->removing = FALSE;
  g_clear_error (&self->error);
  gesso_download_set_state (self, GESSO_DOWNLOAD_RUNNING);
  gesso_transfer_start (self);
}

void
gesso_download_stop (GessoDownload *self)
{
  if (self->state == GESSO_DOWNLOAD_QUEUED)
    gesso_download_set_state (self, GESSO_DOWNLOAD_STOPPED);
  if (self->cancellable == NULL)
    return;

  g_cancellable_cancel (self->cancellable);
  if (self->pause)
    gesso_download_end (self, GESSO_DOWNLOAD_STOPPED, NULL);
}

void
gesso_download_remove (GessoDownload *self)
{
  self->removing = TRUE;
  if (self->cancellable == NULL && self->name && self->state != GESSO_DOWNLOAD_DONE &&
      gesso_part_file_check_name (self->name, NULL))
    {
      g_autoptr (GessoPartFile) part = gesso_part_file_new (self->folder, self->name);

      gesso_part_file_discard (part);
      self->n_bytes = 0;
    }
  gesso_download_stop (self);
}

/* ---- What it is ----------------------------------------------------------------------------- */

GessoDownloadState
gesso_download_get_state (GessoDownload *self)
{
  return self->state;
}

gboolean
gesso_download_is_active (GessoDownload *self)
{
  return self->state == GESSO_DOWNLOAD_QUEUED || self->state == GESSO_DOWNLOAD_RUNNING ||
         self->state == GESSO_DOWNLOAD_WAITING;
}

const char *
gesso_download_get_error (GessoDownload *self)
{
  return self->error ? self->error->message : NULL;
}

const char *
gesso_download_get_name (GessoDownload *self)
{
  return self->name;
}

const char *
gesso_download_get_title (GessoDownload *self)
{
  if (self->info.title)
    return self->info.title;

  return self->name ? self->name : self->info.address;
}

const char *
gesso_download_get_folder (GessoDownload *self)
{
  return self->folder;
}

const char *
gesso_download_get_address (GessoDownload *self)
{
  return self->info.address;
}

guint64
gesso_download_get_bytes (GessoDownload *self)
{
  return self->n_bytes;
}

guint64
gesso_download_get_size (GessoDownload *self)
{
  return self->info.size > 0 ? self->info.size : self->size;
}

gboolean
gesso_download_get_checked (GessoDownload *self)
{
  return self->checked;
}

static char *
dup_amount (GessoDownload *self)
{
  const guint64 whole = gesso_download_get_size (self);
  g_autofree char *done = g_format_size (self->n_bytes);
  g_autofree char *size = g_format_size (whole);

  if (whole == 0)
    return g_steal_pointer (&done);

  /* Translators: how much of a file is there, "1.2 GB of 4.3 GB" */
  return g_strdup_printf (_("%s of %s"), done, size);
}

char *
gesso_download_dup_status (GessoDownload *self)
{
  g_autofree char *amount = dup_amount (self);

  switch (self->state)
    {
    case GESSO_DOWNLOAD_QUEUED:
      return g_strdup (_("Waits for the others"));
    case GESSO_DOWNLOAD_RUNNING:
      return g_steal_pointer (&amount);
    case GESSO_DOWNLOAD_WAITING:
      /* Translators: %s is how much of a file is there, "1.2 GB of 4.3 GB" */
      return g_strdup_printf (_("%s · the connection is gone, trying again…"), amount);
    case GESSO_DOWNLOAD_DONE:
      return g_strdup (self->checked ? _("In the library, and checked")
                                     : _("In the library; there was no checksum to compare it with"));
    case GESSO_DOWNLOAD_STOPPED:
    default:
      if (self->error)
        return g_strdup (self->error->message);
      /* Translators: %s is how much of a file is there, "1.2 GB of 4.3 GB" */
      return g_strdup_printf (_("%s · stopped"), amount);
    }
}

/* ---- For tests ------------------------------------------------------------------------------ */

void
gesso_download_set_free_space (GessoDownload *self, GessoFreeSpaceFunc func)
{
  self->free_space = func;
}

void
gesso_download_set_pause_ms (GessoDownload *self, guint ms)
{
  self->pause_ms = ms;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_download_finalize (GObject *object)
{
  GessoDownload *self = GESSO_DOWNLOAD (object);

  g_clear_object (&self->session);
  g_clear_error (&self->error);
  gesso_part_info_clear (&self->info);
  g_free (self->folder);
  g_free (self->name);

  G_OBJECT_CLASS (gesso_download_parent_class)->finalize (object);
}

static void
gesso_download_class_init (GessoDownloadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_download_finalize;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_DOWNLOAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
gesso_download_init (GessoDownload *self)
{
  self->free_space = gesso_transfer_get_free_space;
  self->pause_ms = 1000;
}

GessoDownload *
gesso_download_new (SoupSession         *session,
                    const char          *folder,
                    const char          *name,
                    const GessoPartInfo *info)
{
  GessoDownload *self = g_object_new (GESSO_TYPE_DOWNLOAD, NULL);

  self->session = g_object_ref (session);
  self->folder = g_strdup (folder);
  self->name = g_strdup (name);
  self->info.address = g_strdup (info->address);
  self->info.title = g_strdup (info->title);
  self->info.licence = g_strdup (info->licence);
  self->info.sha256 = info->sha256 ? g_ascii_strdown (info->sha256, -1) : NULL;
  self->info.validator = g_strdup (info->validator);
  self->info.size = info->size;
  if (name)
    self->n_bytes = gesso_part_file_measure (folder, name);

  return self;
}
