/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Masks and what lies under them. All of it is worked out on the stage, at the result's resolution;
 * then the model's view of it is made.
 *
 * A mask's soft edge reaches mask_feather pixels outwards; there the model's picture fades into the
 * original. Beyond it the alpha is 0 and bytes are copied.
 *
 * A mask of strengths (Levin and Fried, "Differential Diffusion: Giving Each Pixel Its Strength",
 * 2023) does not mix: what is changed little shows as it was changed. Only below a strength of an
 * eighth does it fade, so that where nothing was changed the autoencoder's losses do not show.
 */
#include "session/canvas.h"

#include <math.h>
#include <string.h>

#include "session/canvas-layout.h"
#include "session/color-match.h"
#include "session/resample.h"

#define FADES_BELOW 0.125f /* of strength */

/* Arrays are (stage_height, stage_width). */
typedef struct
{
  const GsRequest *request;
  GsCanvasLayout   layout;
  gsize            n;
  float           *pixels;   /* (.., 3) in 0..1 */
  float           *known;    /* 1 where the start picture is, else 0 */
  float           *mask;     /* 0..1, as asked for */
  float           *alpha;    /* with its soft edge */
  float           *repaint;  /* 0 or 1 */
  float           *strength; /* see GsCanvas, or NULL */
  gboolean         has_gaps; /* parts of the result are not known */
  gboolean         is_whole; /* there are none, not even beyond the result */
} Stage;

static void
stage_clear (Stage *stage)
{
  g_free (stage->pixels);
  g_free (stage->known);
  g_free (stage->mask);
  g_free (stage->alpha);
  g_free (stage->repaint);
  g_free (stage->strength);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stage, stage_clear)

GsCanvas *
gs_canvas_ref (GsCanvas *canvas)
{
  g_atomic_int_inc (&canvas->n_refs);
  return canvas;
}

void
gs_canvas_unref (GsCanvas *canvas)
{
  if (canvas == NULL || !g_atomic_int_dec_and_test (&canvas->n_refs))
    return;
  g_free (canvas->pixels);
  g_free (canvas->repaint);
  g_free (canvas->strength);
  g_free (canvas->alpha);
  g_free (canvas->original);
  g_free (canvas->ring);
  g_free (canvas);
}

/* ---- The stage ------------------------------------------------------------------------------ */

/* Start pictures and masks may be much larger than the frame. */
static GsImage *
crop (const GsImage *image, guint32 x, guint32 y, guint32 width, guint32 height)
{
  GsImage *part = gs_image_new (width, height, image->channels);
  gsize row = (gsize) width * image->channels;

  for (guint32 i = 0; i < height; i++)
    memcpy (part->pixels + i * row,
            image->pixels + ((gsize) (y + i) * image->width + x) * image->channels, row);
  return part;
}

/* The part of a picture that lies in the result, and where it lies there; NULL if none does. */
static GsImage *
visible_part (const Stage *stage, const GsImage *image, guint channels, GsImageFilter filter,
              guint32 *x, guint32 *y)
{
  const GsCanvasLayout *l = &stage->layout;
  gint64 left = MAX (l->left, 0), top = MAX (l->top, 0);
  gint64 right = MIN (l->left + l->source_width, (gint64) l->result_width);
  gint64 bottom = MIN (l->top + l->source_height, (gint64) l->result_height);
  g_autoptr (GsImage) part = NULL;

  if (left >= right || top >= bottom)
    return NULL;
  *x = (guint32) left;
  *y = (guint32) top;
  if (image->width != l->source_width || image->height != l->source_height)
    {
      part = gs_image_convert (image, channels);
      return gs_image_resize (part, l->source_width, l->source_height, filter);
    }
  part = crop (image, (guint32) (left - l->left), (guint32) (top - l->top),
               (guint32) (right - left), (guint32) (bottom - top));
  return gs_image_convert (part, channels);
}

/* Puts the start picture on the stage. With a frame, what is more than half transparent is not
 * there; else transparent pixels lie over white. */
static void
paste (Stage *stage)
{
  const GsRequest *r = stage->request;
  const guint channels = r->frame_width > 0 && r->init_image->channels == 4 ? 4 : 3;
  guint32 left, top;
  g_autoptr (GsImage) part = visible_part (stage, r->init_image, channels, GS_IMAGE_LANCZOS, &left,
                                           &top);

  if (part == NULL)
    return;
  for (guint32 y = 0; y < part->height; y++)
    for (guint32 x = 0; x < part->width; x++)
      {
        gsize at = (gsize) (top + y) * stage->layout.stage_width + left + x;
        const guint8 *pixel = part->pixels + ((gsize) y * part->width + x) * channels;

        if (channels == 4 && pixel[3] < 128)
          continue;
        for (guint c = 0; c < 3; c++)
          stage->pixels[3 * at + c] = pixel[c] / 255.0f;
        stage->known[at] = 1;
      }
}

/* FALSE if there is nothing to start from. */
static gboolean
look_for_gaps (Stage *stage)
{
  const GsCanvasLayout *l = &stage->layout;
  gboolean is_empty = TRUE;

  for (guint32 y = 0; y < l->result_height; y++)
    for (guint32 x = 0; x < l->result_width; x++)
      {
        gboolean known = stage->known[(gsize) y * l->stage_width + x] > 0;

        stage->has_gaps |= !known;
        is_empty &= !known;
      }
  stage->is_whole = !stage->has_gaps && l->stage_width == l->result_width
                    && l->stage_height == l->result_height;
  return !is_empty;
}

/* The asked-for mask: 1 wherever there is no picture yet. */
static void
read_mask (Stage *stage)
{
  const guint32 stride = stage->layout.stage_width;
  guint32 left, top;
  g_autoptr (GsImage) part = NULL;

  stage->mask = g_new0 (float, stage->n);
  if (stage->request->mask != NULL)
    part = visible_part (stage, stage->request->mask, 1, GS_IMAGE_BILINEAR, &left, &top);
  if (part != NULL)
    for (guint32 y = 0; y < part->height; y++)
      for (guint32 x = 0; x < part->width; x++)
        stage->mask[(gsize) (top + y) * stride + left + x]
            = part->pixels[(gsize) y * part->width + x] / 255.0f;
  if (!stage->has_gaps)
    return;
  for (guint32 y = 0; y < stage->layout.result_height; y++)
    for (guint32 x = 0; x < stage->layout.result_width; x++)
      if (stage->known[(gsize) y * stride + x] == 0)
        stage->mask[(gsize) y * stride + x] = 1;
}

/* The gaps of a frame are filled from nothing, so the run is one of full strength, of which what is
 * there takes its part. */
static gboolean
runs_at_full_strength (const Stage *stage)
{
  return stage->has_gaps && stage->request->frame_width > 0;
}

/* What of the run a pixel inside of the mask takes part in. */
static float
own_strength (const Stage *stage, gsize i)
{
  float strength = 1;

  if (stage->known[i] == 0)
    return 1;
  if (stage->request->mask_is_strength)
    strength = stage->mask[i];
  if (runs_at_full_strength (stage))
    strength *= stage->request->denoising_strength;
  return strength;
}

/* How much of the model's picture shows, without the soft edge. */
static float
own_alpha (const Stage *stage, gsize i)
{
  if (!stage->request->mask_is_strength)
    return stage->mask[i];
  return MIN (stage->mask[i] / FADES_BELOW, 1);
}

/* alpha = the mask with its soft edge; repaint = where that is half or more. What the soft edge adds
 * is repainted as strongly as the pixel that it is the edge of. */
static void
soften (Stage *stage)
{
  const float feather = stage->request->mask_feather;
  g_autofree guint8 *inside = g_new (guint8, stage->n);
  g_autofree float *distance = g_new (float, stage->n);
  g_autofree guint32 *nearest = g_new (guint32, stage->n);

  for (gsize i = 0; i < stage->n; i++)
    inside[i] = own_alpha (stage, i) >= 0.5f;
  gs_distance_to (inside, stage->layout.stage_width, stage->layout.stage_height, distance, nearest);

  stage->alpha = g_new (float, stage->n);
  stage->repaint = g_new (float, stage->n);
  if (stage->request->mask_is_strength || runs_at_full_strength (stage))
    stage->strength = g_new (float, stage->n);
  for (gsize i = 0; i < stage->n; i++)
    {
      float edge = distance[i] > feather ? 0 : 1 - distance[i] / (feather + 1.0f);

      stage->alpha[i] = MAX (own_alpha (stage, i), edge);
      stage->repaint[i] = stage->alpha[i] >= 0.5f;
      if (stage->strength != NULL)
        stage->strength[i] = stage->repaint[i] * own_strength (stage, nearest[i]);
    }
}

/* ---- The canvas ----------------------------------------------------------------------------- */

/* What of the stage is kept at the result's size. */
static void
keep_original (const Stage *stage, GsCanvas *canvas)
{
  const gsize n = (gsize) canvas->result_width * canvas->result_height;

  canvas->original = g_new (guint8, 3 * n);
  canvas->alpha = g_new (float, n);
  for (guint32 y = 0; y < canvas->result_height; y++)
    {
      gsize to = (gsize) y * canvas->result_width, from = (gsize) y * stage->layout.stage_width;

      memcpy (canvas->alpha + to, stage->alpha + from, canvas->result_width * sizeof (float));
      for (guint32 i = 0; i < 3 * canvas->result_width; i++)
        canvas->original[3 * to + i]
            = (guint8) lrintf (255 * CLAMP (stage->pixels[3 * from + i], 0, 1));
    }
}

/* A latent pixel may reach over the mask by as much as it is wide; twice that is the gap. */
static void
find_ring (const Stage *stage, GsCanvas *canvas, guint32 factor)
{
  const guint32 stride = stage->layout.stage_width;
  const float scale = (float) canvas->result_width / canvas->width;
  g_autofree guint8 *ring = g_new (guint8, stage->n);

  gs_color_match_ring (stage->repaint, stage->alpha, stage->known, stride,
                       stage->layout.stage_height,
                       2 * factor * (canvas->is_scaled ? scale : 1), ring);
  canvas->ring = g_new (guint8, (gsize) canvas->result_width * canvas->result_height);
  for (guint32 y = 0; y < canvas->result_height; y++)
    memcpy (canvas->ring + (gsize) y * canvas->result_width, ring + (gsize) y * stride,
            canvas->result_width);
}

/* The picture at the model's size. */
static float *
resize_pixels (const Stage *stage, const GsCanvas *canvas)
{
  const guint32 width = stage->layout.stage_width, height = stage->layout.stage_height;
  const gsize n = (gsize) 3 * canvas->width * canvas->height;
  g_autoptr (GsImage) image = gs_image_new (width, height, 3);
  g_autoptr (GsImage) resized = NULL;
  float *out = g_new (float, n);

  for (gsize i = 0; i < 3 * stage->n; i++)
    image->pixels[i] = (guint8) lrintf (255 * CLAMP (stage->pixels[i], 0, 1));
  resized = gs_image_resize (image, canvas->width, canvas->height, GS_IMAGE_LANCZOS);
  for (gsize i = 0; i < n; i++)
    out[i] = resized->pixels[i] / 255.0f;
  return out;
}

static float *
resize_plane (const Stage *stage, const GsCanvas *canvas, const float *values)
{
  float *out = g_new (float, (gsize) canvas->width * canvas->height);

  gs_resample (values, stage->layout.stage_width, stage->layout.stage_height, out, canvas->width,
               canvas->height, 1);
  return out;
}

/* The model repaints what shows in any of the stage's pixels that are repainted, as strongly as
 * these are on average. */
static void
resize_masks (const Stage *stage, GsCanvas *canvas)
{
  const gsize n = (gsize) canvas->width * canvas->height;

  canvas->repaint = resize_plane (stage, canvas, stage->repaint);
  if (stage->strength != NULL)
    canvas->strength = resize_plane (stage, canvas, stage->strength);
  for (gsize i = 0; i < n; i++)
    {
      if (canvas->strength != NULL && canvas->repaint[i] > 0)
        canvas->strength[i] /= canvas->repaint[i];
      canvas->repaint[i] = canvas->repaint[i] > 0;
    }
}

static void
show_model (Stage *stage, GsCanvas *canvas)
{
  if (!canvas->is_scaled)
    {
      canvas->pixels = g_steal_pointer (&stage->pixels);
      canvas->repaint = g_steal_pointer (&stage->repaint);
      canvas->strength = g_steal_pointer (&stage->strength);
      return;
    }
  canvas->pixels = resize_pixels (stage, canvas);
  if (stage->repaint != NULL)
    resize_masks (stage, canvas);
}

GsCanvas *
gs_canvas_new (const GsRequest *request, guint32 factor, guint32 native_size, GError **error)
{
  g_auto (Stage) stage = { .request = request };
  const GsCanvasLayout *layout = &stage.layout;
  GsCanvas *canvas;

  if (!gs_canvas_layout_init (&stage.layout, request, factor, native_size, error))
    return NULL;
  canvas = g_new0 (GsCanvas, 1);
  *canvas = (GsCanvas) { .n_refs = 1, .width = layout->width, .height = layout->height,
                         .result_width = layout->result_width,
                         .result_height = layout->result_height,
                         .is_scaled = layout->is_scaled, .run_strength = 1 };
  if (request->init_image == NULL)
    return canvas;

  stage.n = (gsize) layout->stage_width * layout->stage_height;
  stage.pixels = g_new0 (float, 3 * stage.n);
  stage.known = g_new0 (float, stage.n);
  paste (&stage);
  if (!look_for_gaps (&stage))
    return canvas;
  if (!runs_at_full_strength (&stage))
    canvas->run_strength = request->denoising_strength;
  if (!stage.is_whole)
    gs_fill_smoothly (stage.pixels, stage.known, layout->stage_width, layout->stage_height);
  if (request->mask != NULL || stage.has_gaps)
    {
      read_mask (&stage);
      soften (&stage);
      keep_original (&stage, canvas);
      if (request->match_colors)
        find_ring (&stage, canvas, factor);
    }
  show_model (&stage, canvas);
  return canvas;
}
