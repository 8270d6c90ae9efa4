/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli serve: other programs paint with this machine, through A1111's HTTP interface. */
#include "cli/cli.h"
#include "cli/serve/server.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *model, *vae, *precision, *address, *token, *token_file;
  char **devices, **folders;
  int port;
} Arguments;

static void
arguments_clear (Arguments *self)
{
  g_free (self->model);
  g_free (self->vae);
  g_free (self->precision);
  g_free (self->address);
  g_free (self->token);
  g_free (self->token_file);
  g_strfreev (self->devices);
  g_strfreev (self->folders);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
is_loopback (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

/* A line of a file, so that it need not stand on a command line that every user of the machine sees. */
static gboolean
read_token (Arguments *self, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (self->token_file == NULL)
    return TRUE;
  if (!g_file_get_contents (self->token_file, &self->token, NULL, &reason))
    return gs_cli_bad (error, "The token cannot be read: %s", reason->message);
  g_strstrip (self->token);
  if (*self->token == '\0')
    return gs_cli_bad (error, "%s is empty; write the token into it", self->token_file);
  return TRUE;
}

/* Nobody else's machine may ask without one. */
static gboolean
make_token (Arguments *self, GError **error)
{
  guint8 bytes[16];
  GString *text = g_string_new (NULL);

  if (getentropy (bytes, sizeof bytes) != 0)
    return gs_cli_bad (
      error, "This system gives no random numbers; name a file with a token with --token-file");
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  self->token = g_string_free (text, FALSE);
  return TRUE;
}

static gboolean
parse (Arguments *self, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model,
      "The model to begin with (default: the starter)", "MODEL" },
    { "library", 'l', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->folders,
      "A folder of models, LoRA, embeddings; may be repeated", "FOLDER" },
    { "vae", 0, 0, G_OPTION_ARG_FILENAME, &self->vae, "Another autoencoder", "FILE" },
    { "address", 'a', 0, G_OPTION_ARG_STRING, &self->address,
      "Listen at this address (default: 127.0.0.1)", "IP" },
    { "port", 0, 0, G_OPTION_ARG_INT, &self->port, "Listen at this port, 0: any (default: 7860)",
      "N" },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &self->token_file,
      "Ask for the token in this file; without it one is made if the address is not this machine's own",
      "FILE" },
    { "device", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->devices,
      "Compute on this device; repeated, jobs go to the first that is free", "DEVICE" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &self->precision, "Keep activations in f32 or f16",
      "f32|f16" },
    G_OPTION_ENTRY_NULL,
  };

  if (!gs_cli_parse (
        argc, argv, entries, NULL, "- paint for other programs", 0,
        "Programs speak to it as to AUTOMATIC1111's web interface: http://127.0.0.1:7860/sdapi/v1/",
        NULL, error))
    return FALSE;
  if (self->address == NULL)
    self->address = g_strdup ("127.0.0.1");
  if (!gs_cli_check_range ("--port", self->port, 0, 65535, error) || !read_token (self, error))
    return FALSE;
  return self->token != NULL || is_loopback (self->address) || make_token (self, error);
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static GsServer *
open_server (const Arguments *arguments, guint *port, GError **error)
{
  const char *const *folders = (const char *const *) arguments->folders;
  const char *none[] = { NULL };
  g_autoptr (GsServer) server = NULL;
  GsServeWorkers *workers;
  GsPrecision precision;

  if (!gs_cli_precision (arguments->precision, GS_PRECISION_AUTO, &precision, error))
    return NULL;
  workers = gs_serve_workers_new (
    arguments->devices != NULL ? (const char *const *) arguments->devices : none, precision,
    folders, arguments->vae, error);
  if (workers == NULL)
    return NULL;
  server = gs_server_new (workers, gs_serve_models_new (folders, arguments->model),
                          arguments->model, arguments->token);
  *port = gs_server_listen (server, arguments->address, (guint) arguments->port, error);
  return *port != 0 ? g_steal_pointer (&server) : NULL;
}

static gboolean
serve (const Arguments *arguments, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  const gboolean v6 = strchr (arguments->address, ':') != NULL;
  g_autoptr (GsServer) server = NULL;
  guint port = 0, handlers[3];

  server = open_server (arguments, &port, error);
  if (server == NULL)
    return FALSE;
  handlers[0] = g_unix_signal_add (SIGINT, on_signal, loop);
  handlers[1] = g_unix_signal_add (SIGTERM, on_signal, loop);
  handlers[2] = g_unix_signal_add (SIGHUP, on_signal, loop);
  printf (v6 ? "http://[%s]:%u\n" : "http://%s:%u\n", arguments->address, port);
  fflush (stdout);
  if (arguments->token != NULL && arguments->token_file == NULL)
    fprintf (stderr, "Programs need this token, as password or as \"Authorization: Bearer\": %s\n",
             arguments->token);
  g_main_loop_run (loop);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_source_remove (handlers[i]);
  return TRUE;
}

GsCliStatus
gs_cli_serve (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .port = 7860 };
  g_autoptr (GError) error = NULL;

  if (parse (&arguments, argc, argv, &error) && serve (&arguments, &error))
    return GS_CLI_OK;
  return gs_cli_fail (error);
}
