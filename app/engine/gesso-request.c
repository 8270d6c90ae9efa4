/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the app's words to the engine's. */
#include "config.h"

#include "gesso-request.h"

#include "gesso-picture-private.h"

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

static GsImage *
image_from_mask (GessoPicture *start, GBytes *mask)
{
  gsize n_bytes = 0;
  const guint8 *bytes = g_bytes_get_data (mask, &n_bytes);
  GsImage *image = gs_image_new (gesso_picture_get_width (start),
                                 gesso_picture_get_height (start), 1);

  g_assert (n_bytes == (gsize) image->width * image->height);
  memcpy (image->pixels, bytes, n_bytes);

  return image;
}

void
gesso_request_init (GessoRequest  *self,
                    GessoSettings *settings,
                    GessoPicture  *start,
                    GBytes        *mask)
{
  g_autofree char *rng = NULL;
  g_autofree char *fill = NULL;
  double guidance_scale, guidance_rescale, denoising_strength;
  GsRequest *gs = &self->gs;

  *self = (GessoRequest) { .gs = GS_REQUEST_DEFAULT };
  g_object_get (settings,
                "prompt", &self->prompt,
                "negative-prompt", &self->negative_prompt,
                "model", &self->model,
                "sampler", &self->sampler,
                "schedule", &self->schedule,
                "width", &gs->width,
                "height", &gs->height,
                "steps", &gs->steps,
                "guidance-scale", &guidance_scale,
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
  gs->guidance_rescale = (float) guidance_rescale;
  gs->rng = rng_from_id (rng);
  gs->fill = fill_from_id (fill);

  if (start)
    {
      gs->init_image = gesso_picture_get_image (start);
      gs->denoising_strength = (float) denoising_strength;
      if (mask)
        gs->mask = self->mask = image_from_mask (start, mask);
    }
}

void
gesso_request_clear (GessoRequest *self)
{
  g_free (self->prompt);
  g_free (self->negative_prompt);
  g_free (self->model);
  g_free (self->sampler);
  g_free (self->schedule);
  g_clear_pointer (&self->mask, gs_image_free);
}
