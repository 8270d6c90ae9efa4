/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoDownload from inside: the object's states are in gesso-download.c, what goes on between them in
 * gesso-transfer.c. */
#pragma once

#include "gesso-download.h"

G_BEGIN_DECLS

struct _GessoDownload
{
  GObject            parent_instance;

  SoupSession       *session;
  char              *folder, *name;
  GessoPartInfo      info;
  GessoDownloadState state;
  GError            *error;
  guint64            n_bytes;
  guint64            size;         /* as told last, 0: not known                 */
  gboolean           checked, removing;
  GessoFreeSpaceFunc free_space;
  guint              pause_ms;

  /* While it is active. */
  GCancellable      *cancellable;
  GessoPartFile     *part;         /* belongs to the thread while a task runs    */
  SoupMessage       *message;
  GInputStream      *body;
  guint              n_redirects, n_failures, n_attempts;
  guint              n_restarts;
  guint64            asked_at;     /* bytes that were there then                 */
  gboolean           from_start;   /* what is there does not count               */
  gboolean           is_joined;    /* of several answers                         */
  guint              pause;        /* GSource id                                 */
  gint64             changed_at;   /* when it was said last                      */
};

void gesso_download_changed   (GessoDownload *self, gboolean at_once);
void gesso_download_set_state (GessoDownload *self, GessoDownloadState state);
/* Takes the error (NULL: none; that it was cancelled is none), and drops the reference to itself that an
 * active one has. */
void gesso_download_end       (GessoDownload *self, GessoDownloadState state, GError *error);

/* Bytes free on the disk. */
guint64 gesso_transfer_get_free_space (const char *folder);
/* Runs until it calls gesso_download_end(). */
void    gesso_transfer_start          (GessoDownload *self);

G_END_DECLS
