/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's answer says about the file that was asked for; nothing of it is believed without a look. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Bytes of the whole file, 0 if it does not say. */
guint64  gesso_reply_get_size      (SoupMessage *message);
/* Whether a 206's bytes begin at start. */
gboolean gesso_reply_begins_at     (SoupMessage *message, guint64 start);
/* For If-Range: a strong ETag, else a date, else NULL. */
char    *gesso_reply_dup_validator (SoupMessage *message);
/* The name that it gives the file, or NULL; unchecked. */
char    *gesso_reply_dup_name      (SoupMessage *message);
/* The file's SHA-256 and size, as the hub says them on the way to where its large files really are
 * (X-Linked-Etag, X-Linked-Size: huggingface_hub, file_download.py); NULL and 0 if it does not. */
char    *gesso_reply_dup_linked_sha256 (SoupMessage *message);
guint64  gesso_reply_get_linked_size   (SoupMessage *message);

/* Where a redirection leads; NULL if we do not go there. */
GUri    *gesso_reply_dup_location  (SoupMessage *message);

/* Whether to ask again later, and in how many seconds (0: it does not say). */
gboolean gesso_reply_is_passing    (SoupMessage *message, guint *seconds);
/* A sentence about a status that is not a file's, and about what is no file though it looks like one. */
void     gesso_reply_set_error     (SoupMessage *message, GError **error);
gboolean gesso_reply_is_page       (SoupMessage *message);

/* Whether sha256 is 64 hexadecimal digits. */
gboolean gesso_reply_is_sha256     (const char *sha256);

G_END_DECLS
