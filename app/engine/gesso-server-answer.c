/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 to PNG to pixels, with a look at the size before anything is unpacked. */
#include "config.h"

#include "gesso-server-answer.h"

#include "gesso-json.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define MAX_TEXT_BYTES (64 * 1024)       /* of parameters */
#define MORE_BYTES (16 * 1024 * 1024)    /* for what servers say besides */
#define MAX_STEPS 100000

/* PNG packs nothing to more than RGBA and a little; base64 makes 4 bytes of 3. */
gsize
gesso_server_answer_get_max_bytes (guint width, guint height)
{
  return (gsize) width * height * 6 + MORE_BYTES;
}

/* Bytes out of base64, bare or as a "data:" URL. */
static GBytes *
decode (const char *text)
{
  guchar *data;
  gsize n_bytes;

  if (g_str_has_prefix (text, "data:"))
    text = strchr (text, ',') ? strchr (text, ',') + 1 : "";
  data = g_base64_decode (text, &n_bytes);

  return g_bytes_new_take (data, n_bytes);
}

/* Width and height stand in the header, which comes first (PNG specification, 11.2.2). */
static gboolean
read_size (GBytes *bytes, guint *width, guint *height)
{
  static const guint8 start[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);

  if (n_bytes < sizeof start + 8 || memcmp (data, start, sizeof start) != 0)
    return FALSE;
  *width = (guint) data[16] << 24 | (guint) data[17] << 16 | (guint) data[18] << 8 | data[19];
  *height = (guint) data[20] << 24 | (guint) data[21] << 16 | (guint) data[22] << 8 | data[23];

  return TRUE;
}

static GsImage *
to_rgb (GsImage *image)
{
  GsImage *rgb;

  if (image == NULL || image->channels == 3)
    return image;
  rgb = gs_image_convert (image, 3);
  gs_image_free (image);

  return rgb;
}

/* ---- Pictures ------------------------------------------------------------------------------- */

static gboolean
check (GBytes *bytes, guint width, guint height, const char *host, GError **error)
{
  guint w, h;

  if (!read_size (bytes, &w, &h))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   /* Translators: the name of a server */
                   _("What %s sends is no PNG picture: have it save pictures as PNG, in its settings"), host);
      return FALSE;
    }
  if (w == width && h == height)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               /* Translators: the name of a server, and two sizes */
               _("%s sent a picture of %u × %u pixels instead of %u × %u: see whether it is set to enlarge "
                 "them"), host, w, h, width, height);
  return FALSE;
}

/* {"info": "{\"infotexts\": [\"...\"]}"} */
static char *
dup_info_text (JsonObject *object)
{
  const char *info = gesso_json_get_string (object, "info");
  g_autoptr (JsonNode) node = info ? gesso_json_parse (info, strlen (info)) : NULL;
  JsonArray *texts = node && JSON_NODE_HOLDS_OBJECT (node)
                         ? gesso_json_get_array (json_node_get_object (node), "infotexts") : NULL;

  return gesso_json_get_length (texts) > 0 ? g_strdup (gesso_json_string_at (texts, 0)) : NULL;
}

GsImage *
gesso_server_answer_get_picture (JsonNode *root, guint width, guint height, const char *host,
                                 char **parameters, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonArray *images = gesso_json_get_array (object, "images");
  const char *text = gesso_json_get_length (images) > 0 ? gesso_json_string_at (images, 0) : NULL;
  g_autoptr (GBytes) bytes = decode (text ? text : "");
  g_autoptr (GError) reason = NULL;
  GsImage *image;

  *parameters = NULL;
  if (!check (bytes, width, height, host, error))
    return NULL;
  image = to_rgb (gs_image_load_png_bytes (bytes, parameters, &reason));
  if (image == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   /* Translators: the name of a server, and a sentence */
                   _("The picture that %s sent is damaged (%s)"), host, reason->message);
      return NULL;
    }
  if (*parameters == NULL)
    *parameters = dup_info_text (object);
  if (*parameters && strlen (*parameters) > MAX_TEXT_BYTES)
    g_clear_pointer (parameters, g_free);

  return image;
}

/* ---- Progress ------------------------------------------------------------------------------- */

static GsImage *
get_preview (JsonObject *object, guint max_width, guint max_height)
{
  const char *text = gesso_json_get_string (object, "current_image");
  g_autoptr (GBytes) bytes = text ? decode (text) : NULL;
  guint width, height;

  if (bytes == NULL || !read_size (bytes, &width, &height) || width == 0 || height == 0 ||
      width > max_width || height > max_height)
    return NULL;

  return to_rgb (gs_image_load_png_bytes (bytes, NULL, NULL));
}

static guint
get_count (JsonObject *state, const char *name)
{
  return (guint) CLAMP (gesso_json_get_number (state, name, 0), 0, MAX_STEPS);
}

void
gesso_server_progress_init (GessoServerProgress *self, JsonNode *root, guint width, guint height)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonObject *state = gesso_json_get_object (object, "state");
  const char *stamp = gesso_json_get_string (state, "job_timestamp");
  const guint n_jobs = get_count (state, "job_count"), n_steps = get_count (state, "sampling_steps");
  const double left = gesso_json_get_number (object, "eta_relative", -1);

  *self = (GessoServerProgress) { .active = n_jobs > 0, .seconds_left = left > 0 ? left : -1 };
  g_strlcpy (self->stamp, stamp ? stamp : "", sizeof self->stamp);
  if (self->active && n_steps > 0)
    {
      self->n_steps = MIN (n_steps * MIN (n_jobs, 100), MAX_STEPS);
      self->step = MIN (get_count (state, "job_no"), 100) * n_steps + get_count (state, "sampling_step");
      self->step = MIN (self->step, self->n_steps);
      self->preview = get_preview (object, width, height);
    }
}

void
gesso_server_progress_clear (GessoServerProgress *self)
{
  g_clear_pointer (&self->preview, gs_image_free);
}
