/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue. */
#include "config.h"

#include "gesso-downloads.h"

#define MAX_AT_ONCE 2
#define TIMEOUT_SECONDS 30 /* without a byte */

struct _GessoDownloads
{
  GObject      parent_instance;

  SoupSession *session;
  char        *folder;
  GListStore  *items;
};

static void list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GessoDownloads, gesso_downloads, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint changed_signal, done_signal;

/* ---- The list ------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *model)
{
  return GESSO_TYPE_DOWNLOAD;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (GESSO_DOWNLOADS (model)->items));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (GESSO_DOWNLOADS (model)->items), position);
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

static GessoDownload *
peek (GessoDownloads *self, guint i)
{
  g_autoptr (GessoDownload) download = get_item (G_LIST_MODEL (self), i);

  return download; /* which the list holds */
}

GessoDownload *
gesso_downloads_find (GessoDownloads *self, const char *address)
{
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    if (g_str_equal (gesso_download_get_address (peek (self, i)), address))
      return peek (self, i);

  return NULL;
}

/* ---- Turns ---------------------------------------------------------------------------------- */

/* Two of one name would write into one file. */
static gboolean
is_in_the_way (GessoDownload *running, GessoDownload *next)
{
  return g_str_equal (gesso_download_get_folder (running), gesso_download_get_folder (next)) &&
         g_strcmp0 (gesso_download_get_name (running), gesso_download_get_name (next)) == 0;
}

static gboolean
may_start (GessoDownloads *self, GessoDownload *next)
{
  guint n_running = 0;

  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    {
      GessoDownload *other = peek (self, i);

      if (!gesso_download_is_active (other) ||
          gesso_download_get_state (other) == GESSO_DOWNLOAD_QUEUED)
        continue;
      n_running++;
      if (is_in_the_way (other, next))
        return FALSE;
    }

  return n_running < MAX_AT_ONCE;
}

static void
start_next (GessoDownloads *self)
{
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (GessoDownload) download = get_item (G_LIST_MODEL (self), i);

      if (gesso_download_get_state (download) == GESSO_DOWNLOAD_QUEUED && may_start (self, download))
        gesso_download_start (download);
    }
}

static void
on_changed (GessoDownload *download, GessoDownloads *self)
{
  g_signal_emit (self, changed_signal, 0);
  if (gesso_download_get_state (download) == GESSO_DOWNLOAD_DONE)
    g_signal_emit (self, done_signal, 0, download);
  if (gesso_download_get_state (download) == GESSO_DOWNLOAD_DONE ||
      gesso_download_get_state (download) == GESSO_DOWNLOAD_STOPPED)
    start_next (self);
}

static GessoDownload *
append (GessoDownloads *self, const char *folder, const char *name, const GessoPartInfo *info)
{
  g_autoptr (GessoDownload) download = gesso_download_new (self->session, folder, name, info);

  g_signal_connect_object (download, "changed", G_CALLBACK (on_changed), self, 0);
  g_list_store_append (self->items, download);

  return download; /* which the list holds */
}

void
gesso_downloads_resume (GessoDownloads *self, GessoDownload *download)
{
  gesso_download_queue (download);
  start_next (self);
}

GessoDownload *
gesso_downloads_add (GessoDownloads      *self,
                     const char          *folder,
                     const char          *name,
                     const GessoPartInfo *info)
{
  GessoDownload *download = gesso_downloads_find (self, info->address);

  if (download && gesso_download_get_state (download) == GESSO_DOWNLOAD_DONE)
    {
      gesso_downloads_remove (self, download); /* the file may be gone since */
      download = NULL;
    }
  if (download == NULL)
    download = append (self, folder ? folder : self->folder, name, info);
  gesso_downloads_resume (self, download);

  return download;
}

void
gesso_downloads_remove (GessoDownloads *self, GessoDownload *download)
{
  guint position;

  if (!g_list_store_find (self->items, download, &position))
    return;

  g_object_ref (download);
  gesso_download_remove (download);
  g_list_store_remove (self->items, position);
  g_object_unref (download);
  start_next (self);
}

void
gesso_downloads_stop (GessoDownloads *self)
{
  /* Those that wait first, so that none of them starts. */
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    if (gesso_download_get_state (peek (self, i)) == GESSO_DOWNLOAD_QUEUED)
      gesso_download_stop (peek (self, i));
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    gesso_download_stop (peek (self, i));
}

gboolean
gesso_downloads_is_busy (GessoDownloads *self)
{
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    if (gesso_download_is_active (peek (self, i)))
      return TRUE;

  return FALSE;
}

/* ---- Folders -------------------------------------------------------------------------------- */

static void
list_left (GessoDownloads *self)
{
  g_auto (GStrv) names = gesso_part_file_list (self->folder);

  for (guint i = 0; names[i]; i++)
    {
      GessoPartInfo info;

      if (!gesso_part_file_read_info (self->folder, names[i], &info))
        continue;
      if (gesso_downloads_find (self, info.address) == NULL)
        append (self, self->folder, names[i], &info);
      gesso_part_info_clear (&info);
    }
}

const char *
gesso_downloads_get_folder (GessoDownloads *self)
{
  return self->folder;
}

void
gesso_downloads_set_folder (GessoDownloads *self, const char *folder)
{
  if (folder == NULL || g_strcmp0 (self->folder, folder) == 0)
    return;

  g_free (self->folder);
  self->folder = g_strdup (folder);
  list_left (self);
}

SoupSession *
gesso_downloads_get_session (GessoDownloads *self)
{
  return self->session;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_downloads_dispose (GObject *object)
{
  GessoDownloads *self = GESSO_DOWNLOADS (object);

  if (self->items)
    gesso_downloads_stop (self);
  g_clear_object (&self->items);
  g_clear_object (&self->session);
  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (gesso_downloads_parent_class)->dispose (object);
}

static void
gesso_downloads_class_init (GessoDownloadsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_downloads_dispose;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_DOWNLOADS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  done_signal = g_signal_new ("done", GESSO_TYPE_DOWNLOADS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, GESSO_TYPE_DOWNLOAD);
}

static void
on_items_changed (GListModel *items, guint position, guint removed, guint added,
                  GessoDownloads *self)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
gesso_downloads_init (GessoDownloads *self)
{
  self->items = g_list_store_new (GESSO_TYPE_DOWNLOAD);
  g_signal_connect (self->items, "items-changed", G_CALLBACK (on_items_changed), self);
  self->session = soup_session_new_with_options ("user-agent", "Gesso", "timeout", TIMEOUT_SECONDS,
                                                 NULL);
  /* Bytes are hashed and counted as they are stored. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

GessoDownloads *
gesso_downloads_new (const char *folder)
{
  GessoDownloads *self = g_object_new (GESSO_TYPE_DOWNLOADS, NULL);

  gesso_downloads_set_folder (self, folder);

  return self;
}
