/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses as people paste them, and repositories as the hub, or what says it is the hub, describes them. */
#include "web-server.h"

#include "library/gesso-hub.h"

#include <string.h>

#define SHA256 "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa"

static void
test_addresses (void)
{
  static const struct
  {
    const char *text, *repository, *revision, *path, *file;
  } cases[] = {
    { "someone/a-model", "someone/a-model", "main", "", NULL },
    { " https://huggingface.co/someone/a-model/ ", "someone/a-model", "main", "", NULL },
    { "huggingface.co/someone/a-model", "someone/a-model", "main", "", NULL },
    { "https://huggingface.co/someone/a-model?library=diffusers#use", "someone/a-model", "main", "", NULL },
    { "https://huggingface.co/someone/a-model/tree/main", "someone/a-model", "main", "", NULL },
    { "https://huggingface.co/someone/a-model/tree/refs%2Fpr%2F3/unet", "someone/a-model", "refs/pr/3",
      "unet", NULL },
    { "https://huggingface.co/someone/a-model/blob/fp16/x/a%20b.safetensors", "someone/a-model", "fp16",
      "x/a b.safetensors", GESSO_HUB "/someone/a-model/resolve/fp16/x/a%20b.safetensors" },
    { "https://huggingface.co/someone/a-model/resolve/main/a.safetensors?download=true",
      "someone/a-model", "main", "a.safetensors",
      GESSO_HUB "/someone/a-model/resolve/main/a.safetensors" },
    { "https://example.org/files/a.safetensors?key=1", NULL, NULL, NULL,
      "https://example.org/files/a.safetensors?key=1" },
    { "example.org/files/a.gguf", NULL, NULL, NULL, "https://example.org/files/a.gguf" },
    { "http://127.0.0.1:8000/a.safetensors", NULL, NULL, NULL, "http://127.0.0.1:8000/a.safetensors" },
  };
  static const char *const bad[] = {
    "",
    "a model",
    "someone",
    "../a-model",
    "http://example.org/a.safetensors",
    "ftp://example.org/a.safetensors",
    "file:///etc/passwd",
    "https://me:secret@example.org/a.safetensors",
    "https://huggingface.co",
    "https://huggingface.co/someone",
    "https://huggingface.co/datasets/someone/pictures",
    "https://huggingface.co/someone/a-model/discussions/1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GessoAddress) address = gesso_address_parse (cases[i].text, GESSO_HUB, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (address->repository, ==, cases[i].repository);
      g_assert_cmpstr (address->revision, ==, cases[i].revision);
      g_assert_cmpstr (address->path, ==, cases[i].path);
      g_assert_cmpstr (address->file, ==, cases[i].file);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GessoAddress) address = gesso_address_parse (bad[i], GESSO_HUB, &error);

      if (address)
        g_error ("“%s” is taken for an address", bad[i]);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_allowed (void)
{
  g_autoptr (GUri) far = g_uri_parse ("https://example.org/a", G_URI_FLAGS_NONE, NULL);
  g_autoptr (GUri) plain = g_uri_parse ("http://example.org/a", G_URI_FLAGS_NONE, NULL);
  g_autoptr (GUri) near = g_uri_parse ("http://[::1]:80/a", G_URI_FLAGS_NONE, NULL);
  g_autoptr (GUri) like = g_uri_parse ("http://127.0.0.1.example.org/a", G_URI_FLAGS_NONE, NULL);

  g_assert_true (gesso_address_is_allowed (far, NULL));
  g_assert_false (gesso_address_is_allowed (plain, NULL));
  g_assert_true (gesso_address_is_allowed (near, NULL));
  g_assert_false (gesso_address_is_allowed (like, NULL));
  g_assert_true (gesso_address_is_allowed (far, near));
  g_assert_false (gesso_address_is_allowed (near, far)); /* not into this machine */
}

/* ---- Repositories --------------------------------------------------------------------------- */

static void
send (const WebRequest *request, const char *text)
{
  web_head (request, "200 OK\r\nContent-Type: application/json\r\nContent-Length: %u\r\n",
            (guint) strlen (text));
  web_bytes (request, text, strlen (text));
}

static void
answer (const WebRequest *request)
{
  if (g_str_equal (request->path, "/api/models/someone/a-model/revision/main?blobs=true"))
    send (request,
          "{\"id\": \"someone/a-model\", \"sha\": \"0123abc\", \"gated\": false,"
          " \"cardData\": {\"license\": \"openrail++\"}, \"siblings\": ["
          "{\"rfilename\": \"README.md\", \"size\": 5},"
          "{\"rfilename\": \"model.ckpt\", \"size\": 5},"
          "{\"rfilename\": \"../../x.safetensors/\", \"size\": 5},"
          "{\"rfilename\": 7}, 8, {},"
          "{\"rfilename\": \"unet/diffusion_pytorch_model.fp16.safetensors\", \"size\": 135,"
          " \"lfs\": {\"sha256\": \"" SHA256 "\", \"size\": 4265146304, \"pointerSize\": 135}},"
          "{\"rfilename\": \"style.safetensors\", \"size\": 10, \"lfs\": {\"sha256\": \"12\","
          " \"size\": -3}}]}");
  else if (g_str_has_prefix (request->path, "/api/models/someone/gated/"))
    send (request, "{\"gated\": \"auto\", \"siblings\": [{\"rfilename\": \"a.safetensors\"}]}");
  else if (g_str_has_prefix (request->path, "/api/models/someone/empty/"))
    send (request, "{\"siblings\": {}, \"cardData\": [], \"gated\": null}");
  else if (g_str_has_prefix (request->path, "/api/models/someone/broken/"))
    send (request, "{\"siblings\": [");
  else if (g_str_has_prefix (request->path, "/api/models/someone/private/"))
    web_head (request, "401 Unauthorized\r\nContent-Length: 0\r\n");
  else if (g_str_has_prefix (request->path, "/api/models/someone/huge/"))
    {
      static const char spaces[1 << 16] = "";

      web_head (request, "200 OK\r\n");
      while (web_bytes (request, spaces, sizeof spaces))
        ;
    }
  else
    web_head (request, "404 Not Found\r\nContent-Length: 0\r\n");
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GessoHubListing *
list (const char *hub, const char *text, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GessoAddress) address = gesso_address_parse (text, hub, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_nonnull (address);
  gesso_hub_list_async (session, hub, address, NULL, on_listed, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return gesso_hub_list_finish (result, error);
}

static void
test_listing (void)
{
  g_autoptr (WebServer) server = web_server_new (answer);
  const char *hub = web_server_get_address (server);
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoHubListing) listing = list (hub, "someone/a-model", &error);
  g_autoptr (GessoHubListing) within = NULL;
  g_autofree char *pasted = g_strconcat (hub, "/someone/a-model/tree/main/unet", NULL);
  g_autofree char *address = NULL;
  const GessoHubFile *file;

  g_assert_no_error (error);
  g_assert_cmpstr (listing->licence, ==, "openrail++");
  g_assert_cmpstr (listing->revision, ==, "0123abc");
  g_assert_cmpuint (listing->files->len, ==, 2);
  file = listing->files->pdata[0];
  address = g_strconcat (hub, "/someone/a-model/resolve/0123abc/", file->path, NULL);
  g_assert_cmpstr (file->address, ==, address);
  g_assert_cmpstr (file->name, ==, "a-model-diffusion_pytorch_model.fp16.safetensors");
  g_assert_cmpstr (file->sha256, ==, SHA256);
  g_assert_cmpuint (file->size, ==, 4265146304);
  file = listing->files->pdata[1];
  g_assert_cmpstr (file->name, ==, "style.safetensors");
  g_assert_null (file->sha256);
  g_assert_cmpuint (file->size, ==, 0);

  within = list (hub, pasted, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (within->files->len, ==, 1);
}

static void
test_unlisted (void)
{
  static const char *const cases[][2] = {
    { "someone/gated", "account" },   { "someone/empty", "no files" },
    { "someone/broken", "be read" },  { "someone/private", "account" },
    { "someone/nothing", "nothing" }, { "someone/huge", "" },
  };
  g_autoptr (WebServer) server = web_server_new (answer);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (list (web_server_get_address (server), cases[i][0], &error));
      g_assert_nonnull (error);
      if (!strstr (error->message, cases[i][1]))
        g_error ("“%s” does not say “%s”", error->message, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/hub/addresses", test_addresses);
  g_test_add_func ("/app/hub/allowed", test_allowed);
  g_test_add_func ("/app/hub/listing", test_listing);
  g_test_add_func ("/app/hub/unlisted", test_unlisted);

  return g_test_run ();
}
