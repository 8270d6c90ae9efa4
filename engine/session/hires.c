/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What A1111 calls hires fix. Its rules hold: a number of steps is that of those made, the last of a
 * longer schedule, and the second pass has noise of its own, drawn for its size from the same seed.
 */
#include "session/hires.h"

#include <math.h>
#include <string.h>

#include "session/autoencoder.h"
#include "session/job.h"
#include "session/library.h"
#include "session/resample.h"
#include "session/upscaler.h"

/* Up to so many times the pixels that a model was trained on, pictures come out in one piece: SD 1.x
 * is commonly run at 512 x 768. */
#define MOST_IN_ONE 1.5
#define LEAST_SIDE 8u   /* latent pixels */
#define MAX_STEPS 1000u

void
gs_hires_plan_clear (GsHiresPlan *plan)
{
  g_clear_pointer (&plan->model, g_free);
  g_clear_pointer (&plan->label, g_free);
  g_clear_pointer (&plan->note, g_free);
}

static guint32
first_side (guint32 side, double scale, guint32 factor)
{
  return MAX ((guint32) (side / scale / factor + 0.5), LEAST_SIDE) * factor;
}

/* How much larger than the first pass the picture is. */
static double
choose_scale (const GsRequest *request, const GsCanvas *canvas, double native)
{
  const double pixels = (double) canvas->width * canvas->height;

  if (request->hires == GS_HIRES_ON)
    return request->hires_scale;
  return pixels > MOST_IN_ONE * native * native ? sqrt (pixels) / native : 1;
}

gboolean
gs_hires_first_size (const GsRequest *request, const GsCanvas *canvas, guint32 factor, guint32 native,
                     guint32 *width, guint32 *height)
{
  double scale;

  if (request->hires == GS_HIRES_OFF || canvas->pixels != NULL)
    return FALSE;
  scale = choose_scale (request, canvas, native);
  *width = first_side (canvas->width, scale, factor);
  *height = first_side (canvas->height, scale, factor);
  return scale > 1 && (*width < canvas->width || *height < canvas->height);
}

/* A strength s makes the last floor (s n) steps, or with A1111's rule one more: the middle between two
 * numbers makes just those that are wanted. */
static void
plan_steps (GsHiresPlan *plan, const GsRequest *request, gboolean is_a1111)
{
  const double strength = request->hires_strength;
  const guint wanted = request->hires_steps > 0 ? request->hires_steps
                                                : (guint) ceil (request->steps * strength - 1e-6);

  plan->n_made = MAX (wanted, 1);
  plan->n_steps = (guint) MIN (MAX (plan->n_made / strength, plan->n_made), MAX_STEPS);
  plan->strength = MIN ((plan->n_made + (is_a1111 ? -0.5 : 0.5)) / plan->n_steps, 1);
}

/* A name without a folder is that of a file in the library. */
static gboolean
find_model (GsHiresPlan *plan, GsSession *session, const char *name, GError **error)
{
  plan->enlargement = GS_ENLARGE_PIXELS;
  plan->label = gs_library_stem (name);
  plan->model = g_file_test (name, G_FILE_TEST_IS_REGULAR)
                    ? g_strdup (name)
                    : gs_library_find (gs_session_library (session), GS_LIBRARY_UPSCALER, name);
  if (plan->model != NULL)
    return gs_upscaler_get_scale (plan->model, error) > 0;
  if (strchr (name, G_DIR_SEPARATOR) != NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "There is no upscaler %s; choose another, or \"pixel\" or \"latent\"", name);
      return FALSE;
    }
  plan->note = g_strdup_printf ("The upscaler %s is not in the library; the picture was enlarged "
                                "without it", name);
  g_free (plan->label);
  plan->label = g_strdup ("Lanczos");
  return TRUE;
}

static gboolean
plan_enlargement (GsHiresPlan *plan, GsSession *session, const GsRequest *request, GError **error)
{
  static const char *const plain[] = { "pixel", "Lanczos", "None", "Nearest" };
  const gboolean has_encoder = session->model->config.vae.has_encoder;
  const char *name = request->hires_upscaler;

  if (name == NULL)
    name = has_encoder ? "pixel" : "latent";
  if (g_ascii_strncasecmp (name, "latent", 6) == 0)
    {
      plan->enlargement = GS_ENLARGE_LATENT;
      plan->label = g_strdup ("Latent");
      return TRUE;
    }
  if (!has_encoder)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The model's autoencoder cannot read pictures; have the latent enlarged instead");
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_ascii_strcasecmp (name, plain[i]) == 0)
      {
        plan->enlargement = GS_ENLARGE_PIXELS;
        plan->label = g_strdup ("Lanczos");
        return TRUE;
      }
  return find_model (plan, session, name, error);
}

static gboolean
check (const GsRequest *request, GError **error)
{
  const char *problem = NULL;

  if (request->hires == GS_HIRES_ON && !(request->hires_scale >= 1 && request->hires_scale <= 8))
    problem = "The second pass can make a picture 1 to 8 times as large";
  else if (!(request->hires_strength > 0 && request->hires_strength <= 1))
    problem = "The strength of the second pass must be above 0 and at most 1";
  else if (request->hires_steps > MAX_STEPS)
    problem = "The number of steps of the second pass must be from 0 to 1000";
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, problem);
  return FALSE;
}

gboolean
gs_hires_plan_init (GsHiresPlan *plan, GsSession *session, const GsRequest *request,
                    const GsCanvas *canvas, gboolean is_a1111, GError **error)
{
  *plan = (GsHiresPlan) { 0 };
  if (request->hires == GS_HIRES_OFF || canvas->pixels != NULL)
    return TRUE;
  if (!check (request, error))
    return FALSE;
  if (!gs_hires_first_size (request, canvas, gs_latent_factor (session),
                            gs_session_native_size (session), &plan->width, &plan->height))
    return TRUE;
  plan->is_on = TRUE;
  plan_steps (plan, request, is_a1111);
  return plan_enlargement (plan, session, request, error);
}

GsRequest
gs_hires_first (const GsHiresPlan *plan, const GsRequest *request)
{
  GsRequest first = *request;

  first.hires = GS_HIRES_OFF;
  first.width = plan->width;
  first.height = plan->height;
  first.frame_x = first.frame_y = 0;
  first.frame_width = first.frame_height = 0;
  first.init_image = first.mask = NULL;
  first.keep_steps = FALSE;
  first.refiner = NULL;
  first.resume = NULL;
  return first;
}

/* ---- The first pass ------------------------------------------------------------------------- */

void
gs_hires_start_clear (GsHiresStart *start)
{
  for (guint i = 0; i < start->n; i++)
    {
      g_free (start->latents[i]);
      gs_image_free (start->images[i]);
    }
  g_clear_pointer (&start->latents, g_free);
  g_clear_pointer (&start->images, g_free);
  g_clear_pointer (&start->notes, g_ptr_array_unref);
}

static gboolean
make_latents (GsJob *job, GsSession *session, GsHiresStart *start, GError **error)
{
  const gsize n = (gsize) session->model->config.vae.latent_channels * job->width * job->height;

  for (guint i = 0; i < start->n; i++)
    {
      GsSteps *steps = NULL;

      start->latents[i] = g_new (float, n);
      gs_progress_image (&session->progress, i, start->n);
      if (!gs_memory_enter (session, GS_STAGE_DENOISE, error)
          || !gs_progress_phase (&session->progress, GS_PHASE_DENOISE, job->n_steps, error)
          || !gs_job_denoise (job, session, i, NULL, start->latents[i], &steps, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
decode (GsJob *job, GsSession *session, GsHiresStart *start, GError **error)
{
  if (!gs_memory_enter (session, GS_STAGE_DECODE, error)
      || !gs_progress_phase (&session->progress, GS_PHASE_DECODE, start->n, error))
    return FALSE;
  for (guint i = 0; i < start->n; i++)
    {
      start->images[i] = gs_latent_picture (session, start->latents[i], job->width, job->height,
                                            gs_memory_tile (session, 0), job->canvas, error);
      if (start->images[i] == NULL
          || !gs_progress_step (&session->progress, i + 1, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
enlarge (const GsHiresPlan *plan, GsSession *session, const GsCanvas *canvas, GsHiresStart *start,
         GError **error)
{
  g_autoptr (GsUpscaler) upscaler = NULL;

  if (plan->model != NULL && (upscaler = gs_upscaler_open (session, plan->model, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < start->n; i++)
    {
      GsImage *larger = gs_upscale_to (upscaler, session, start->images[i], canvas->width,
                                       canvas->height, 0, error);

      if (larger == NULL)
        return FALSE;
      gs_image_free (start->images[i]);
      start->images[i] = larger;
    }
  return TRUE;
}

gboolean
gs_hires_begin (const GsHiresPlan *plan, GsSession *session, const GsRequest *request,
                const GsCanvas *canvas, GsHiresStart *start, GError **error)
{
  const GsRequest first = gs_hires_first (plan, request);
  GsJob job = { 0 };
  GsMemoryPlan memory = { 0 };
  gboolean done;

  *start = (GsHiresStart) { .n = request->batch };
  start->latents = g_new0 (float *, start->n);
  start->images = g_new0 (GsImage *, start->n);
  done = gs_job_init (&job, session, &first, error)
         && gs_job_plan (&job, session, &memory, error)
         && gs_memory_plan_check (&memory, error);
  if (done)
    {
      gs_memory_begin (session, &memory);
      done = gs_job_encode (&job, session, error)
             && make_latents (&job, session, start, error)
             && (plan->enlargement == GS_ENLARGE_LATENT || decode (&job, session, start, error));
      gs_memory_end (session);
      start->notes = memory.notes;
    }
  done = done
         && (plan->enlargement == GS_ENLARGE_LATENT
             || enlarge (plan, session, canvas, start, error));
  start->width = job.width;
  start->height = job.height;
  gs_job_clear (&job);
  return done;
}

/* ---- The second pass ------------------------------------------------------------------------ */

/* Bilinear, each channel. */
static float *
enlarge_latent (const GsHiresStart *start, guint i, guint channels, guint32 width, guint32 height)
{
  float *out = g_new (float, (gsize) channels * width * height);

  for (guint c = 0; c < channels; c++)
    gs_resample (start->latents[i] + (gsize) c * start->width * start->height, start->width,
                 start->height, out + (gsize) c * width * height, width, height, 1);
  return out;
}

float *
gs_hires_latent (const GsHiresStart *start, guint i, GsSession *session, const GsCanvas *canvas,
                 guint tile, GError **error)
{
  const guint32 factor = gs_latent_factor (session);
  const guint32 width = canvas->width / factor, height = canvas->height / factor;
  const guint channels = session->model->config.vae.latent_channels;
  const gsize plane = (gsize) canvas->width * canvas->height;
  const GsImage *image = start->images[i];
  g_autofree float *pixels = NULL;
  g_autofree float *latent = NULL;

  if (image == NULL)
    return enlarge_latent (start, i, channels, width, height);
  if (!gs_progress_phase (&session->progress, GS_PHASE_IMAGE_ENCODE, 1, error))
    return NULL;
  pixels = g_new (float, 3 * plane);
  for (gsize k = 0; k < plane; k++)
    for (guint c = 0; c < 3; c++)
      pixels[c * plane + k] = image->pixels[k * image->channels + c] / 127.5f - 1;
  latent = g_new (float, (gsize) channels * width * height);
  return gs_vae_encode (session, pixels, canvas->width, canvas->height, NULL, tile, latent, error)
             ? g_steal_pointer (&latent) : NULL;
}
