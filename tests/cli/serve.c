/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "gesso-cli serve" as another program meets it: the pictures are those of "generate", nobody asks who
 * may not, and a job ends when its asker goes. */
#include "cli-test.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

#define SMALL "\"width\":64,\"height\":64,\"sampler_name\":\"Euler a\",\"prompt\":\"a red house\""

typedef struct
{
  GSubprocess *process;
  SoupSession *session;
  char *url;
} Server;

static Server
server_start (const char *arguments)
{
  g_autofree char *command = g_strdup_printf ("serve --port 0 %s", arguments);
  Server self = { .process = cli_start (command), .session = soup_session_new () };
  g_autoptr (GDataInputStream) lines =
    g_data_input_stream_new (g_subprocess_get_stdout_pipe (self.process));

  self.url = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_nonnull (self.url);
  g_assert_true (g_str_has_prefix (self.url, "http://127.0.0.1:"));
  return self;
}

/* It ends as told, whatever it is doing. */
static void
server_stop (Server *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (self->process));
  g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
  g_object_unref (self->process);
  g_object_unref (self->session);
  g_free (self->url);
}

static SoupMessage *
message_new (const Server *self, const char *path, const char *body)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  SoupMessage *message = soup_message_new (body != NULL ? "POST" : "GET", url);

  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  return message;
}

/* The JSON that comes; status is what it should come with. */
static JsonNode *
ask_message (const Server *self, SoupMessage *message, guint status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (self->session, message, NULL, &error);
  g_autofree char *text = NULL;
  JsonNode *node;

  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (soup_message_get_status (message) != status)
    g_test_message ("%.300s", text);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return node;
}

static JsonNode *
ask (const Server *self, const char *path, const char *body, guint status)
{
  g_autoptr (SoupMessage) message = message_new (self, path, body);

  return ask_message (self, message, status);
}

static GsImage *
picture (JsonNode *answer, guint i, char **parameters)
{
  JsonArray *images = json_object_get_array_member (json_node_get_object (answer), "images");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GsImage *image;
  guchar *data;
  gsize n;

  g_assert_cmpuint (json_array_get_length (images), >, i);
  data = g_base64_decode (json_array_get_string_element (images, i), &n);
  bytes = g_bytes_new_take (data, n);
  image = gs_image_load_png_bytes (bytes, parameters, &error);
  g_assert_no_error (error);
  return image;
}

static gboolean
same_pixels (const GsImage *a, const GsImage *b)
{
  return a->width == b->width && a->height == b->height && a->channels == b->channels &&
         memcmp (a->pixels, b->pixels, (gsize) a->width * a->height * a->channels) == 0;
}

static gboolean
is_active (const Server *self)
{
  g_autoptr (JsonNode) node = ask (self, "/sdapi/v1/progress?skip_current_image=true", NULL, 200);
  JsonObject *state = json_object_get_object_member (json_node_get_object (node), "state");

  return json_object_get_int_member (state, "sampling_step") > 0;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GBytes **bytes = user_data;

  *bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  if (*bytes == NULL)
    *bytes = g_bytes_new (NULL, 0);
}

/* Until the server paints, or no longer does. */
static void
wait_for (const Server *self, gboolean active)
{
  for (guint i = 0; i < 1200 && is_active (self) != active; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (50000);
    }
  g_assert_true (is_active (self) == active);
}

static void
wait_for_bytes (GBytes **bytes)
{
  while (*bytes == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_lists (void)
{
  static const char *const paths[] = { "samplers", "schedulers", "sd-models",     "loras",
                                       "sd-vae",   "upscalers",  "prompt-styles", "hypernetworks" };
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = g_strconcat ("/sdapi/v1/", paths[i], NULL);
      g_autoptr (JsonNode) node = ask (&server, path, NULL, 200);

      g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
      g_assert_true (i > 2 || json_array_get_length (json_node_get_array (node)) > 0);
    }
  g_assert_false (is_active (&server));
  server_stop (&server);
}

static void
test_same_as_generate (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GsImage) ours = NULL;
  g_autoptr (GsImage) theirs = NULL;
  g_autofree char *parameters = NULL;
  Server server;

  if (!cli_can_generate ())
    return;
  run = cli_run (
    "generate -p \"a red house\" -W 64 -H 64 --steps 3 --seed 7 --rng cuda --batch 2 -o a.png");
  cli_assert_status (&run, 0);
  server = server_start ("");
  answer =
    ask (&server, "/sdapi/v1/txt2img", "{" SMALL ",\"steps\":3,\"seed\":7,\"n_iter\":2}", 200);
  ours = cli_load_picture ("a-0002.png");
  theirs = picture (answer, 1, &parameters);
  g_assert_true (same_pixels (ours, theirs));
  g_assert_nonnull (strstr (parameters, "Steps: 3, Sampler: Euler a"));
  g_assert_nonnull (strstr (parameters, "Seed: 8,"));
  server_stop (&server);
}

/* In two passes, and with the processor's noise. */
static void
test_two_passes (void)
{
  g_auto (CliRun) run = { 0 };
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GsImage) ours = NULL;
  g_autoptr (GsImage) theirs = NULL;
  g_autofree char *parameters = NULL;
  Server server;

  if (!cli_can_generate ())
    return;
  run = cli_run ("generate -p \"a red house\" -W 80 -H 64 --steps 3 --seed 7 --rng cpu "
                 "--hires 1.5 --hires-strength 0.6 --hires-upscaler latent -o a.png");
  cli_assert_status (&run, 0);
  server = server_start ("");
  answer = ask (&server, "/sdapi/v1/txt2img",
                "{\"width\":80,\"height\":64,\"sampler_name\":\"Euler a\",\"prompt\":\"a red house\","
                "\"steps\":3,\"seed\":7,\"enable_hr\":true,\"hr_resize_x\":120,\"hr_resize_y\":96,"
                "\"hr_upscaler\":\"Latent\",\"denoising_strength\":0.6,"
                "\"override_settings\":{\"randn_source\":\"CPU\"}}", 200);
  ours = cli_load_picture ("a.png");
  theirs = picture (answer, 0, &parameters);
  g_assert_true (same_pixels (ours, theirs));
  g_assert_nonnull (strstr (parameters, "Hires upscaler: Latent"));
  server_stop (&server);
}

/* Only what is masked changes, and the picture stays as large as it was. */
static void
test_inpaint (void)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GsImage) before = NULL;
  g_autoptr (GsImage) after = NULL;
  g_autofree char *path = NULL, *mask_path = NULL, *body = NULL;
  g_autofree char *data = NULL, *mask = NULL, *data64 = NULL, *mask64 = NULL;
  gboolean changed = FALSE;
  gsize n, n_mask;
  Server server;

  if (!cli_can_generate ())
    return;
  cli_write_picture ("room.png", 200, 120);
  cli_write_mask ("mask.png", 200, 120, 40, 40, 30, 30);
  path = cli_test_path ("room.png");
  mask_path = cli_test_path ("mask.png");
  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  g_assert_true (g_file_get_contents (mask_path, &mask, &n_mask, NULL));
  data64 = g_base64_encode ((guchar *) data, n);
  mask64 = g_base64_encode ((guchar *) mask, n_mask);
  body = g_strdup_printf (
    "{" SMALL ",\"steps\":3,\"mask_blur\":2,\"inpaint_full_res\":true,"
    "\"inpaint_full_res_padding\":16,\"init_images\":[\"data:image/png;base64,%s\"],"
    "\"mask\":\"%s\",\"denoising_strength\":1}",
    data64, mask64);
  server = server_start ("");
  answer = ask (&server, "/sdapi/v1/img2img", body, 200);
  before = cli_load_picture ("room.png");
  after = picture (answer, 0, NULL);
  g_assert_cmpuint (after->width, ==, 200);
  g_assert_cmpuint (after->height, ==, 120);
  for (guint y = 0; y < 120; y++)
    for (guint x = 0; x < 200; x++)
      {
        const gsize at = 3 * (y * 200 + x);
        const gboolean same = memcmp (before->pixels + at, after->pixels + at, 3) == 0;

        changed = changed || !same;
        g_assert_true (same || (x >= 36 && x < 74 && y >= 36 && y < 74));
      }
  g_assert_true (changed);
  server_stop (&server);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *path, *body;
    guint status;
    const char *detail;
  } cases[] = {
    { "txt2img", "{\"steps\":0}", 422, "\"steps\" is 0" },
    { "txt2img", "{\"batch_size\":9,\"n_iter\":9}", 422, "81" },
    { "txt2img", "{\"sampler_name\":\"Foo\"}", 422, "Foo" },
    { "txt2img", "{\"width\":1e9}", 422, "\"width\"" },
    { "txt2img", "{\"enable_hr\":true,\"hr_scale\":99}", 422, "\"hr_scale\"" },
    { "txt2img", "{\"enable_hr\":true,\"width\":64,\"height\":64,\"hr_resize_x\":8192,\"hr_resize_y\":64}", 422,
      "8192 x 64" },
    { "txt2img", "{\"override_settings\":{\"sd_model_checkpoint\":\"nope\"}}", 422, "nope" },
    { "txt2img", "[[[[", 422, "JSON" },
    { "txt2img", "\xff", 422, "JSON" },
    { "txt2img", NULL, 405, "Method" },
    { "img2img", "{}", 422, "init_images" },
    { "img2img", "{\"init_images\":[\"AAAA\"]}", 422, "" },
    { "options", "{\"sd_model_checkpoint\":\"nope\"}", 422, "nope" },
    { "png-info", "{}", 422, "" },
    { "nothing", NULL, 404, "Not Found" },
  };
  g_autofree char *deep = g_strnfill (100000, '[');
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sdapi/v1/", cases[i].path, NULL);
      g_autoptr (JsonNode) node = ask (&server, path, cases[i].body, cases[i].status);
      const char *detail = json_object_get_string_member (json_node_get_object (node), "detail");

      g_assert_nonnull (strstr (detail, cases[i].detail));
    }
  json_node_unref (ask (&server, "/sdapi/v1/txt2img", deep, 422));
  server_stop (&server);
}

/* A web page that a browser on this machine shows must not paint, nor look. */
static void
test_web_pages (void)
{
  static const char *const headers[][2] = { { "Origin", "http://example.org" },
                                            { "Host", "rebound.example.org" } };
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (SoupMessage) message = message_new (&server, "/sdapi/v1/options", NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), headers[i][0],
                                    headers[i][1]);
      json_node_unref (ask_message (&server, message, 403));
    }
  server_stop (&server);
}

/* What could be endless is refused before it is read, whatever the method. */
static void
test_endless (void)
{
  static const char *const methods[] = { "POST", "PUT" };
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (SoupMessage) message = message_new (&server, "/sdapi/v1/options", "{}");

      soup_message_set_method (message, methods[i]);
      soup_message_headers_set_encoding (soup_message_get_request_headers (message), SOUP_ENCODING_CHUNKED);
      json_node_unref (ask_message (&server, message, 411));
    }
  server_stop (&server);
}

static void
test_token (void)
{
  static const struct
  {
    const char *authorization;
    guint status;
  } cases[] = {
    { NULL, 401 },
    { "Bearer wrong", 401 },
    { "Bearer sesam", 200 },
    { "Bearer sesamsesam", 401 },
    { "Basic YW55b25lOnNlc2Ft", 200 }, /* anyone:sesam */
    { "Basic c2VzYW06", 401 },         /* sesam: */
  };
  g_autofree char *path = NULL;
  Server server;

  if (!cli_can_generate ())
    return;
  path = cli_test_path ("token");
  g_assert_true (g_file_set_contents (path, "sesam\n", -1, NULL));
  server = server_start ("--token-file token");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SoupMessage) message = message_new (&server, "/sdapi/v1/options", NULL);

      soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
      if (cases[i].authorization != NULL)
        soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                     cases[i].authorization);
      json_node_unref (ask_message (&server, message, cases[i].status));
    }
  server_stop (&server);
}

/* What was painted so far is the answer. */
static void
test_interrupt (void)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  message = message_new (&server, "/sdapi/v1/txt2img", "{" SMALL ",\"steps\":1000}");
  soup_session_send_and_read_async (server.session, message, 0, NULL, on_read, &bytes);
  wait_for (&server, TRUE);
  json_node_unref (ask (&server, "/sdapi/v1/interrupt", "", 200));
  wait_for_bytes (&bytes);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (text, "\"images\":[\"iVBOR"));
  server_stop (&server);
}

/* Nobody waits for the picture any more: it is not painted to its end. */
static void
test_asker_goes (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("");
  message = message_new (&server, "/sdapi/v1/txt2img", "{" SMALL ",\"steps\":1000}");
  soup_session_send_and_read_async (server.session, message, 0, cancellable, on_read, &bytes);
  wait_for (&server, TRUE);
  g_cancellable_cancel (cancellable);
  wait_for_bytes (&bytes);
  soup_session_abort (server.session);
  wait_for (&server, FALSE);
  server_stop (&server);
}

/* Two devices (here the same one twice) paint two jobs, and it ends in the middle of a third. */
static void
test_two_devices (void)
{
  SoupMessage *messages[3] = { NULL };
  GBytes *bytes[3] = { NULL };
  Server server;

  if (!cli_can_generate ())
    return;
  server = server_start ("--device 0 --device 0");
  for (guint i = 0; i < 2; i++)
    {
      messages[i] =
        message_new (&server, "/sdapi/v1/txt2img", "{" SMALL ",\"steps\":3,\"seed\":5}");
      soup_session_send_and_read_async (server.session, messages[i], 0, NULL, on_read, &bytes[i]);
    }
  for (guint i = 0; i < 2; i++)
    wait_for_bytes (&bytes[i]);
  g_assert_cmpuint (g_bytes_get_size (bytes[0]), >, 1000);
  messages[2] = message_new (&server, "/sdapi/v1/txt2img", "{" SMALL ",\"steps\":1000}");
  soup_session_send_and_read_async (server.session, messages[2], 0, NULL, on_read, &bytes[2]);
  wait_for (&server, TRUE);
  server_stop (&server);
  for (guint i = 0; i < 3; i++)
    {
      if (i == 2)
        wait_for_bytes (&bytes[2]);
      else
        g_assert_cmpuint (soup_message_get_status (messages[i]), ==, 200);
      g_bytes_unref (bytes[i]);
      g_object_unref (messages[i]);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/lists", test_lists);
  g_test_add_func ("/serve/same-as-generate", test_same_as_generate);
  g_test_add_func ("/serve/two-passes", test_two_passes);
  g_test_add_func ("/serve/inpaint", test_inpaint);
  g_test_add_func ("/serve/refusals", test_refusals);
  g_test_add_func ("/serve/web-pages", test_web_pages);
  g_test_add_func ("/serve/endless", test_endless);
  g_test_add_func ("/serve/token", test_token);
  g_test_add_func ("/serve/interrupt", test_interrupt);
  g_test_add_func ("/serve/asker-goes", test_asker_goes);
  g_test_add_func ("/serve/two-devices", test_two_devices);
  status = g_test_run ();
  cli_test_finish ();
  return status;
}
