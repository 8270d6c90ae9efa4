/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures through an upscaler, in tiles. What a tile shows near its border is made without what lies
 * beyond: that margin is left out, as far as the network reaches or at least where it matters, and the
 * rest of two tiles fades into each other.
 */
#include "session/upscaler.h"

#include <math.h>

#include "gpu/buffer.h"
#include "nn/weights.h"
#include "session/autoencoder.h"
#include "session/memory-stages.h"
#include "session/tiles.h"

#define SMALLEST_TILE 32u
#define MARGIN 16u /* at most; RRDBNet of 23 blocks reaches 350 pixels, with ever less effect */
#define FADE 8u

struct _GsUpscaler
{
  char           *path;
  GsTensorFile   *file;
  GHashTable     *names;   /* the builder's -> the file's */
  GsUpscalerConfig config;
  GsWeightStore  *store;
  GsProgram      *program; /* of the latest size, or NULL */
  guint32         width, height; /* of its input */
  GsDtype         dtype;   /* of activations */
};

static const GsStoredTensor *
find (gpointer owner, const char *name)
{
  static const char scope[] = "upscaler.";
  const GsUpscaler *self = owner;
  const char *theirs = g_hash_table_lookup (self->names, name + strlen (scope));

  return theirs != NULL ? gs_tensor_file_find (self->file, theirs) : NULL;
}

static void
release_pages (gpointer owner)
{
  gs_tensor_file_release_pages (((GsUpscaler *) owner)->file);
}

static void
reset_store (GsUpscaler *self, GsDevice *device)
{
  g_clear_pointer (&self->program, gs_program_free);
  gs_weight_store_free (self->store);
  self->store = gs_weight_store_new (device, self->dtype,
                                     gs_file_weights_new (find, release_pages, self));
}

GsUpscaler *
gs_upscaler_open (GsSession *session, const char *path, GError **error)
{
  g_autoptr (GsUpscaler) self = g_new0 (GsUpscaler, 1);

  self->path = g_strdup (path);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->file = gs_tensor_file_open (path, error);
  if (self->file == NULL || !gs_upscaler_config_read (self->file, &self->config, self->names, error))
    return NULL;
  self->dtype = session->dtype;
  reset_store (self, session->device);
  return g_steal_pointer (&self);
}

void
gs_upscaler_free (GsUpscaler *self)
{
  if (self == NULL)
    return;
  gs_program_free (self->program);
  gs_weight_store_free (self->store);
  gs_tensor_file_unref (self->file);
  g_hash_table_unref (self->names);
  g_free (self->path);
  g_free (self);
}

const GsUpscalerConfig *
gs_upscaler_get_config (const GsUpscaler *self)
{
  return &self->config;
}

guint
gs_upscaler_get_scale (const char *model, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (model, error);
  GsUpscalerConfig config;

  if (file == NULL || !gs_upscaler_config_read (file, &config, NULL, error))
    return 0;
  return config.scale;
}

/* ---- Programs ------------------------------------------------------------------------------- */

static gboolean
build (GsUpscaler *self, GsSession *session, guint32 width, guint32 height, GError **error)
{
  GsGraph *g;

  if (self->program != NULL && self->width == width && self->height == height)
    return TRUE;
  g_clear_pointer (&self->program, gs_program_free);
  g = gs_graph_new ("upscaler", self->dtype, gs_weight_store_get_weights (self->store));
  gs_graph_output (g, gs_upscaler (g, &self->config,
                                   gs_graph_input (g, "x", (GsShape) { 1, height, width, 3 },
                                                   self->dtype)));
  if (!gs_graph_finish (g, error))
    {
      gs_graph_free (g);
      return FALSE;
    }
  self->program = gs_program_new (g, session->arena);
  self->width = width;
  self->height = height;
  return TRUE;
}

static guint64
needed_bytes (GsUpscaler *self)
{
  return gs_weight_store_get_declared_bytes (self->store, NULL)
         + gs_program_get_arena_bytes (self->program) + gs_program_get_io_bytes (self->program)
         + 2 * GS_BUFFER_PADDING_BYTES;
}

/* Beside what the session holds already; its arena is used, and grows where it must. */
static gboolean
fits (GsUpscaler *self, GsSession *session)
{
  const guint64 used = gs_device_get_used_bytes (session->device);
  const guint64 arena = MIN (gs_arena_get_bytes (session->arena),
                             gs_program_get_arena_bytes (self->program));
  const guint64 all = MIN (gs_device_get_free_bytes (session->device) + used, session->memory_limit);

  return used - arena + needed_bytes (self) <= all
         && gs_program_get_arena_bytes (self->program) + GS_BUFFER_PADDING_BYTES
                <= gs_device_get_info (session->device)->max_allocation_bytes;
}

/* The largest tile, in units, that there is room for. 0 with an error. */
static guint32
choose_tile (GsUpscaler *self, GsSession *session, guint32 width, guint32 height, guint32 first,
             GError **error)
{
  for (guint32 tile = first; tile >= SMALLEST_TILE / self->config.unshuffle; tile = tile * 3 / 4)
    {
      if (!build (self, session, MIN (tile, width) * self->config.unshuffle,
                  MIN (tile, height) * self->config.unshuffle, error))
        return 0;
      if (fits (self, session))
        return tile;
    }
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "There is not enough device memory for the upscaler; close other programs");
  return 0;
}

static guint32
make_room (GsUpscaler *self, GsSession *session, guint32 width, guint32 height, guint tile,
           GError **error)
{
  const gboolean is_cpu = gs_device_get_info (session->device)->kind == GS_GPU_CPU;
  const guint32 first = (tile > 0 ? tile : is_cpu ? 256 : 512) / self->config.unshuffle;
  g_autoptr (GError) failure = NULL;
  guint32 found = choose_tile (self, session, width, height, first, &failure);

  if (found == 0 && session->model != NULL
      && g_error_matches (failure, GS_ERROR, GS_ERROR_OUT_OF_MEMORY))
    {
      g_clear_error (&failure);
      gs_memory_forget (session);
      found = choose_tile (self, session, width, height, first, &failure);
    }
  if (found == 0)
    g_propagate_error (error, g_steal_pointer (&failure));
  return found;
}

/* ---- Pictures ------------------------------------------------------------------------------- */

typedef struct
{
  GsUpscaler *upscaler;
  GsSession  *session;
  guint       n_done;
} Work;

static gboolean
run_tile (const float *in, guint32 width, guint32 height, float *out, gpointer user_data,
          GError **error)
{
  Work *work = user_data;
  const guint32 scale = work->upscaler->config.scale;

  return build (work->upscaler, work->session, width, height, error)
         && gs_run_picture_program (work->upscaler->program, in, 3, width, height, out,
                                    (gsize) 3 * width * height * scale * scale, error)
         && gs_progress_step (&work->session->progress, ++work->n_done, NULL, error);
}

/* (3, height, width) in 0..1, grown to the right and below by what stands at the border. */
static float *
read_pixels (const GsImage *image, guint32 width, guint32 height, GError **error)
{
  float *pixels = g_try_new (float, (gsize) 3 * width * height), *p = pixels;

  if (pixels == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                 "There is not enough memory for a picture of %u x %u", width, height);
  for (guint c = 0; pixels != NULL && c < 3; c++)
    for (guint32 y = 0; y < height; y++)
      for (guint32 x = 0; x < width; x++)
        *p++ = image->pixels[((gsize) MIN (y, image->height - 1) * image->width
                              + MIN (x, image->width - 1)) * image->channels
                             + (image->channels == 1 ? 0 : c)] * (1 / 255.0f);
  return pixels;
}

/* The upper left part of (3, height, width). */
static void
write_pixels (const float *pixels, guint32 width, guint32 height, GsImage *image)
{
  for (guint c = 0; c < 3; c++)
    for (guint32 y = 0; y < image->height; y++)
      for (guint32 x = 0; x < image->width; x++)
        {
          const float value = pixels[((gsize) c * height + y) * width + x];

          image->pixels[((gsize) y * image->width + x) * image->channels + c]
              = (guint8) (CLAMP (value, 0.0f, 1.0f) * 255 + 0.5f);
        }
}

static void
write_alpha (const GsImage *from, GsImage *image)
{
  g_autoptr (GsImage) resized = gs_image_resize (from, image->width, image->height,
                                                 GS_IMAGE_LANCZOS);

  for (gsize i = 3; i < (gsize) image->width * image->height * 4; i += 4)
    image->pixels[i] = resized->pixels[i];
}

static gboolean
is_finite (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

static guint
count (guint32 length, guint32 tile, guint32 overlap)
{
  return length <= tile ? 1 : 1 + (length - overlap - 1) / (tile - overlap);
}

/* units: of unshuffle pixels. */
static gboolean
run_tiles (GsUpscaler *self, GsSession *session, const float *in, guint32 width, guint32 height,
           guint tile, float *out, GError **error)
{
  const guint32 unit = self->config.unshuffle;
  const guint32 side = make_room (self, session, width, height, tile, error);
  const guint32 margin = MIN (MIN (gs_upscaler_reach (&self->config), MARGIN) / unit, side / 4);
  const guint32 overlap = 2 * margin + FADE / unit;
  Work work = { self, session };

  return side > 0
         && gs_progress_phase (&session->progress, GS_PHASE_UPSCALE,
                               count (width, MIN (side, width), overlap)
                                   * count (height, MIN (side, height), overlap), error)
         && gs_run_tiled (&(GsTiling) { .in_channels = 3, .out_channels = 3,
                                        .in_scale = unit, .out_scale = unit * self->config.scale,
                                        .width = width, .height = height,
                                        .tile = side, .overlap = overlap, .margin = margin },
                          in, out, run_tile, &work, error);
}

/* Some upscalers exceed the range of halves: then, and from then on, they run in single precision. */
static gboolean
run_precise_enough (GsUpscaler *self, GsSession *session, const float *in, guint32 width,
                    guint32 height, guint tile, float *out, gsize n_out, GError **error)
{
  if (!run_tiles (self, session, in, width, height, tile, out, error))
    return FALSE;
  if (is_finite (out, n_out))
    return TRUE;
  if (self->dtype == GS_DTYPE_F16)
    {
      self->dtype = GS_DTYPE_F32;
      reset_store (self, session->device);
      if (!run_tiles (self, session, in, width, height, tile, out, error))
        return FALSE;
      if (is_finite (out, n_out))
        return TRUE;
    }
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "The upscaler %s makes no numbers of the picture; its file may be damaged",
               self->path);
  return FALSE;
}

GsImage *
gs_upscaler_run (GsUpscaler *self, GsSession *session, const GsImage *image, guint tile,
                 GError **error)
{
  const guint32 unit = self->config.unshuffle, scale = self->config.scale;
  const guint32 width = (image->width + unit - 1) / unit;
  const guint32 height = (image->height + unit - 1) / unit;
  const gsize n_out = (gsize) 3 * width * height * unit * unit * scale * scale;
  g_autofree float *in = read_pixels (image, width * unit, height * unit, error);
  g_autofree float *out = in != NULL ? g_try_new (float, n_out) : NULL;
  GsImage *result;

  if (in == NULL)
    return NULL;
  if (out == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory for a picture of %u x %u", image->width * scale,
                   image->height * scale);
      return NULL;
    }
  if (!run_precise_enough (self, session, in, width, height, tile, out, n_out, error))
    return NULL;
  result = gs_image_try_new (image->width * scale, image->height * scale,
                             image->channels == 4 ? 4 : 3, error);
  if (result == NULL)
    return NULL;
  write_pixels (out, width * unit * scale, height * unit * scale, result);
  if (result->channels == 4)
    write_alpha (image, result);
  return result;
}
