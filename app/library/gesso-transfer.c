/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step calls the next, from the main loop:
 *
 *   start -> open the part -> ask -> [redirected: ask there] -> begin -> read, write, read ... -> finish
 *                              ^                                              |
 *                              +------- a pause, after what may pass ---------+
 *
 * What touches the disk is a function of a GTask, on a thread; there is never more than one at a time.
 */
#include "config.h"

#include "gesso-download-private.h"

#include "gesso-address.h"
#include "gesso-reply.h"

#include <glib/gi18n.h>
#include <sys/statvfs.h>

#define CHUNK_BYTES (256 * 1024)
#define RESERVE_BYTES (64 * 1024 * 1024) /* left free on the disk              */
#define MAX_REDIRECTS 10
#define MAX_FAILURES 6    /* in a row, without a byte more between them        */
#define MAX_RESTARTS 2
#define MAX_ATTEMPTS 1000 /* for one that sends a byte each time               */
#define MAX_PAUSE_MS 60000

static void ask       (GessoDownload *self, GUri *uri);
static void ask_first (GessoDownload *self);
static void on_opened (GObject *source, GAsyncResult *result, gpointer data);
static void read_more (GessoDownload *self);

/* ---- Ends and pauses ------------------------------------------------------------------------ */

static void
fail (GessoDownload *self, GError *error)
{
  gesso_download_end (self, GESSO_DOWNLOAD_STOPPED, error);
}

static gboolean
on_paused (gpointer data)
{
  GessoDownload *self = data;

  self->pause = 0;
  gesso_download_set_state (self, GESSO_DOWNLOAD_RUNNING);
  ask_first (self);

  return G_SOURCE_REMOVE;
}

/* Takes the error, which is said where it is the last one. */
static void
try_later (GessoDownload *self, guint seconds, GError *error)
{
  guint ms = self->pause_ms;

  g_clear_object (&self->body);
  g_clear_object (&self->message);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      fail (self, error);
      return;
    }
  self->n_failures = self->n_bytes > self->asked_at ? 1 : self->n_failures + 1;
  if (self->n_failures > MAX_FAILURES || ++self->n_attempts > MAX_ATTEMPTS)
    {
      GError *last = g_error_new (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                  /* Translators: %s is what the system says */
                                  _("The file could not be fetched (%s); go on later, from where it is"),
                                  error->message);

      g_error_free (error);
      fail (self, last);
      return;
    }

  g_error_free (error);
  for (guint i = 1; i < self->n_failures && ms < MAX_PAUSE_MS; i++)
    ms *= 2;
  ms = MIN (ms, MAX_PAUSE_MS);
  self->pause = g_timeout_add (MAX (ms, seconds * 1000), on_paused, self);
  gesso_download_set_state (self, GESSO_DOWNLOAD_WAITING);
}

/* A certificate is not better the next time, and the disk is not the server's. */
static gboolean
may_pass (const GError *error)
{
  return error->domain != G_TLS_ERROR &&
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

static void
fail_or_try_later (GessoDownload *self, GError *error)
{
  if (may_pass (error))
    try_later (self, 0, error);
  else
    fail (self, error);
}

/* ---- On the thread -------------------------------------------------------------------------- */

guint64
gesso_transfer_get_free_space (const char *folder)
{
  struct statvfs info;

  return statvfs (folder, &info) == 0 ? (guint64) info.f_bavail * info.f_frsize : G_MAXUINT64;
}

static gboolean
check_space (GessoDownload *self, guint64 needed, GError **error)
{
  const guint64 available = self->free_space (self->folder);
  g_autofree char *needs = NULL, *has = NULL, *name = NULL;

  if (available >= RESERVE_BYTES && needed <= available - RESERVE_BYTES)
    return TRUE;

  needs = g_format_size (needed + RESERVE_BYTES);
  has = g_format_size (available);
  name = g_filename_display_name (self->folder);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               /* Translators: two sizes, "4.3 GB", and a folder between them */
               _("This needs %s in %s, and %s are free; make room, and go on"), needs, name, has);
  return FALSE;
}

static void
run (GessoDownload *self, GTaskThreadFunc func, GAsyncReadyCallback callback, GBytes *bytes)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, callback, NULL);

  g_task_set_source_tag (task, run);
  /* What was done is told even if it was cancelled meanwhile; the next step sees that. */
  g_task_set_check_cancellable (task, FALSE);
  if (bytes)
    g_task_set_task_data (task, bytes, (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, func);
}

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GessoDownload *self = source;
  GError *error = NULL;

  if (gesso_part_file_open (self->part, cancellable, &error) &&
      gesso_part_file_write_info (self->part, &self->info, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* With bytes: writes them. Without: what comes begins anew. */
static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GessoDownload *self = source;
  GError *error = NULL;

  if (data ? check_space (self, g_bytes_get_size (data), &error) &&
                 gesso_part_file_append (self->part, data, &error)
           : gesso_part_file_restart (self->part, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
finish_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GessoDownload *self = source;
  GError *error = NULL;

  if (gesso_part_file_finish (self->part, self->info.sha256, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* FALSE: it has ended. */
static gboolean
take_result (GessoDownload *self, GAsyncResult *result)
{
  GError *error = NULL;

  self->n_bytes = self->part ? gesso_part_file_get_bytes (self->part) : 0;
  if (g_task_propagate_boolean (G_TASK (result), &error) &&
      !g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    return TRUE;

  fail (self, error);
  return FALSE;
}

/* ---- The end of the file -------------------------------------------------------------------- */

/* What was put together of two answers may be of two files: then it is worth to begin anew, once. */
static void
on_finished (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = GESSO_DOWNLOAD (source);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      self->checked = self->info.sha256 != NULL;
      gesso_download_end (self, GESSO_DOWNLOAD_DONE, NULL);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA) && self->is_joined &&
           ++self->n_restarts == 1)
    {
      g_error_free (error);
      self->is_joined = FALSE;
      run (self, open_in_thread, on_opened, NULL);
    }
  else
    fail (self, error);
}

static void
on_body_ended (GessoDownload *self)
{
  if (self->size > self->n_bytes || self->n_bytes == 0)
    try_later (self, 0, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                                             _("the server ends before the file does")));
  else
    run (self, finish_in_thread, on_finished, NULL);
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = GESSO_DOWNLOAD (source);

  if (!take_result (self, result))
    return;
  gesso_download_changed (self, FALSE);
  if (self->size > 0 && self->n_bytes > self->size)
    {
      gesso_part_file_discard (self->part);
      fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                       _("The server sends more than the file has, so it is not the one "
                                         "that was meant; it was deleted")));
      return;
    }
  read_more (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = data;
  GError *error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    fail_or_try_later (self, error);
  else if (g_bytes_get_size (bytes) == 0)
    {
      g_bytes_unref (bytes);
      on_body_ended (self);
    }
  else
    run (self, write_in_thread, on_written, bytes);
}

static void
read_more (GessoDownload *self)
{
  g_input_stream_read_bytes_async (self->body, CHUNK_BYTES, G_PRIORITY_DEFAULT_IDLE,
                                   self->cancellable, on_read, self);
}

/* ---- The answer ----------------------------------------------------------------------------- */

static void
on_restarted (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = GESSO_DOWNLOAD (source);

  if (take_result (self, result))
    read_more (self);
}

/* From the beginning, on the next try. */
static void
ask_from_start (GessoDownload *self, const char *why)
{
  if (++self->n_restarts > MAX_RESTARTS)
    {
      fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, why));
      return;
    }
  self->from_start = TRUE;
  try_later (self, 0, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, why));
}

/* The sizes that are told have to be one. */
static gboolean
take_size (GessoDownload *self, GError **error)
{
  const guint64 size = gesso_reply_get_size (self->message);

  if (self->info.size > 0 && size > 0 && size != self->info.size)
    {
      g_autofree char *offered = g_format_size_full (size, G_FORMAT_SIZE_LONG_FORMAT);
      g_autofree char *wanted = g_format_size_full (self->info.size, G_FORMAT_SIZE_LONG_FORMAT);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   /* Translators: two sizes, "4.3 GB (4,265,146,304 bytes)" */
                   _("The server offers %s instead of %s, so it is not the file that was meant; look "
                     "for another address"), offered, wanted);
      return FALSE;
    }
  self->size = self->info.size > 0 ? self->info.size : size;

  return check_space (self, self->size > self->n_bytes ? self->size - self->n_bytes : 0, error);
}

/* The bytes follow: to what is there, or instead of it. */
static void
begin (GessoDownload *self)
{
  const gboolean is_rest = soup_message_get_status (self->message) == SOUP_STATUS_PARTIAL_CONTENT &&
                           self->asked_at > 0;
  g_autofree char *validator = gesso_reply_dup_validator (self->message);
  GError *error = NULL;

  if (is_rest && (!gesso_reply_begins_at (self->message, self->n_bytes) ||
                  (self->info.sha256 == NULL && g_strcmp0 (validator, self->info.validator) != 0)))
    {
      ask_from_start (self, _("The server sends another part of the file than it is asked for; look for "
                              "another address"));
      return;
    }
  if (!is_rest)
    self->n_bytes = 0;
  self->from_start = FALSE;
  self->is_joined = is_rest;
  if (!take_size (self, &error))
    {
      fail (self, error);
      return;
    }
  g_free (self->info.validator);
  self->info.validator = g_steal_pointer (&validator);
  if (!gesso_part_file_write_info (self->part, &self->info, &error))
    {
      fail (self, error);
      return;
    }
  gesso_download_changed (self, TRUE);
  if (is_rest)
    read_more (self);
  else
    run (self, write_in_thread, on_restarted, NULL);
}

/* The first answer of all says what the file is called. FALSE: it has ended. */
static gboolean
take_name (GessoDownload *self)
{
  g_autofree char *name = gesso_reply_dup_name (self->message);
  GError *error = NULL;

  if (name == NULL)
    name = gesso_address_dup_name (self->info.address);
  if (!gesso_part_file_check_name (name ? name : "", &error))
    {
      fail (self, error);
      return FALSE;
    }
  self->name = g_steal_pointer (&name);

  return TRUE;
}

/* What is there already was not asked about. TRUE: it has ended. */
static gboolean
is_there (GessoDownload *self)
{
  if (!g_file_test (gesso_part_file_get_target (self->part), G_FILE_TEST_EXISTS))
    return FALSE;

  fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_EXISTS,
                           _("There is a file %s already; move it away first"), self->name));
  return TRUE;
}

static void
on_opened_late (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = GESSO_DOWNLOAD (source);

  if (take_result (self, result))
    begin (self);
}

/* Of what a hub says about its file, only what does not contradict what is known. */
static gboolean
take_linked (GessoDownload *self)
{
  g_autofree char *sha256 = gesso_reply_dup_linked_sha256 (self->message);
  const guint64 size = gesso_reply_get_linked_size (self->message);

  if ((sha256 && self->info.sha256 && g_ascii_strcasecmp (sha256, self->info.sha256) != 0) ||
      (size > 0 && self->info.size > 0 && size != self->info.size))
    {
      fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                       _("There is another file at this address now than the one that "
                                         "was meant; look for it elsewhere")));
      return FALSE;
    }
  if (self->info.sha256 == NULL)
    self->info.sha256 = g_steal_pointer (&sha256);
  if (self->info.size == 0)
    self->info.size = size;

  return TRUE;
}

static void
redirect (GessoDownload *self)
{
  g_autoptr (GUri) uri = gesso_reply_dup_location (self->message);
  GError *error = NULL;

  if (uri && ++self->n_redirects <= MAX_REDIRECTS)
    {
      ask (self, uri);
      return;
    }
  gesso_reply_set_error (self->message, &error);
  fail (self, error);
}

/* A server that has ended its file where we are, or has lost it. */
static void
on_status (GessoDownload *self, guint status)
{
  guint seconds;
  GError *error = NULL;

  if (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE && self->n_bytes > 0)
    {
      ask_from_start (self, _("The server has less of the file than it says; look for another address"));
      return;
    }
  gesso_reply_set_error (self->message, &error);
  if (gesso_reply_is_passing (self->message, &seconds))
    try_later (self, seconds, error);
  else
    fail (self, error);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = data;
  GError *error = NULL;
  guint status;

  self->body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->body == NULL)
    {
      fail_or_try_later (self, error);
      return;
    }

  status = soup_message_get_status (self->message);
  if (!take_linked (self))
    return;
  if (SOUP_STATUS_IS_REDIRECTION (status) && status != SOUP_STATUS_NOT_MODIFIED)
    redirect (self);
  else if (status != SOUP_STATUS_OK && status != SOUP_STATUS_PARTIAL_CONTENT)
    on_status (self, status);
  else if (gesso_reply_is_page (self->message))
    fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                     _("There is a web page at this address, and no file; paste the "
                                       "address of its download button")));
  else if (self->part)
    begin (self);
  else if (take_name (self))
    {
      self->part = gesso_part_file_new (self->folder, self->name);
      if (!is_there (self))
        run (self, open_in_thread, on_opened_late, NULL);
    }
}

/* ---- Asking --------------------------------------------------------------------------------- */

static void
ask (GessoDownload *self, GUri *uri)
{
  SoupMessageHeaders *headers;

  g_clear_object (&self->body);
  g_clear_object (&self->message);
  self->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (self->n_bytes > 0)
    {
      soup_message_headers_set_range (headers, (goffset) self->n_bytes, -1);
      /* Where there is a checksum it tells the end; servers of one file differ in the rest. */
      if (self->info.sha256 == NULL)
        soup_message_headers_replace (headers, "If-Range", self->info.validator);
    }
  self->asked_at = self->n_bytes;
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT_IDLE, self->cancellable,
                           on_answered, self);
}

static void
ask_first (GessoDownload *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->info.address, SOUP_HTTP_URI_FLAGS, NULL);

  self->n_redirects = 0;
  /* What is there may be of another file where nothing says of which it is. */
  if (self->from_start || (self->info.validator == NULL && self->info.sha256 == NULL))
    self->n_bytes = 0;
  if (uri == NULL || !gesso_address_is_allowed (uri, NULL))
    {
      fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                       _("Only addresses that begin with https:// are fetched, and "
                                         "such without a password")));
      return;
    }
  ask (self, uri);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDownload *self = GESSO_DOWNLOAD (source);

  if (!take_result (self, result))
    return;
  gesso_download_changed (self, TRUE);
  if (self->info.size > 0 && self->n_bytes == self->info.size)
    run (self, finish_in_thread, on_finished, NULL); /* all but its name was there */
  else
    ask_first (self);
}

void
gesso_transfer_start (GessoDownload *self)
{
  GError *error = NULL;

  self->n_failures = self->n_attempts = self->n_restarts = 0;
  self->from_start = self->is_joined = FALSE;
  if (self->name == NULL)
    ask_first (self);
  else if (!gesso_part_file_check_name (self->name, &error))
    fail (self, error);
  else
    {
      self->part = gesso_part_file_new (self->folder, self->name);
      if (!is_there (self))
        run (self, open_in_thread, on_opened, NULL);
    }
}
