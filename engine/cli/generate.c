/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli generate: prompt in, picture out. */
#include "cli/generate-arguments.h"
#include "cli/json.h"
#include "cli/progress.h"

#include <errno.h>
#include <stdio.h>

#include <glib/gstdio.h>

/* Everything that can be known to fail later fails here, before minutes of work. */
static gboolean
check_outputs (const GsCliGenerate *arguments, GError **error)
{
  for (guint i = 0; i < arguments->request.batch; i++)
    {
      g_autofree char *path = gs_cli_generate_output (arguments, i);

      if (!gs_cli_check_output (path, error))
        return FALSE;
    }
  if (arguments->preview != NULL && g_mkdir_with_parents (arguments->preview, 0777) != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot make the folder %s: %s; name another one",
                   arguments->preview, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static gboolean
load_images (GsCliGenerate *arguments, GsImage **init, GsImage **mask, GError **error)
{
  if (arguments->init != NULL && (*init = gs_image_load (arguments->init, error)) == NULL)
    return FALSE;
  if (arguments->mask != NULL && (*mask = gs_image_load (arguments->mask, error)) == NULL)
    return FALSE;
  return gs_cli_controls_load (&arguments->controls, error);
}

static GsRequest
make_request (const GsCliGenerate *arguments, const GsImage *init, const GsImage *mask, const GsModelInfo *model)
{
  GsRequest request = arguments->request;

  request.prompt = arguments->prompt;
  request.negative_prompt = arguments->negative;
  request.init_image = init;
  request.mask = mask;
  request.controls = arguments->controls.controls;
  request.n_controls = arguments->controls.n;
  if (request.width == 0 && init == NULL && request.frame_width == 0)
    request.width = request.height = model->native_size;
  if (request.hires == GS_HIRES_ON && init == NULL)
    {
      request.width = (guint) (request.width * request.hires_scale / 8 + 0.5f) * 8;
      request.height = (guint) (request.height * request.hires_scale / 8 + 0.5f) * 8;
    }
  return request;
}

/* The pictures that came out are written even if others failed. */
static gboolean
save_pictures (const GsCliGenerate *arguments, const GsResult *result, GError **error)
{
  for (guint i = 0; i < result->n_images; i++)
    {
      g_autofree char *path = gs_cli_generate_output (arguments, i);

      if (result->images[i] != NULL &&
          !gs_image_save_png (result->images[i], path, result->parameters[i], error))
        return FALSE;
    }
  return TRUE;
}

/* A failed decode or a full disk costs the file, not the latents: takes cause, sets error to a
 * message that also says where they are now. */
static void
keep_latents (const GsCliGenerate *arguments, const GsResult *result, GError *cause, GError **error)
{
  g_autofree char *path = g_strconcat (arguments->output, ".latents.safetensors", NULL);
  g_autoptr (GError) save_error = NULL;

  if (g_error_matches (cause, GS_ERROR, GS_ERROR_CANCELLED))
    {
      g_propagate_error (error, cause);
      return;
    }
  if (gs_result_save_latents (result, path, &save_error))
    g_set_error (error, cause->domain, cause->code, "%s; the finished latents are kept in %s", cause->message, path);
  else
    g_set_error (error, cause->domain, cause->code, "%s; the finished latents could not be kept either: %s",
                 cause->message, save_error->message);
  g_error_free (cause);
}

static void
print_results (const GsCliGenerate *arguments, GsSession *session, const GsResult *result)
{
  if (arguments->json)
    {
      gs_cli_json_print_result (arguments, session, result);
      return;
    }
  for (guint i = 0; i < result->n_images; i++)
    {
      g_autofree char *path = gs_cli_generate_output (arguments, i);

      if (result->images[i] != NULL)
        printf ("%s\n", path);
    }
}

static void
print_summary (const GsResult *result)
{
  const GsTimings *timings = &result->timings;
  g_autofree char *peak = gs_cli_format_bytes (result->peak_bytes);

  for (guint i = 0; result->notes != NULL && result->notes[i] != NULL; i++)
    fprintf (stderr, "%s\n", result->notes[i]);
  fprintf (stderr, "Loaded in %.1f s, text %.2f s, ", timings->load_seconds, timings->text_encode_seconds);
  if (timings->image_encode_seconds > 0)
    fprintf (stderr, "picture read in %.2f s, ", timings->image_encode_seconds);
  fprintf (stderr, "%u steps in %.1f s, decoded in %.1f s, %s of device memory\n", timings->n_steps,
           timings->denoise_seconds, timings->decode_seconds, peak);
}

/* A session with the model loaded, or NULL. */
static GsSession *
prepare (const GsCliGenerate *arguments, GsCliProgress *progress, GError **error)
{
  GsModelOptions options = {
    .vae = arguments->vae,
    .taesd = arguments->taesd,
    .text_encoders = (const char *const *) arguments->text_encoders,
  };
  g_autoptr (GsSession) session = NULL;

  session = gs_cli_open_session (&arguments->session, GS_PRECISION_AUTO, error);
  if (session == NULL)
    return NULL;
  if (gs_session_get_device (session)->kind == GS_DEVICE_CPU)
    fprintf (stderr, "Running on the CPU (%s)\n", gs_session_get_device (session)->name);
  fprintf (stderr, "Seed %" G_GUINT64_FORMAT "\n", arguments->request.seed);
  if (!gs_session_load_model (session, arguments->model, &options, gs_cli_progress_update, progress, error))
    return NULL;
  return g_steal_pointer (&session);
}

static gboolean
print_plan (GsSession *session, const GsRequest *request, GError **error)
{
  g_autofree char *plan = gs_session_describe_memory (session, request, error);

  if (plan != NULL)
    fprintf (stderr, "%s\n", plan);
  return plan != NULL;
}

static gboolean
make_pictures (GsCliGenerate *arguments, GsCliProgress *progress, GError **error)
{
  g_autoptr (GsImage) init = NULL;
  g_autoptr (GsImage) mask = NULL;
  g_autoptr (GsSession) session = NULL;
  g_autoptr (GsResult) result = NULL;
  GError *cause = NULL;
  GsRequest request;

  if (!check_outputs (arguments, error) || !load_images (arguments, &init, &mask, error))
    return FALSE;
  session = prepare (arguments, progress, error);
  if (session == NULL)
    return FALSE;
  request = make_request (arguments, init, mask, gs_session_get_model (session));
  if (arguments->verbose && !print_plan (session, &request, error))
    return FALSE;
  result = gs_session_generate (session, &request, gs_cli_progress_update, progress, &cause);
  gs_cli_progress_finish (progress);
  if (result != NULL)
    save_pictures (arguments, result, cause == NULL ? &cause : NULL);
  if (cause != NULL)
    {
      if (result != NULL)
        keep_latents (arguments, result, cause, error);
      else
        g_propagate_error (error, cause);
      return FALSE;
    }
  print_results (arguments, session, result);
  print_summary (result);
  return TRUE;
}

GsCliStatus
gs_cli_generate (int argc, char **argv)
{
  GsCliGenerate arguments = { 0 };
  GsCliProgress progress;
  g_autoptr (GError) error = NULL;
  GsCliStatus status = GS_CLI_OK;

  if (!gs_cli_generate_parse (&arguments, argc, argv, &error))
    status = gs_cli_fail (error);
  else
    {
      gs_cli_progress_init (&progress, arguments.preview);
      gs_cli_catch_signals ();
      if (!make_pictures (&arguments, &progress, &error))
        {
          gs_cli_progress_finish (&progress);
          status = gs_cli_fail (error);
        }
    }
  gs_cli_generate_clear (&arguments);
  return status;
}
