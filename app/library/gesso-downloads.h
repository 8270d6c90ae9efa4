/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDownloads: what is fetched, and what was begun and left, as a GListModel of GessoDownload. Two come
 * at a time, the others wait for their turn. No network before gesso_downloads_add() or _resume().
 *
 * Signals: "changed": what one of them does, or how far it is;
 * "done" (GessoDownload): a file is there, whole and right.
 */
#pragma once

#include "gesso-download.h"

G_BEGIN_DECLS

#define GESSO_TYPE_DOWNLOADS (gesso_downloads_get_type ())
G_DECLARE_FINAL_TYPE (GessoDownloads, gesso_downloads, GESSO, DOWNLOADS, GObject)

/* What was left in the folder is there, stopped. folder: may be NULL, if it is set before anything is added. */
GessoDownloads *gesso_downloads_new        (const char *folder);
const char     *gesso_downloads_get_folder (GessoDownloads *self);
/* For those from now on. */
void            gesso_downloads_set_folder (GessoDownloads *self, const char *folder);
/* That all of them are asked through; it says nothing of who asks. */
SoupSession    *gesso_downloads_get_session (GessoDownloads *self);

/* Queues a file; one that is there already goes on. folder: NULL for the usual; name: NULL for the server's.
 * Borrowed. */
GessoDownload  *gesso_downloads_add     (GessoDownloads      *self,
                                         const char          *folder,
                                         const char          *name,
                                         const GessoPartInfo *info);
void            gesso_downloads_resume  (GessoDownloads *self, GessoDownload *download);
/* Of one that is there no trace is left but the file, if it is done. */
void            gesso_downloads_remove  (GessoDownloads *self, GessoDownload *download);
/* The one from that address, or NULL. Borrowed. */
GessoDownload  *gesso_downloads_find    (GessoDownloads *self, const char *address);
/* For the end of the program. */
void            gesso_downloads_stop    (GessoDownloads *self);
gboolean        gesso_downloads_is_busy (GessoDownloads *self);

G_END_DECLS
