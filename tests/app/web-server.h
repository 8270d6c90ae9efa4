/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A web server on this machine that says what a test wants it to, byte by byte: it is as bad as servers
 * and networks are. Each connection carries one request and has a thread of its own.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char    *path;   /* with its query                               */
  guint64        start;  /* of the Range, or 0                           */
  gboolean       has_range;
  const char    *if_range; /* or NULL                                    */
  const char    *headers; /* all of them                                 */
  const char    *body;   /* "" if there is none                          */
  guint          n;      /* how many requests of that path came before   */
  GOutputStream *out;    /* closed after the answer                      */
} WebRequest;

/* On a thread. */
typedef void (*WebAnswer) (const WebRequest *request);

typedef struct _WebServer WebServer;

WebServer  *web_server_new  (WebAnswer answer);
void        web_server_free (WebServer *self);
/* "http://127.0.0.1:12345" */
const char *web_server_get_address (WebServer *self);
guint       web_server_get_n_requests (WebServer *self);
/* Of the last request. */
char       *web_server_dup_headers (WebServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebServer, web_server_free)

/* Parts of an answer. format: a status and headers, each ended by "\r\n". FALSE: nobody reads any more. */
gboolean web_head  (const WebRequest *request, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean web_bytes (const WebRequest *request, const void *data, gsize n_bytes);

G_END_DECLS
