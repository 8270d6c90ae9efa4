/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request, and what is believed of its answer. */
#include "config.h"

#include "gesso-hub.h"

#include "engine/gesso-json.h"
#include "gesso-part-file.h"
#include "gesso-reply.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_ANSWER_BYTES (16 * 1024 * 1024)
#define MAX_FILES 2000

static void
file_free (GessoHubFile *file)
{
  g_free (file->path);
  g_free (file->address);
  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

void
gesso_hub_listing_free (GessoHubListing *listing)
{
  if (listing == NULL)
    return;

  g_free (listing->repository);
  g_free (listing->revision);
  g_free (listing->licence);
  g_free (listing->page);
  g_clear_pointer (&listing->files, g_ptr_array_unref);
  g_free (listing);
}

static guint64
get_size (JsonObject *object)
{
  const double size = gesso_json_get_number (object, "size", 0);

  return size > 0 && size < 1e15 ? (guint64) size : 0;
}

/* ---- The listing ---------------------------------------------------------------------------- */

typedef struct
{
  char       *hub;
  char       *repository, *revision, *path;
  SoupMessage *message;
} Question;

static void
question_free (Question *question)
{
  g_free (question->hub);
  g_free (question->repository);
  g_free (question->revision);
  g_free (question->path);
  g_clear_object (&question->message);
  g_free (question);
}

/* In the folder that was pasted, or the file itself. */
static gboolean
is_asked_for (const Question *question, const char *path)
{
  const gsize n = strlen (question->path);

  return n == 0 || (g_str_has_prefix (path, question->path) && (path[n] == '\0' || path[n] == '/'));
}

/* The path becomes a part of an address. */
static gboolean
is_plain (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = 0; parts[i]; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;

  return TRUE;
}

static void
add_file (GessoHubListing *listing, const Question *question, JsonObject *entry)
{
  const char *path = gesso_json_get_string (entry, "rfilename");
  JsonObject *lfs = gesso_json_get_object (entry, "lfs");
  const char *sha256 = gesso_json_get_string (lfs, "sha256");
  g_autofree char *name = NULL;
  GessoHubFile *file;

  if (path == NULL || !is_plain (path) || !is_asked_for (question, path))
    return;
  name = gesso_address_name_file (listing->repository, path);
  if (!gesso_part_file_check_name (name, NULL))
    return;

  file = g_new0 (GessoHubFile, 1);
  file->path = g_strdup (path);
  file->name = g_steal_pointer (&name);
  file->address = gesso_address_of_file (question->hub, listing->repository, listing->revision, path);
  file->sha256 = gesso_reply_is_sha256 (sha256) ? g_ascii_strdown (sha256, -1) : NULL;
  file->size = get_size (lfs ? lfs : entry);
  g_ptr_array_add (listing->files, file);
}

static void
add_files (GessoHubListing *listing, const Question *question, JsonObject *root)
{
  JsonArray *entries = gesso_json_get_array (root, "siblings");
  const guint n = gesso_json_get_length (entries);

  for (guint i = 0; i < n && listing->files->len < MAX_FILES; i++)
    add_file (listing, question, gesso_json_object_at (entries, i));
}

/* A name that a repository has for its own licence says more than "other". */
static char *
dup_licence (JsonObject *root)
{
  JsonObject *card = gesso_json_get_object (root, "cardData");
  const char *licence = gesso_json_get_string (card, "license");
  const char *name = gesso_json_get_string (card, "license_name");

  return g_strdup (name && g_strcmp0 (licence, "other") == 0 ? name : licence);
}

static gboolean
is_gated (JsonObject *root)
{
  JsonNode *node = json_object_get_member (root, "gated");

  return node && JSON_NODE_HOLDS_VALUE (node) &&
         (json_node_get_value_type (node) == G_TYPE_STRING || json_node_get_boolean (node));
}

static GessoHubListing *
make_listing (const Question *question, JsonObject *root, GError **error)
{
  g_autoptr (GessoHubListing) listing = g_new0 (GessoHubListing, 1);
  const char *commit = gesso_json_get_string (root, "sha");

  listing->repository = g_strdup (question->repository);
  listing->revision = g_strdup (commit && strspn (commit, G_CSET_DIGITS "abcdef") == strlen (commit) &&
                                        *commit ? commit : question->revision);
  listing->licence = dup_licence (root);
  listing->page = g_strdup_printf ("%s/%s", question->hub, question->repository);
  listing->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  add_files (listing, question, root);
  if (is_gated (root))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 /* Translators: %s is "owner/name" */
                 _("%s is given only to people with an account, which Gesso does without; get it with a "
                   "web browser, and add its folder to the library"), question->repository);
  else if (listing->files->len == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 /* Translators: %s is "owner/name" */
                 _("%s has no files that Gesso fetches, which are .safetensors and .gguf"),
                 question->repository);
  else
    return g_steal_pointer (&listing);

  return NULL;
}

/* ---- The request ---------------------------------------------------------------------------- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (JsonNode) root = NULL;
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (source);
  GError *error = NULL;
  GessoHubListing *listing;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  root = gesso_json_parse (g_memory_output_stream_get_data (memory),
                           g_memory_output_stream_get_data_size (memory));
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                               _("%s answers what cannot be read; try again later"),
                               g_uri_get_host (soup_message_get_uri (question->message)));
      return;
    }
  listing = make_listing (question, json_node_get_object (root), &error);
  if (listing)
    g_task_return_pointer (task, listing, (GDestroyNotify) gesso_hub_listing_free);
  else
    g_task_return_error (task, error);
}

/* A stream of fixed memory: more than fits fails, instead of taking all there is. */
static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  g_autoptr (GOutputStream) memory = NULL;

  if (body && soup_message_get_status (question->message) != SOUP_STATUS_OK)
    gesso_reply_set_error (question->message, &error);
  if (error)
    {
      g_task_return_error (task, error);
      return;
    }
  memory = g_memory_output_stream_new (g_malloc (MAX_ANSWER_BYTES), MAX_ANSWER_BYTES, NULL, g_free);
  g_output_stream_splice_async (memory, body, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE,
                                G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_read,
                                g_object_ref (task));
}

void
gesso_hub_list_async (SoupSession        *session,
                      const char         *hub,
                      const GessoAddress *address,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *revision = g_uri_escape_string (address->revision, NULL, FALSE);
  g_autofree char *uri = g_strdup_printf ("%s/api/models/%s/revision/%s?blobs=true", hub,
                                          address->repository, revision);
  Question *question = g_new0 (Question, 1);

  g_task_set_source_tag (task, gesso_hub_list_async);
  question->hub = g_strdup (hub);
  question->repository = g_strdup (address->repository);
  question->revision = g_strdup (address->revision);
  question->path = g_strdup (address->path);
  question->message = soup_message_new (SOUP_METHOD_GET, uri);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  soup_message_add_flags (question->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_session_send_async (session, question->message, G_PRIORITY_DEFAULT, cancellable, on_answered,
                           g_object_ref (task));
}

GessoHubListing *
gesso_hub_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
