/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What says it is an A1111 server, and drops connections, or sends anything but a picture. */
#include "server-orders.h"
#include "web-server.h"

#include "engine/gesso-server-model.h"

#include "gs.h"

#include <string.h>

#define STATE "{\"progress\":0.25,\"eta_relative\":3,\"state\":{\"job_count\":1,\"job_no\":0," \
              "\"job_timestamp\":\"%s\",\"sampling_step\":5,\"sampling_steps\":20},\"current_image\":%s}"
#define IDLE "{\"progress\":0,\"state\":{\"job_count\":0,\"job_timestamp\":\"1\"},\"current_image\":null}"

static GessoEngine *engine;
static WebServer *web;
static int painting, n_interrupts, mended; /* atomic */
static GMutex lock;
static char *last_body; /* that a picture was asked for with */

/* ---- The server: a case is the first part of the path --------------------------------------- */

static void
send (const WebRequest *request, const char *status, const char *text)
{
  web_head (request, "%s\r\nContent-Type: application/json\r\nContent-Length: %u\r\n", status,
            (guint) strlen (text));
  web_bytes (request, text, strlen (text));
}

/* In base64; n_bytes: cut there, 0: not. */
static char *
picture (guint width, guint height, gsize n_bytes)
{
  g_autoptr (GsImage) image = gs_image_new (width, height, 3);
  g_autoptr (GBytes) png = gs_image_to_png (image, "a red house\nSteps: 3, Seed: 7", NULL);

  return g_base64_encode (g_bytes_get_data (png, NULL), n_bytes ? n_bytes : g_bytes_get_size (png));
}

/* Its header says how large it is; nothing comes of it. */
static char *
enormous_picture (void)
{
  g_autoptr (GsImage) image = gs_image_new (64, 64, 3);
  g_autoptr (GBytes) png = gs_image_to_png (image, NULL, NULL);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (png, NULL), g_bytes_get_size (png));

  data[17] = data[21] = 0xff;
  return g_base64_encode (data, g_bytes_get_size (png));
}

static void
send_picture (const WebRequest *request, char *base64)
{
  g_autofree char *text = g_strdup_printf ("{\"images\":[\"%s\"],\"parameters\":{},\"info\":\"{}\"}", base64);

  send (request, "200 OK", text);
  g_free (base64);
}

static void
send_endlessly (const WebRequest *request, const char *start)
{
  static const char spaces[1 << 16] = "";

  web_head (request, "200 OK\r\n");
  web_bytes (request, start, strlen (start));
  while (web_bytes (request, spaces, sizeof spaces))
    ;
}

static gboolean
is_case (const WebRequest *request, const char *name)
{
  g_autofree char *start = g_strdup_printf ("/%s/", name);

  return g_str_has_prefix (request->path, start);
}

/* As a slow one: until it is told to stop, or 10 seconds. */
static void
paint_slowly (const WebRequest *request)
{
  g_atomic_int_set (&painting, 1);
  for (guint i = 0; i < 1000 && g_atomic_int_get (&n_interrupts) == 0; i++)
    g_usleep (10000);
  g_atomic_int_set (&painting, 0);
  send_picture (request, picture (64, 64, 0));
}

static void
paint (const WebRequest *request)
{
  g_autofree char *deep = NULL;

  if (is_case (request, "slow") || is_case (request, "busy"))
    paint_slowly (request);
  else if (is_case (request, "drop-once") && request->n == 0)
    web_head (request, "200 OK\r\nContent-Length: 5000\r\n");
  else if (is_case (request, "drop") && request->n > 0 && !g_atomic_int_get (&mended))
    return;
  else if (is_case (request, "broken"))
    send (request, "200 OK", "{\"images\": [");
  else if (is_case (request, "types"))
    send (request, "200 OK", "{\"images\": 7, \"info\": [], \"parameters\": null}");
  else if (is_case (request, "list"))
    send (request, "200 OK", "[{\"images\": []}]");
  else if (is_case (request, "deep"))
    send (request, "200 OK", deep = g_strnfill (100000, '['));
  else if (is_case (request, "base64"))
    send (request, "200 OK", "{\"images\": [\"!?*&\"]}");
  else if (is_case (request, "jpeg"))
    send (request, "200 OK", "{\"images\": [\"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAg==\"]}");
  else if (is_case (request, "size"))
    send_picture (request, picture (128, 64, 0));
  else if (is_case (request, "cut"))
    send_picture (request, picture (64, 64, 60));
  else if (is_case (request, "enormous"))
    send_picture (request, enormous_picture ());
  else if (is_case (request, "endless"))
    send_endlessly (request, "{\"images\": [\"");
  else if (is_case (request, "error"))
    send (request, "500 Internal Server Error",
          "{\"error\": \"OutOfMemoryError\", \"detail\": \"\", \"errors\": \"no\\nmemory\"}");
  else if (is_case (request, "plain-error"))
    send (request, "502 Bad Gateway", "<html>");
  else if (is_case (request, "redirect"))
    web_head (request, "307 Temporary Redirect\r\nLocation: /good/sdapi/v1/txt2img\r\nContent-Length: 0\r\n");
  else
    send_picture (request, picture (64, 64, 0));
}

static void
send_progress (const WebRequest *request)
{
  g_autofree char *preview = picture (32, 32, 0);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", preview);
  g_autofree char *text = g_strdup_printf (STATE, is_case (request, "busy") ? "1" : "2", quoted);

  if (is_case (request, "slow-and-odd"))
    send (request, "200 OK", "{\"state\": 3, \"current_image\": []}");
  else if (g_atomic_int_get (&painting) || is_case (request, "busy"))
    send (request, "200 OK", text);
  else
    send (request, "200 OK", IDLE);
}

static void
answer (const WebRequest *request)
{
  const char *path = strstr (request->path, "/sdapi/v1/");

  path = path ? path + strlen ("/sdapi/v1/") : "";
  if (g_str_equal (path, "sd-models"))
    send (request, "200 OK",
          "[{\"title\": \"dream.safetensors [12ab]\"}, {\"title\": 4}, 5, {\"title\": \"a\\u0007b\"},"
          " {\"title\": \"sd_xl.safetensors\", \"native_size\": 1e99}]");
  else if (g_str_equal (path, "samplers") && is_case (request, "old"))
    send (request, "200 OK", "[{\"name\": \"Euler a\"}, {\"name\": \"DPM++ 2M Karras\"}]");
  else if (g_str_equal (path, "samplers"))
    send (request, "200 OK", "[{\"name\": \"Euler a\"}, {\"name\": \"DPM++ 2M\"}]");
  else if (g_str_equal (path, "schedulers") && !is_case (request, "old"))
    send (request, "200 OK", "[{\"name\": \"uniform\", \"label\": \"Uniform\"}, {\"name\": \"karras\"}]");
  else if (g_str_equal (path, "loras"))
    send (request, "200 OK", "[{\"name\": \"oil\", \"metadata\": {\"x\": {\"y\": [[1]]}}}]");
  else if (g_str_equal (path, "embeddings"))
    send (request, "200 OK", "{\"loaded\": {\"mine\": {}}, \"skipped\": {}}");
  else if (g_str_has_prefix (path, "progress"))
    send_progress (request);
  else if (g_str_equal (path, "interrupt"))
    {
      g_atomic_int_inc (&n_interrupts);
      send (request, "200 OK", "{}");
    }
  else if (g_str_equal (path, "txt2img") || g_str_equal (path, "img2img"))
    {
      g_mutex_lock (&lock);
      g_free (last_body);
      last_body = g_strdup (request->body);
      g_mutex_unlock (&lock);
      paint (request);
    }
  else
    send (request, "404 Not Found", "{\"detail\": \"Not Found\"}");
}

/* ---- Help ----------------------------------------------------------------------------------- */

/* The model of the server that behaves like that. */
static char *
choose (const char *name)
{
  g_autofree char *address = g_strdup_printf ("%s/%s", web_server_get_address (web), name);
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&n_interrupts, 0);
  g_atomic_int_set (&mended, 0);
  server_look (engine, address, "me:secret", &error);
  g_assert_no_error (error);

  return gesso_server_model_new (address, "dream.safetensors [12ab]");
}

static GError *
fail (const char *name)
{
  g_autofree char *model = choose (name);
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 1);
  g_auto (ServerRun) run = { 0 };

  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  if (run.error == NULL)
    g_error ("“%s” is taken for a picture", name);
  g_test_message ("%s: %s", name, run.error->message);
  g_assert_cmpuint (run.results->len, ==, 0);
  g_assert_false (gesso_order_get_unfinished (order));

  return g_steal_pointer (&run.error);
}

static gboolean
body_says (const char *text)
{
  gboolean says;

  g_mutex_lock (&lock);
  says = strstr (last_body, text) != NULL;
  g_mutex_unlock (&lock);

  return says;
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
test_good (void)
{
  g_autofree char *model = choose ("good");
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 2);
  GessoServer *server = gesso_engine_get_server (engine);
  g_auto (ServerRun) run = { 0 };
  g_autofree char *headers = NULL;

  g_assert_cmpuint (gesso_server_get_stock (server)->models->len, ==, 2);
  g_assert_cmpuint (gesso_server_get_native_size (server, model), ==, 512);
  g_assert_cmpuint (((GessoServerModel *) gesso_server_get_stock (server)->models->pdata[1])->native_size,
                    ==, 1024);
  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_no_error (run.error);
  g_assert_cmpuint (run.results->len, ==, 2);
  g_assert_nonnull (strstr (gesso_picture_get_parameters (gesso_result_get_picture (run.results->pdata[0])),
                            "Steps: 3"));
  g_assert_true (body_says ("\"sampler_name\":\"Euler a\",\"scheduler\":\"uniform\""));
  g_assert_true (body_says ("\"seed\":8,"));
  g_assert_true (body_says ("\"negative_prompt\":\"rain\""));
  g_assert_true (body_says ("\"sd_model_checkpoint\":\"dream.safetensors [12ab]\""));
  headers = web_server_dup_headers (web);
  g_assert_nonnull (strstr (headers, "Authorization: Basic bWU6c2VjcmV0"));
}

static void
test_picture_to_picture (void)
{
  g_autofree char *model = choose ("old");
  g_autoptr (GessoOrder) order = server_order_new (model, TRUE, 3, 1);
  g_auto (ServerRun) run = { 0 };

  g_object_set (gesso_order_get_settings (order), "sampler", "dpmpp-2m", "schedule", "karras", NULL);
  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  /* The fake one makes 64 x 64 of everything, and 512 x 512 was asked for. */
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (body_says ("\"sampler_name\":\"DPM++ 2M Karras\",\"seed\""));
  g_assert_true (body_says ("\"width\":512,\"height\":512"));
  g_assert_true (body_says ("\"denoising_strength\":0.8"));
  g_assert_true (body_says ("\"init_images\":[\"iVBOR"));
  g_assert_true (body_says ("\"mask\":\"iVBOR"));
  g_assert_true (body_says ("\"inpainting_fill\":1"));
}

static void
test_hostile (void)
{
  static const struct
  {
    const char *name, *says;
  } cases[] = {
    { "broken", "cannot read" },    { "types", "no PNG" },         { "list", "no PNG" },
    { "deep", "cannot read" },      { "base64", "no PNG" },        { "jpeg", "no PNG" },
    { "size", "128 × 64" },         { "cut", "damaged" },          { "enormous", "× 16711744" },
    { "endless", "cannot read" },   { "error", "no memory" },      { "plain-error", "502" },
    { "redirect", "no interface" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = fail (cases[i].name);

      g_assert_cmpint (error->domain, ==, G_IO_ERROR);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].name, error->message);
    }
}

static void
test_no_such_sampler (void)
{
  g_autofree char *model = choose ("good");
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 1);
  g_auto (ServerRun) run = { 0 };

  g_object_set (gesso_order_get_settings (order), "sampler", "unipc", NULL);
  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (run.error->message, "UniPC"));
}

static void
test_drop_once (void)
{
  g_autofree char *model = choose ("drop-once");
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 1);
  g_auto (ServerRun) run = { 0 };

  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_no_error (run.error);
  g_assert_cmpuint (run.results->len, ==, 1);
}

/* The first picture is there, the others are not lost. */
static void
test_drop (void)
{
  g_autofree char *model = choose ("drop");
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 3);
  g_auto (ServerRun) run = { 0 };
  g_auto (ServerRun) rest = { 0 };

  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_assert_cmpuint (run.results->len, ==, 1);
  g_assert_true (gesso_order_get_unfinished (order));

  g_atomic_int_set (&mended, 1);
  server_run_start (&rest, engine, order, TRUE);
  server_run_wait (&rest);
  g_assert_no_error (rest.error);
  g_assert_cmpuint (rest.results->len, ==, 2);
  g_assert_cmpuint (gesso_result_get_seed (rest.results->pdata[1]), ==, 9);
  g_assert_false (gesso_order_get_unfinished (order));
}

static void
cancel_when (ServerRun *run, const char *name)
{
  g_autofree char *model = choose (name);
  g_autoptr (GessoOrder) order = server_order_new (model, FALSE, 3, 1);

  server_run_start (run, engine, order, FALSE);
  while (!g_atomic_int_get (&painting) || (run->previews->len == 0 && !g_str_equal (name, "busy")))
    g_main_context_iteration (NULL, FALSE);
  if (g_str_equal (name, "busy"))
    for (gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC; g_get_monotonic_time () < end;)
      g_main_context_iteration (NULL, FALSE);
  gesso_job_cancel (run->job);
  server_run_wait (run);
  g_assert_error (run->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_interrupt (void)
{
  g_auto (ServerRun) run = { 0 };

  cancel_when (&run, "slow");
  g_assert_cmpint (g_atomic_int_get (&n_interrupts), ==, 1);
  g_assert_cmpint (gdk_texture_get_width (run.previews->pdata[0]), ==, 32);
  g_assert_cmpfloat (gesso_job_get_fraction (run.job), ==, 0.25);
}

/* It paints somebody else's picture, which is neither shown nor stopped. */
static void
test_busy (void)
{
  g_auto (ServerRun) run = { 0 };

  cancel_when (&run, "busy");
  g_assert_cmpint (g_atomic_int_get (&n_interrupts), ==, 0);
  g_assert_cmpuint (run.previews->len, ==, 0);
  g_atomic_int_set (&n_interrupts, 1); /* lets the thread go */
}

static void
test_nobody (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GessoOrder) order = NULL;
  g_auto (ServerRun) run = { 0 };
  WebServer *gone = web_server_new (answer);

  address = g_strdup (web_server_get_address (gone));
  web_server_free (gone);
  g_assert_false (server_look (engine, address, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  model = gesso_server_model_new (address, "a");
  order = server_order_new (model, FALSE, 3, 1);
  server_run_start (&run, engine, order, FALSE);
  server_run_wait (&run);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
}

static void
test_addresses (void)
{
  static const char *const good[][2] = {
    { "studio:7860", "http://studio:7860" },
    { " https://Studio.example.org/sd/ ", "https://studio.example.org/sd" },
    { "127.0.0.1:7860", "http://127.0.0.1:7860" },
    { "http://[::1]:7860/", "http://[::1]:7860" },
  };
  static const char *const bad[] = { "", "ftp://studio", "file:///etc/passwd", "http://me:secret@studio",
                                     "http://", "http://studio/?a=b", "http://studio/#a", "a b" };
  g_autofree char *host = gesso_server_model_dup_host ("http://studio:7860#sd15/dream.safetensors [12ab]");
  g_autofree char *title = gesso_server_model_dup_title ("http://studio:7860#sd15/dream.safetensors [12ab]");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *address = gesso_server_address_parse (good[i][0], NULL);

      g_assert_cmpstr (address, ==, good[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gesso_server_address_parse (bad[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_cmpstr (host, ==, "studio");
  g_assert_cmpstr (title, ==, "dream.safetensors");
  g_assert_false (gesso_server_model_is_one ("/models/http/a#b"));
  g_assert_false (gesso_server_address_is_private ("http://studio:7860"));
  g_assert_true (gesso_server_address_is_private ("http://127.0.0.1:7860"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  engine = gesso_engine_new ();
  web = web_server_new (answer);
  g_test_add_func ("/app/server-hostile/addresses", test_addresses);
  g_test_add_func ("/app/server-hostile/good", test_good);
  g_test_add_func ("/app/server-hostile/picture-to-picture", test_picture_to_picture);
  g_test_add_func ("/app/server-hostile/hostile", test_hostile);
  g_test_add_func ("/app/server-hostile/no-such-sampler", test_no_such_sampler);
  g_test_add_func ("/app/server-hostile/drop-once", test_drop_once);
  g_test_add_func ("/app/server-hostile/drop", test_drop);
  g_test_add_func ("/app/server-hostile/interrupt", test_interrupt);
  g_test_add_func ("/app/server-hostile/busy", test_busy);
  g_test_add_func ("/app/server-hostile/nobody", test_nobody);
  status = g_test_run ();
  web_server_free (web);
  g_free (last_body);
  g_object_unref (engine);

  return status;
}
