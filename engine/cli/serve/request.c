/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each member is checked where it is taken; what is missing has A1111's default. */
#include "cli/serve/request.h"

#include <math.h>
#include <string.h>

#define MAX_PICTURES 64

/* ---- JSON ----------------------------------------------------------------------------------- */

static JsonNode *
value_node (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

double
gs_serve_number (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = value_node (object, name);
  double value;

  if (node == NULL || json_node_get_value_type (node) == G_TYPE_STRING)
    return fallback;
  value = json_node_get_value_type (node) == G_TYPE_BOOLEAN ? json_node_get_boolean (node)
                                                            : json_node_get_double (node);
  return isfinite (value) ? value : fallback;
}

gboolean
gs_serve_boolean (JsonObject *object, const char *name, gboolean fallback)
{
  return gs_serve_number (object, name, fallback) != 0;
}

const char *
gs_serve_string (JsonObject *object, const char *name)
{
  JsonNode *node = value_node (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* A number from low to high; a missing one is the fallback, which may lie outside. */
static gboolean
take (JsonObject *object, const char *name, double fallback, double low, double high, double *value,
      GError **error)
{
  *value = gs_serve_number (object, name, fallback);
  if (*value == fallback || (*value >= low && *value <= high))
    return TRUE;
  return refuse (error, "\"%s\" is %g; send a number from %g to %g", name, *value, low, high);
}

/* ---- Samplers ------------------------------------------------------------------------------- */

static const GsNamed *
find (const GsNamed *list, const char *name)
{
  for (; list->id != NULL; list++)
    if (g_ascii_strcasecmp (list->id, name) == 0 || g_ascii_strcasecmp (list->label, name) == 0)
      return list;
  return NULL;
}

/* "DPM++ 2M Karras", as programs of before 2024 say it, is a sampler and a schedule. */
static const GsNamed *
split_sampler (const char *name, const GsNamed **schedule)
{
  const char *space = strrchr (name, ' ');
  g_autofree char *first = NULL;
  const GsNamed *sampler = find (gs_list_samplers (), name);

  if (sampler != NULL || space == NULL)
    return sampler;
  first = g_strndup (name, space - name);
  *schedule = find (gs_list_schedules (), space + 1);
  return *schedule != NULL ? find (gs_list_samplers (), first) : NULL;
}

static gboolean
take_sampler (GsServeRequest *self, JsonObject *object, GError **error)
{
  const char *sampler_name = gs_serve_string (object, "sampler_name");
  const char *schedule_name = gs_serve_string (object, "scheduler");
  const GsNamed *sampler, *schedule = NULL;

  if (sampler_name == NULL)
    sampler_name = gs_serve_string (object, "sampler_index");
  if (sampler_name != NULL && *sampler_name != '\0')
    {
      sampler = split_sampler (sampler_name, &schedule);
      if (sampler == NULL)
        return refuse (error, "There is no sampler \"%s\"; ask /sdapi/v1/samplers", sampler_name);
      self->sampler = g_strdup (sampler->id);
    }
  if (schedule_name != NULL && *schedule_name != '\0' &&
      g_ascii_strcasecmp (schedule_name, "automatic") != 0)
    {
      schedule = find (gs_list_schedules (), schedule_name);
      if (schedule == NULL)
        return refuse (error, "There is no schedule \"%s\"; ask /sdapi/v1/schedulers",
                       schedule_name);
    }
  self->schedule = schedule != NULL ? g_strdup (schedule->id) : NULL;
  return TRUE;
}

/* ---- Pictures ------------------------------------------------------------------------------- */

GsImage *
gs_serve_picture_from_text (const char *text, char **parameters, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  guchar *data;
  gsize length;

  if (g_str_has_prefix (text, "data:"))
    {
      const char *comma = strchr (text, ',');

      text = comma != NULL ? comma + 1 : "";
    }
  data = g_base64_decode (text, &length);
  bytes = g_bytes_new_take (data, length);
  return gs_image_load_png_bytes (bytes, parameters, error);
}

/* A1111's resize modes: 0 to the size whatever the shape, 1 cut to the shape first; 2, to fill the rest,
 * is what outpainting does better: it is done as 1. */
static GsImage *
fit (const GsImage *image, guint width, guint height, gboolean cut, GsImageFilter filter)
{
  g_autoptr (GsImage) part = NULL;
  guint w = image->width, h = image->height;

  if (!cut || (guint64) w * height == (guint64) h * width)
    return gs_image_resize (image, width, height, filter);
  if ((guint64) w * height > (guint64) h * width)
    w = MAX ((guint) ((guint64) h * width / height), 1);
  else
    h = MAX ((guint) ((guint64) w * height / width), 1);
  part = gs_image_new (w, h, image->channels);
  for (guint y = 0; y < h; y++)
    {
      const gsize row =
        ((gsize) (image->height - h) / 2 + y) * image->width + (image->width - w) / 2;

      memcpy (part->pixels + (gsize) y * w * image->channels, image->pixels + row * image->channels,
              (gsize) w * image->channels);
    }
  return gs_image_resize (part, width, height, filter);
}

static const char *
first_picture (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "init_images");
  JsonArray *array =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *first =
    array != NULL && json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;

  return first != NULL && JSON_NODE_HOLDS_VALUE (first) &&
             json_node_get_value_type (first) == G_TYPE_STRING
           ? json_node_get_string (first)
           : NULL;
}

/* Of white in the mask; FALSE if there is none. */
static gboolean
bounds (const GsImage *mask, int *x0, int *y0, int *x1, int *y1)
{
  *x0 = *y0 = G_MAXINT;
  *x1 = *y1 = -1;
  for (guint y = 0; y < mask->height; y++)
    for (guint x = 0; x < mask->width; x++)
      if (mask->pixels[(gsize) y * mask->width + x] > 0)
        {
          *x0 = MIN (*x0, (int) x);
          *x1 = MAX (*x1, (int) x + 1);
          *y0 = MIN (*y0, (int) y);
          *y1 = MAX (*y1, (int) y + 1);
        }
  return *x1 > 0;
}

/* "Only masked": the frame is the mask with some surroundings, in the shape of the size to work at, as
 * far as the picture has room. */
static void
take_frame (GsServeRequest *self, double padding)
{
  GsRequest *request = &self->request;
  const int width = (int) self->init->width, height = (int) self->init->height;
  const double shape = (double) request->width / request->height;
  int x0, y0, x1, y1, w, h;

  if (!bounds (self->mask, &x0, &y0, &x1, &y1))
    return;
  x0 = MAX (x0 - (int) padding, 0);
  y0 = MAX (y0 - (int) padding, 0);
  x1 = MIN (x1 + (int) padding, width);
  y1 = MIN (y1 + (int) padding, height);
  w = MIN (MAX (x1 - x0, (int) ceil ((y1 - y0) * shape)), width);
  h = MIN (MAX (y1 - y0, (int) ceil ((x1 - x0) / shape)), height);
  request->frame_x = CLAMP ((x0 + x1 - w) / 2, 0, width - w);
  request->frame_y = CLAMP ((y0 + y1 - h) / 2, 0, height - h);
  request->frame_width = (guint) w;
  request->frame_height = (guint) h;
}

static gboolean
take_mask (GsServeRequest *self, JsonObject *object, gboolean cut, gboolean only_masked,
           GError **error)
{
  static const GsMaskFill fills[] = { GS_FILL_BLUR, GS_FILL_ORIGINAL, GS_FILL_NOISE,
                                      GS_FILL_COLOR };
  const char *text = gs_serve_string (object, "mask");
  g_autoptr (GsImage) mask = NULL;
  g_autoptr (GsImage) gray = NULL;
  double blur, fill, padding;

  if (text == NULL || *text == '\0')
    return TRUE;
  mask = gs_serve_picture_from_text (text, NULL, error);
  if (mask == NULL)
    {
      g_prefix_error_literal (error, "The mask: ");
      return FALSE;
    }
  if (!take (object, "mask_blur", 4, 0, 256, &blur, error) ||
      !take (object, "inpainting_fill", 0, 0, 3, &fill, error) ||
      !take (object, "inpaint_full_res_padding", 0, 0, 4096, &padding, error))
    return FALSE;
  gray = gs_image_convert (mask, 1);
  self->mask =
    fit (gray, self->init->width, self->init->height, cut && !only_masked, GS_IMAGE_BILINEAR);
  if (gs_serve_boolean (object, "inpainting_mask_invert", FALSE))
    for (gsize i = 0; i < (gsize) self->mask->width * self->mask->height; i++)
      self->mask->pixels[i] = 255 - self->mask->pixels[i];
  /* Theirs is a Gaussian's standard deviation, ours is where the soft edge ends. */
  self->request.mask_feather = (guint) (2 * blur);
  self->request.fill = fills[(guint) fill];
  if (only_masked)
    take_frame (self, padding);
  return TRUE;
}

static gboolean
take_pictures (GsServeRequest *self, JsonObject *object, GError **error)
{
  GsRequest *request = &self->request;
  const char *text = first_picture (object);
  const gboolean cut = gs_serve_number (object, "resize_mode", 0) >= 1;
  const gboolean masked = gs_serve_string (object, "mask") != NULL;
  const gboolean only_masked = masked && gs_serve_boolean (object, "inpaint_full_res", TRUE);
  g_autoptr (GsImage) picture = NULL;
  double strength;

  if (text == NULL)
    return refuse (error, "\"init_images\" holds no picture; send one as PNG in base64");
  picture = gs_serve_picture_from_text (text, NULL, error);
  if (picture == NULL)
    return FALSE;
  if (!take (object, "denoising_strength", 0.75, 0, 1, &strength, error))
    return FALSE;
  request->denoising_strength = (float) strength;
  self->init = only_masked ? g_steal_pointer (&picture)
                           : fit (picture, request->width, request->height, cut, GS_IMAGE_LANCZOS);
  if (!take_mask (self, object, cut, only_masked, error))
    return FALSE;
  if (request->frame_width == 0)
    request->width = request->height = 0;
  request->init_image = self->init;
  request->mask = self->mask;
  return TRUE;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static gboolean
take_numbers (GsServeRequest *self, JsonObject *object, GError **error)
{
  GsRequest *request = &self->request;
  double steps, width, height, cfg, image_cfg, seed, subseed, strength, batch, n_iter;

  if (!take (object, "steps", 50, 1, 1000, &steps, error) ||
      !take (object, "width", 512, 64, 8192, &width, error) ||
      !take (object, "height", 512, 64, 8192, &height, error) ||
      !take (object, "cfg_scale", 7, 0, 50, &cfg, error) ||
      !take (object, "image_cfg_scale", 1.5, 0, 50, &image_cfg, error) ||
      !take (object, "seed", -1, 0, 9007199254740992.0, &seed, error) ||
      !take (object, "subseed", -1, 0, 9007199254740992.0, &subseed, error) ||
      !take (object, "subseed_strength", 0, 0, 1, &strength, error) ||
      !take (object, "batch_size", 1, 1, MAX_PICTURES, &batch, error) ||
      !take (object, "n_iter", 1, 1, MAX_PICTURES, &n_iter, error))
    return FALSE;
  if ((guint) batch * (guint) n_iter > MAX_PICTURES)
    return refuse (error,
                   "\"batch_size\" times \"n_iter\" is %u; ask for at most %d pictures at once",
                   (guint) batch * (guint) n_iter, MAX_PICTURES);
  request->steps = (guint) steps;
  request->width = ((guint) width + 4) / 8 * 8;
  request->height = ((guint) height + 4) / 8 * 8;
  request->guidance_scale = (float) cfg;
  request->image_guidance = (float) image_cfg;
  request->seed = seed < 0 ? g_random_int () : (guint64) seed;
  request->variation_seed = subseed < 0 ? g_random_int () : (guint64) subseed;
  request->variation_strength = (float) strength;
  request->batch = (guint) batch * (guint) n_iter;
  return TRUE;
}

/* A1111's "hires. fix": width and height are those of the first pass. */
static gboolean
take_passes (GsServeRequest *self, JsonObject *object, GError **error)
{
  GsRequest *request = &self->request;
  double scale, width, height, steps, strength;

  if (!gs_serve_boolean (object, "enable_hr", FALSE))
    return TRUE;
  if (!take (object, "hr_scale", 2, 1, 8, &scale, error) ||
      !take (object, "hr_resize_x", 0, 64, 8192, &width, error) ||
      !take (object, "hr_resize_y", 0, 64, 8192, &height, error) ||
      !take (object, "hr_second_pass_steps", 0, 0, 1000, &steps, error) ||
      !take (object, "denoising_strength", 0.75, 0.01, 1, &strength, error))
    return FALSE;
  if (width > 0 && height > 0)
    scale = MAX (width / request->width, height / request->height);
  else
    {
      width = request->width * scale;
      height = request->height * scale;
    }
  if (scale < 1 || scale > 8 || width > 8192 || height > 8192)
    return refuse (error, "The second pass makes %g x %g pixels of %u x %u; ask for 1 to 8 times as "
                          "many a side, up to 8192", width, height, request->width, request->height);
  request->width = ((guint) width + 4) / 8 * 8;
  request->height = ((guint) height + 4) / 8 * 8;
  request->hires = GS_HIRES_ON;
  request->hires_scale = (float) scale;
  request->hires_strength = (float) strength;
  request->hires_steps = (guint) steps;
  self->upscaler = g_strdup (gs_serve_string (object, "hr_upscaler"));
  request->hires_upscaler = self->upscaler;
  return TRUE;
}

/* Whose noise a seed means; theirs is the graphics card's, which "NV" counts up on the processor. */
static void
take_noise (GsServeRequest *self, JsonObject *overrides)
{
  const char *source = gs_serve_string (overrides, "randn_source");

  if (source != NULL && g_ascii_strcasecmp (source, "CPU") == 0)
    self->request.rng = GS_RNG_CPU;
}

static gboolean
take_overrides (GsServeRequest *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "override_settings");
  JsonObject *overrides;
  double layers;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return TRUE;
  overrides = json_node_get_object (node);
  self->model = g_strdup (gs_serve_string (overrides, "sd_model_checkpoint"));
  if (!take (overrides, "CLIP_stop_at_last_layers", 0, 1, 12, &layers, error))
    return FALSE;
  self->request.clip_skip = (guint) layers;
  take_noise (self, overrides);
  return TRUE;
}

GsServeRequest *
gs_serve_request_new (JsonObject *object, gboolean from_picture, GError **error)
{
  g_autoptr (GsServeRequest) self = g_new0 (GsServeRequest, 1);

  self->request = GS_REQUEST_DEFAULT;
  self->request.rng = GS_RNG_CUDA; /* what a seed means there */
  self->request.preview = GS_PREVIEW_BEST;
  self->prompt = g_strdup (gs_serve_string (object, "prompt"));
  self->negative_prompt = g_strdup (gs_serve_string (object, "negative_prompt"));
  self->send_images = gs_serve_boolean (object, "send_images", TRUE);
  if (!take_numbers (self, object, error) || !take_overrides (self, object, error) ||
      !take_sampler (self, object, error) ||
      !(from_picture ? take_pictures (self, object, error) : take_passes (self, object, error)))
    return NULL;
  self->request.prompt = self->prompt;
  self->request.negative_prompt = self->negative_prompt;
  self->request.sampler = self->sampler;
  self->request.schedule = self->schedule;
  return g_steal_pointer (&self);
}

void
gs_serve_request_free (GsServeRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->upscaler);
  g_free (self->model);
  gs_image_free (self->init);
  gs_image_free (self->mask);
  g_free (self);
}
