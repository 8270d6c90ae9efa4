/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDownload: one file on its way from a server into a folder.
 *
 * It goes on where it was left, over dropped connections and over restarts of the program; it is hashed as
 * it comes and has its name only when it is whole and right; it never fills the disk. Only https is spoken,
 * or http within this machine; nothing is sent but the request.
 *
 * Main thread; the disk is written on another. "changed" is emitted when the state has changed, and a few
 * times a second while bytes come.
 */
#pragma once

#include <libsoup/soup.h>

#include "gesso-part-file.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_DOWNLOAD_STOPPED, /* at the beginning; by the artist; or after an error */
  GESSO_DOWNLOAD_QUEUED,
  GESSO_DOWNLOAD_RUNNING,
  GESSO_DOWNLOAD_WAITING, /* for the server to be better: it tries again by itself */
  GESSO_DOWNLOAD_DONE,
} GessoDownloadState;

#define GESSO_TYPE_DOWNLOAD (gesso_download_get_type ())
G_DECLARE_FINAL_TYPE (GessoDownload, gesso_download, GESSO, DOWNLOAD, GObject)

/* name: what to call the file; NULL: as the server says, or its address. info: its address at least; copied. */
GessoDownload *gesso_download_new (SoupSession         *session,
                                   const char          *folder,
                                   const char          *name,
                                   const GessoPartInfo *info);

void gesso_download_start  (GessoDownload *self);
/* For the queue: it will be started. */
void gesso_download_queue  (GessoDownload *self);
/* What has come stays. */
void gesso_download_stop   (GessoDownload *self);
/* Stops, and what has come goes. */
void gesso_download_remove (GessoDownload *self);

GessoDownloadState gesso_download_get_state   (GessoDownload *self);
/* Queued, running or waiting. */
gboolean           gesso_download_is_active   (GessoDownload *self);
/* Why it stopped, a sentence, or NULL. */
const char        *gesso_download_get_error   (GessoDownload *self);
/* NULL: not known yet. */
const char        *gesso_download_get_name    (GessoDownload *self);
const char        *gesso_download_get_title   (GessoDownload *self);
const char        *gesso_download_get_folder  (GessoDownload *self);
const char        *gesso_download_get_address (GessoDownload *self);
guint64            gesso_download_get_bytes   (GessoDownload *self);
/* 0: not known. */
guint64            gesso_download_get_size    (GessoDownload *self);
/* Once it is done: whether there was a checksum to compare with. */
gboolean           gesso_download_get_checked (GessoDownload *self);
/* "1.2 GB of 4.3 GB", or what became of it; for people. */
char              *gesso_download_dup_status  (GessoDownload *self);

/* Bytes that are free in a folder; any thread. The file system says it where nothing else is set. */
typedef guint64 (*GessoFreeSpaceFunc) (const char *folder);
void gesso_download_set_free_space (GessoDownload *self, GessoFreeSpaceFunc func);
/* Of the first pause after a failure, which doubles; a second. */
void gesso_download_set_pause_ms   (GessoDownload *self, guint ms);

G_END_DECLS
