/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What other programs may ask the server for: any JSON as a request of the engine. */
#include "cli/serve/request.h"
#include "io/json.h"

#define MAX_SIZE 512

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n);

static gboolean
is_small (JsonObject *object)
{
  return gs_serve_number (object, "width", 0) <= MAX_SIZE && gs_serve_number (object, "height", 0) <= MAX_SIZE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  g_autoptr (JsonObject) object = gs_json_parse_object ((const char *) data, n, "request", NULL);

  /* Pictures are enlarged to what is asked for. */
  for (guint from_picture = 0; object != NULL && from_picture < (is_small (object) ? 2 : 1); from_picture++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GsServeRequest) request =
        gs_serve_request_new (object, from_picture != 0, &error);

      g_assert ((request == NULL) == (error != NULL));
      g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
      g_assert (request == NULL || request->prompt == NULL || g_utf8_validate (request->prompt, -1, NULL));
    }
  return 0;
}
