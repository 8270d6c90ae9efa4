/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between requests and A1111's parameters text. Samplers and schedules are written by label, as
 * other programs expect, and read by any name that they go by.
 */
#include "session/settings.h"

#include "config.h"
#include "io/parameters.h"
#include "sample/sampler.h"
#include "session/library.h"
#include "session/picture-files.h"
#include "session/model.h"
#include "session/preprocess.h"

#include <string.h>

static void
set_sampler (GsParameters *parameters, const GsRequest *request)
{
  const char *own = NULL;
  const GsSamplerName *sampler
      = gs_sampler_lookup (request->sampler != NULL ? request->sampler : "euler-a", &own);
  const GsScheduleName *schedule
      = gs_schedule_name_lookup (request->schedule != NULL ? request->schedule
                                                           : own != NULL ? own : "normal");

  if (sampler != NULL)
    gs_parameters_set (parameters, "Sampler", sampler->label);
  if (schedule != NULL)
    gs_parameters_set (parameters, "Schedule type", schedule->label);
}

/* As A1111's extension writes them (Mikubill/sd-webui-controlnet, scripts/infotext.py):
 * ControlNet 0: "Module: canny, Model: name, Weight: 1, ... Guidance Start: 0, Guidance End: 1" */
static void
set_control (GsParameters *parameters, const GsControl *control, guint i)
{
  g_autoptr (GsParameters) inner = gs_parameters_new (NULL, NULL);
  g_autofree char *key = g_strdup_printf ("ControlNet %u", i);
  g_autofree char *name = gs_library_stem (control->path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = NULL;
  const gboolean is_default = control->low == 0 && control->high == 0;

  gs_parameters_set (inner, "Module", gs_preprocess_id (control->preprocess));
  gs_parameters_set (inner, "Model", shown);
  gs_parameters_set_float (inner, "Weight", control->strength);
  if (control->preprocess == GS_PREPROCESS_CANNY)
    {
      /* Whole numbers are all that counts of them. */
      gs_parameters_set_uint (inner, "Threshold A", is_default ? GS_CANNY_LOW : control->low);
      gs_parameters_set_uint (inner, "Threshold B", is_default ? GS_CANNY_HIGH : control->high);
    }
  gs_parameters_set_float (inner, "Guidance Start", control->start);
  gs_parameters_set_float (inner, "Guidance End", control->end);
  text = gs_parameters_to_string (inner);
  gs_parameters_set (parameters, key, g_strstrip (text));
}

guint64
gs_request_seed (const GsRequest *request, guint i)
{
  return request->variation_strength > 0 ? request->seed : request->seed + i;
}

guint64
gs_request_variation_seed (const GsRequest *request, guint i)
{
  return request->variation_seed + i;
}

/* A scale where it says it all, as A1111's slider does; else the size, as its two fields. */
static void
set_hires (GsParameters *parameters, const GsRequest *request, const GsCanvas *canvas,
           const GsHiresPlan *hires)
{
  const float scale = (float) canvas->width / hires->width;
  g_autofree char *size = g_strdup_printf ("%ux%u", canvas->width, canvas->height);

  gs_parameters_set_float (parameters, "Denoising strength", request->hires_strength);
  if (scale * hires->height == canvas->height && scale * 4 == (int) (scale * 4))
    gs_parameters_set_float (parameters, "Hires upscale", scale);
  else
    gs_parameters_set (parameters, "Hires resize", size);
  gs_parameters_set_uint (parameters, "Hires steps", hires->n_made);
  gs_parameters_set (parameters, "Hires upscaler", hires->label);
}

/* Nobody else writes these yet. */
static void
set_shortcuts (GsParameters *parameters, const GsRequest *request)
{
  const float to = request->guidance_to > 0 ? request->guidance_to : 1;
  char from_text[G_ASCII_DTOSTR_BUF_SIZE], to_text[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *interval
      = g_strdup_printf ("%s-%s", g_ascii_formatd (from_text, sizeof from_text, "%.4g", request->guidance_from),
                         g_ascii_formatd (to_text, sizeof to_text, "%.4g", to));

  if (request->guidance_from > 0 || to < 1)
    gs_parameters_set (parameters, "CFG interval", interval);
  if (request->deep_cache > 1)
    gs_parameters_set_uint (parameters, "DeepCache", request->deep_cache);
  if (request->gate > 0)
    gs_parameters_set_uint (parameters, "T-GATE", request->gate);
  if (request->free_u)
    gs_parameters_set (parameters, "FreeU", "v2");
}

/* "Refiner: name [0123456789], Refiner switch at: 0.8", as A1111 (modules/processing_scripts/refiner.py). */
static void
set_refiner (GsParameters *parameters, GsSession *session, const GsRequest *request)
{
  const char *path = gs_checkpoint_path (session->refiner->checkpoint);
  g_autofree char *name = gs_library_stem (path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *whole = NULL, *data = NULL, *with_hash = NULL;

  if (gs_library_get_hash (path, &whole, &data))
    with_hash = g_strdup_printf ("%s [%.10s]", shown, whole);
  gs_parameters_set (parameters, "Refiner", with_hash != NULL ? with_hash : shown);
  gs_parameters_set_float (parameters, "Refiner switch at", request->refiner_start);
}

char *
gs_settings_format (GsSession *session, const GsRequest *request, const GsCanvas *canvas,
                    const GsHiresPlan *hires, guint n_made, guint i)
{
  g_autoptr (GsParameters) parameters = gs_parameters_new (request->prompt,
                                                           request->negative_prompt);
  /* What the noise was made for; a frame is a place, not a setting. */
  g_autofree char *size
      = hires->is_on ? g_strdup_printf ("%ux%u", hires->width, hires->height)
        : canvas->is_scaled ? g_strdup_printf ("%ux%u", canvas->width, canvas->height)
                            : g_strdup_printf ("%ux%u", canvas->result_width,
                                               canvas->result_height);

  gs_parameters_set_uint (parameters, "Steps", request->steps);
  set_sampler (parameters, request);
  gs_parameters_set_float (parameters, "CFG scale", request->guidance_scale);
  gs_parameters_set_uint (parameters, "Seed", gs_request_seed (request, i));
  gs_parameters_set (parameters, "Size", size);
  gs_picture_files_set (parameters, session, request);
  if (hires->is_on)
    set_hires (parameters, request, canvas, hires);
  else if (gs_model_config_is_editing (&session->model->config))
    gs_parameters_set_float (parameters, "Image CFG scale", request->image_guidance);
  else if (request->init_image != NULL)
    gs_parameters_set_float (parameters, "Denoising strength", request->denoising_strength);
  if (request->variation_strength > 0)
    {
      gs_parameters_set_uint (parameters, "Variation seed", gs_request_variation_seed (request, i));
      gs_parameters_set_float (parameters, "Variation seed strength", request->variation_strength);
    }
  if (request->clip_skip > 1)
    gs_parameters_set_uint (parameters, "Clip skip", request->clip_skip);
  if (request->guidance_rescale > 0)
    gs_parameters_set_float (parameters, "CFG Rescale", request->guidance_rescale);
  set_shortcuts (parameters, request);
  if (n_made > 0)
    set_refiner (parameters, session, request);
  for (guint i = 0; i < request->n_controls; i++)
    set_control (parameters, &request->controls[i], i);
  gs_parameters_set (parameters, "RNG", request->rng == GS_RNG_CPU ? "CPU" : "NV");
  gs_parameters_set (parameters, "Version", "Gesso " GESSO_VERSION);
  return gs_parameters_to_string (parameters);
}

static void
read_numbers (const GsParameters *parameters, GsSettings *settings)
{
  GsRequest *request = &settings->request;
  guint64 number;
  float variation;

  if (gs_parameters_get_uint (parameters, "Steps", &number) && number >= 1 && number <= 1000)
    request->steps = (guint) number;
  settings->has_seed = gs_parameters_get_uint (parameters, "Seed", &request->seed);
  settings->has_size = gs_parameters_get_size (parameters, "Size", &request->width,
                                               &request->height);
  gs_parameters_get_float (parameters, "CFG scale", &request->guidance_scale);
  gs_parameters_get_float (parameters, "Image CFG scale", &request->image_guidance);
  gs_parameters_get_float (parameters, "CFG Rescale", &request->guidance_rescale);
  settings->has_denoising_strength
      = gs_parameters_get_float (parameters, "Denoising strength", &request->denoising_strength);
  gs_parameters_get_uint (parameters, "Variation seed", &request->variation_seed);
  if (gs_parameters_get_float (parameters, "Variation seed strength", &variation)
      && variation >= 0 && variation <= 1)
    request->variation_strength = variation;
  if (gs_parameters_get_uint (parameters, "Clip skip", &number) && number <= 64)
    request->clip_skip = (guint) number;
}

/* Size is that of the first pass; where the second has no number of steps, it makes as many. */
static void
read_hires (const GsParameters *parameters, GsSettings *settings)
{
  GsRequest *request = &settings->request;
  guint width = request->width, height = request->height;
  guint64 steps;
  float scale = 0;

  if (!settings->has_size)
    return;
  if (gs_parameters_get_size (parameters, "Hires resize", &width, &height))
    scale = MAX ((float) width / request->width, (float) height / request->height);
  else if (gs_parameters_get_float (parameters, "Hires upscale", &scale) && scale >= 1 && scale <= 8)
    {
      width = (guint) (width * scale + 0.5f);
      height = (guint) (height * scale + 0.5f);
    }
  if (!(scale >= 1 && scale <= 8) || width > GS_IMAGE_MAX_SIDE || height > GS_IMAGE_MAX_SIDE)
    return;
  request->hires = GS_HIRES_ON;
  request->hires_scale = scale;
  request->width = width;
  request->height = height;
  if (settings->has_denoising_strength)
    request->hires_strength = request->denoising_strength;
  request->denoising_strength = GS_REQUEST_DEFAULT.denoising_strength;
  settings->has_denoising_strength = FALSE;
  request->hires_steps = gs_parameters_get_uint (parameters, "Hires steps", &steps) && steps >= 1
                                 && steps <= 1000
                             ? (guint) steps : request->steps;
  settings->hires_upscaler = g_strdup (gs_parameters_get (parameters, "Hires upscaler"));
}

static void
read_shortcuts (const GsParameters *parameters, GsRequest *request)
{
  const char *interval = gs_parameters_get (parameters, "CFG interval");
  guint64 number;
  char *end;

  if (interval != NULL)
    {
      const double from = g_ascii_strtod (interval, &end);
      const double to = *end == '-' ? g_ascii_strtod (end + 1, NULL) : 0;

      if (from >= 0 && from < to && to <= 1)
        {
          request->guidance_from = (float) from;
          request->guidance_to = (float) to;
        }
    }
  if (gs_parameters_get_uint (parameters, "DeepCache", &number) && number <= 20)
    request->deep_cache = (guint) number;
  if (gs_parameters_get_uint (parameters, "T-GATE", &number) && number <= 1000)
    request->gate = (guint) number;
  request->free_u = g_strcmp0 (gs_parameters_get (parameters, "FreeU"), "v2") == 0;
}

static void
read_refiner (const GsParameters *parameters, GsSettings *settings)
{
  const char *text = gs_parameters_get (parameters, "Refiner");
  GsRequest *request = &settings->request;
  float start;
  char *end;

  if (text == NULL)
    return;
  settings->refiner = g_strdup (text);
  end = strrchr (settings->refiner, '[');
  if (end != NULL && g_str_has_suffix (end, "]"))
    *end = '\0';
  g_strstrip (settings->refiner);
  if (gs_parameters_get_float (parameters, "Refiner switch at", &start) && start >= 0 && start <= 1)
    request->refiner_start = start;
}

/* The id of a sampler or schedule where the engine knows it, else the name as it came. */
static char *
known_sampler (const char *name)
{
  const GsSamplerName *known = name != NULL ? gs_sampler_lookup (name, NULL) : NULL;

  return g_strdup (known != NULL ? known->id : name);
}

static char *
known_schedule (const char *name)
{
  const GsScheduleName *known = name != NULL ? gs_schedule_name_lookup (name) : NULL;

  return g_strdup (known != NULL ? known->id : name);
}

GsSettings *
gs_settings_parse (const char *text, GError **error)
{
  g_autoptr (GsParameters) parameters = gs_parameters_parse (text, error);
  g_autofree char *sampler = NULL, *schedule = NULL;
  GsSettings *settings;
  const char *rng;

  if (parameters == NULL)
    return NULL;
  settings = g_new0 (GsSettings, 1);
  settings->request = GS_REQUEST_DEFAULT;
  settings->prompt = g_strdup (parameters->prompt);
  settings->negative_prompt = g_strdup (parameters->negative_prompt);
  settings->model = g_strdup (gs_parameters_get (parameters, "Model"));
  gs_parameters_get_sampler (parameters, &sampler, &schedule);
  settings->sampler = known_sampler (sampler);
  settings->schedule = known_schedule (schedule);
  read_numbers (parameters, settings);
  read_hires (parameters, settings);
  read_shortcuts (parameters, &settings->request);
  read_refiner (parameters, settings);
  rng = gs_parameters_get (parameters, "RNG");
  settings->request.rng = g_strcmp0 (rng, "CPU") == 0 ? GS_RNG_CPU : GS_RNG_CUDA;

  settings->request.prompt = settings->prompt;
  settings->request.negative_prompt = settings->negative_prompt;
  settings->request.sampler = settings->sampler;
  settings->request.schedule = settings->schedule;
  settings->request.hires_upscaler = settings->hires_upscaler;
  settings->request.refiner = settings->refiner;
  return settings;
}

void
gs_settings_free (GsSettings *settings)
{
  if (settings == NULL)
    return;
  g_free (settings->prompt);
  g_free (settings->negative_prompt);
  g_free (settings->sampler);
  g_free (settings->schedule);
  g_free (settings->model);
  g_free (settings->hires_upscaler);
  g_free (settings->refiner);
  g_free (settings);
}
