/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the app's words to the engine's. */
#include "config.h"

#include "gesso-request.h"

#include "document/gesso-blend.h"
#include "document/gesso-composite.h"
#include "document/gesso-guide.h"
#include "gesso-picture-private.h"
#include "gesso-trail-private.h"

#include <glib/gi18n.h>
#include <string.h>

static GsRngKind
rng_from_id (const char *id)
{
  return g_strcmp0 (id, "cuda") == 0 ? GS_RNG_CUDA : GS_RNG_CPU;
}

static GsMaskFill
fill_from_id (const char *id)
{
  if (g_strcmp0 (id, "blur") == 0)
    return GS_FILL_BLUR;
  if (g_strcmp0 (id, "noise") == 0)
    return GS_FILL_NOISE;
  if (g_strcmp0 (id, "color") == 0)
    return GS_FILL_COLOR;
  return GS_FILL_ORIGINAL;
}

/* One pass, two where the model's size is passed, or two in any case. */
static void
take_passes (GessoRequest *self, GessoSettings *settings)
{
  g_autofree char *hires = NULL;
  double strength, scale;

  g_object_get (settings, "hires", &hires, "hires-strength", &strength, "hires-upscaler",
                &self->hires_upscaler, NULL);
  scale = g_ascii_strtod (hires, NULL);
  self->gs.hires = g_strcmp0 (hires, "auto") == 0 ? GS_HIRES_AUTO
                   : scale > 1                    ? GS_HIRES_ON
                                                  : GS_HIRES_OFF;
  if (scale > 1)
    self->gs.hires_scale = (float) CLAMP (scale, 1, 8);
  self->gs.hires_strength = (float) strength;
  self->gs.hires_upscaler = self->hires_upscaler;
}

/* The middle is where guidance helps most, says the paper; the numbers are measured in README.md. */
static void
take_shortcuts (GsRequest *gs, GessoSettings *settings)
{
  g_autofree char *guided = NULL, *deep = NULL, *prompt = NULL, *free_u = NULL;

  g_object_get (settings, "guided-steps", &guided, "deep-layers", &deep, "prompt-steps", &prompt,
                "free-u", &free_u, NULL);
  if (g_strcmp0 (guided, "middle") == 0)
    {
      gs->guidance_from = 0.1f;
      gs->guidance_to = 0.6f;
    }
  gs->deep_cache = (guint) g_ascii_strtoull (deep, NULL, 10);
  if (g_strcmp0 (prompt, "half") == 0)
    gs->gate = MAX (gs->steps / 2, 1);
  gs->free_u = g_strcmp0 (free_u, "on") == 0;
}

static void
take_settings (GessoRequest *self, GessoSettings *settings)
{
  g_autofree char *rng = NULL;
  g_autofree char *fill = NULL;
  double refiner_start, guidance_scale, image_guidance, guidance_rescale, denoising_strength;
  GsRequest *gs = &self->gs;

  *self = (GessoRequest) { .gs = GS_REQUEST_DEFAULT };
  g_object_get (settings,
                "prompt", &self->prompt,
                "negative-prompt", &self->negative_prompt,
                "model", &self->model,
                "vae", &self->vae,
                "refiner", &self->refiner,
                "refiner-start", &refiner_start,
                "sampler", &self->sampler,
                "schedule", &self->schedule,
                "width", &gs->width,
                "height", &gs->height,
                "steps", &gs->steps,
                "guidance-scale", &guidance_scale,
                "image-guidance", &image_guidance,
                "guidance-rescale", &guidance_rescale,
                "seed", &gs->seed,
                "rng", &rng,
                "clip-skip", &gs->clip_skip,
                "denoising-strength", &denoising_strength,
                "mask-feather", &gs->mask_feather,
                "mask-fill", &fill,
                NULL);

  gs->prompt = self->prompt;
  gs->negative_prompt = self->negative_prompt;
  gs->sampler = self->sampler;
  gs->schedule = self->schedule;
  gs->guidance_scale = (float) guidance_scale;
  gs->refiner = *self->refiner ? self->refiner : NULL;
  gs->refiner_start = (float) refiner_start;
  gs->image_guidance = (float) image_guidance;
  gs->guidance_rescale = (float) guidance_rescale;
  gs->rng = rng_from_id (rng);
  gs->fill = fill_from_id (fill);
  gs->denoising_strength = (float) denoising_strength;
  take_passes (self, settings);
  take_shortcuts (gs, settings);
}

void
gesso_request_clear (GessoRequest *self)
{
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->model);
  g_free (self->vae);
  g_free (self->refiner);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->hires_upscaler);
  g_clear_pointer (&self->picture, gs_image_free);
  g_clear_pointer (&self->mask, gs_image_free);
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    g_clear_pointer (&self->control_images[i], gs_image_free);
  g_clear_pointer (&self->guides, g_ptr_array_unref);
}

/* ---- Orders --------------------------------------------------------------------------------- */

/* The bytes of the app as the engine's picture; frees them. */
static GsImage *
take_pixels (guint8 *pixels, const GdkRectangle *area, guint channels)
{
  GsImage *image = gs_image_new ((guint) area->width, (guint) area->height, channels);

  memcpy (image->pixels, pixels, (gsize) area->width * (gsize) area->height * channels);
  g_free (pixels);

  return image;
}

/* White changes wholly, black not at all; is there anything, and is there grey? */
static void
look_at_mask (const GsImage *mask, gboolean *any, gboolean *grey)
{
  gsize n = (gsize) mask->width * mask->height;

  *any = *grey = FALSE;
  for (gsize i = 0; i < n; i++)
    {
      *any |= mask->pixels[i] > 0;
      *grey |= mask->pixels[i] > 0 && mask->pixels[i] < 255;
    }
}

/* The engine continues pictures where they are more than half transparent. */
static gboolean
has_gaps (const GsImage *picture)
{
  gsize n = (gsize) picture->width * picture->height;

  for (gsize i = 0; i < n; i++)
    if (picture->pixels[4 * i + 3] < 128)
      return TRUE;

  return FALSE;
}

static gboolean
is_empty (const GsImage *picture)
{
  gsize n = (gsize) picture->width * picture->height;

  for (gsize i = 0; i < n; i++)
    if (picture->pixels[4 * i + 3] >= 128)
      return FALSE;

  return TRUE;
}

/* A layer alone, wholly opaque however it is shown. */
static GsImage *
flatten_layer (const GessoLayerState *layer, const GdkRectangle *area)
{
  GessoLayerState plain = *layer;
  GessoLayerState *const layers[] = { &plain };
  gsize stride = (gsize) area->width * 4;
  guint8 *pixels = g_malloc (stride * (gsize) area->height);

  plain.opacity = 1;
  plain.blend = GESSO_BLEND_NORMAL;
  plain.control = NULL;
  gesso_composite (layers, 1, area, pixels, stride);
  gesso_unpremultiply (pixels, (gsize) area->width * (gsize) area->height);

  return take_pixels (pixels, area, 4);
}

static void
add_controls (GessoRequest *self, GessoSnapshot *snapshot, const GdkRectangle *area)
{
  self->guides = g_ptr_array_new_with_free_func ((GDestroyNotify) gesso_guide_free);
  self->gs.controls = self->controls;
  for (guint k = 0; k < snapshot->layers->len && self->guides->len < GS_MAX_CONTROLS; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (snapshot->layers, k);
      GessoGuide *guide = layer->visible ? gesso_guide_parse (layer->control) : NULL;
      guint i = self->guides->len;
      GsControl *control = &self->controls[i];

      if (guide == NULL)
        continue;
      g_ptr_array_add (self->guides, guide);
      *control = GS_CONTROL_DEFAULT;
      control->path = guide->model;
      control->image = self->control_images[i] = flatten_layer (layer, area);
      gs_preprocess_lookup (guide->preprocess, &control->preprocess);
      control->strength = (float) guide->strength;
      control->start = (float) guide->start;
      control->end = (float) guide->end;
      self->gs.n_controls = i + 1;
    }
}

gboolean
gesso_request_init (GessoRequest *self, GessoOrder *order, GError **error)
{
  GessoSettings *settings = gesso_order_get_settings (order);
  GessoTrail *trail = gesso_order_get_trail (order);
  GsRequest *gs = &self->gs;
  guint8 *pixels, *mask;
  GdkRectangle area;
  gboolean any = FALSE;

  take_settings (self, settings);
  gesso_order_get_area (order, &area);

  gs->width = gs->height = 0;
  gs->frame_width = (guint) area.width;
  gs->frame_height = (guint) area.height;
  gs->match_colors = TRUE;
  gs->batch = gesso_order_get_batch (order);
  gs->variation_seed = gesso_order_get_variation_seed (order);
  gs->variation_strength = (float) gesso_order_get_variation_strength (order);
  gs->keep_steps = gesso_order_get_keep_steps (order);
  if (gesso_order_get_draft (order))
    gs->hires = GS_HIRES_OFF;
  if (trail)
    {
      gs->resume = gesso_trail_get_gs_steps (trail);
      gs->resume_step = gesso_order_get_step (order);
    }

  add_controls (self, gesso_order_get_snapshot (order), &area);
  pixels = gesso_order_flatten (order);
  gesso_unpremultiply (pixels, (gsize) area.width * (gsize) area.height);
  gs->init_image = self->picture = take_pixels (pixels, &area, 4);

  /* What comes from the prompt alone is made in the size that was asked for. */
  if (is_empty (self->picture))
    {
      gs->init_image = NULL;
      return TRUE;
    }

  gs->scale_to_native = TRUE;
  mask = gesso_order_flatten_mask (order);
  if (mask)
    {
      gs->mask = self->mask = take_pixels (mask, &area, 1);
      look_at_mask (self->mask, &any, &gs->mask_is_strength);
      if (!any && !has_gaps (self->picture))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                               _("Nothing in the frame is masked: move the frame over the mask, "
                                 "or clear the mask to repaint all of it."));
          return FALSE;
        }
    }

  return TRUE;
}
