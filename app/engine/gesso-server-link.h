/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoServerLink: questions to an A1111 server, and its answers as JSON. It belongs to a thread, with the
 * main context that is the thread's default when it is made. It goes where the artist said and nowhere
 * else: redirections are not followed. Errors are sentences for people; of G_IO_ERROR these have
 * a meaning for the caller:
 *
 *   HOST_UNREACHABLE     nobody is there, or no longer: asking again may help
 *   PERMISSION_DENIED    the password is wrong, or missing
 *   CANCELLED
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _GessoServerLink GessoServerLink;

/* token: "user:password", or a token alone; "" or NULL for none. timeout: seconds without a byte after which
 * nobody is there; 0: whatever it takes. */
GessoServerLink *gesso_server_link_new  (const char *address, const char *token, guint timeout);
void             gesso_server_link_free (GessoServerLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoServerLink, gesso_server_link_free)

const char      *gesso_server_link_get_host (GessoServerLink *self);
/* Whether it is Gesso's own, once it has answered. */
gboolean         gesso_server_link_is_gesso (GessoServerLink *self);

/* Sentences about an answer that is not what was asked for, and about one that does not come. */
void             gesso_server_link_set_unreadable  (GessoServerLink *self, GError **error);
void             gesso_server_link_set_unreachable (GessoServerLink *self, GError **error);

/* path: "progress", of /sdapi/v1/. body: the JSON to POST, which is taken; NULL: GET. max_bytes: of the
 * answer. */
void      gesso_server_link_ask_async  (GessoServerLink    *self,
                                        const char         *path,
                                        char               *body,
                                        gsize               max_bytes,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            data);
/* An object or an array. */
JsonNode *gesso_server_link_ask_finish (GAsyncResult *result, GError **error);

/* The same, running the main context meanwhile. */
JsonNode *gesso_server_link_ask        (GessoServerLink *self,
                                        const char      *path,
                                        char            *body,
                                        gsize            max_bytes,
                                        GCancellable    *cancellable,
                                        GError         **error);

G_END_DECLS
