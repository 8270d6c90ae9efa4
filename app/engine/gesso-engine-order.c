/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders on the engine thread: pictures are handed out one by one, as they are made. */
#include "config.h"

#include "gesso-engine-private.h"

#include "gesso-job-private.h"
#include "gesso-order-private.h"
#include "gesso-picture-private.h"
#include "gesso-request.h"
#include "gesso-result-private.h"
#include "gesso-server-model.h"
#include "gesso-server-run.h"
#include "gesso-trail-private.h"

#include <glib/gi18n.h>

/* ---- Running -------------------------------------------------------------------------------- */

typedef struct
{
  GessoOrder   *order;
  GessoJob     *job;
  GessoDevice  *device;     /* the engine's                                    */
  gboolean      again;      /* only the decoding, of what was kept             */
  guint         n_before;   /* pictures of it that another device has made     */
  GsPreview     preview;
  GessoRequest *request;    /* the engine thread's, while it runs              */
  gboolean      unfinished; /* out: latents are kept that could not be decoded */
  char        **notes;      /* out: the result's                               */
  double        seconds;    /* out: of one picture; 0: not measured            */

  /* Of one that a server makes: */
  char             *address, *token;
  GessoServerStock *stock;  /* or NULL */
  guint             native_size;
} Run;

static void
run_free (Run *run)
{
  g_clear_object (&run->order);
  g_clear_object (&run->job);
  g_strfreev (run->notes);
  g_free (run->address);
  g_free (run->token);
  g_clear_pointer (&run->stock, gesso_server_stock_unref);
  g_free (run);
}

static gboolean
report (const GsProgress *progress, gpointer data)
{
  Run *run = data;

  if (progress->finished && progress->finished->image)
    {
      gesso_order_set_n_made (run->order, run->n_before + progress->finished->index + 1);
      gesso_job_push_result (run->job,
                             gesso_result_new (run->order, run->request->picture, progress->coverage,
                                               progress->finished));
    }

  return gesso_job_report (progress, run->job);
}

/* As if the batch began behind what there is of it. */
static void
skip_made (Run *run)
{
  GsRequest *gs = &run->request->gs;

  run->n_before = gesso_order_has_failed_on (run->order, NULL) ? gesso_order_get_n_made (run->order) : 0;
  run->n_before = MIN (run->n_before, gs->batch - 1);
  gs->batch -= run->n_before;
  if (gs->variation_strength > 0)
    gs->variation_seed += run->n_before;
  else
    gs->seed += run->n_before;
}

static GsResult *
make (GessoWorker *worker, Run *run, GError **error)
{
  GsSession *session;
  GsResult *kept;

  if (!gesso_worker_check (worker, gesso_job_report, run->job, error))
    return NULL;
  session = gesso_worker_open_model (worker, run->request->model, run->request->vae, gesso_job_report,
                                     run->job, error);
  if (session == NULL)
    return NULL;
  if (!run->again)
    return gs_session_generate (session, &run->request->gs, report, run, error);

  kept = gesso_worker_take_unfinished (worker);
  if (kept)
    gs_session_decode (session, kept, report, run, error);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _("The unfinished picture is gone: generate it again."));

  return kept;
}

static int
compare_seconds (const void *a, const void *b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* From the median of the steps: the first one waits for shaders that the driver compiles. */
static double
measure (Run *run, const GsResult *result)
{
  const GsTimings *timings = &result->timings;
  g_autofree double *steps = NULL;

  if (run->again || timings->n_steps == 0 || timings->n_steps != run->request->gs.steps ||
      result->n_images == 0)
    return 0;

  steps = g_memdup2 (timings->step_seconds, timings->n_steps * sizeof *steps);
  qsort (steps, timings->n_steps, sizeof *steps, compare_seconds);

  return timings->text_encode_seconds + steps[timings->n_steps / 2] * timings->n_steps +
         timings->decode_seconds / result->n_images;
}

static void
run_work (GessoWorker *worker, GTask *task)
{
  Run *run = g_task_get_task_data (task);
  GessoRequest request;
  GsResult *result = NULL;
  GError *error = NULL;

  run->request = &request;
  if (gesso_request_init (&request, run->order, &error))
    {
      request.gs.preview = run->preview;
      skip_made (run);
      result = make (worker, run, &error);
      if (result && error == NULL)
        run->seconds = measure (run, result);
    }
  gesso_request_clear (&request);
  run->request = NULL;

  if (result)
    run->notes = g_steal_pointer (&result->notes);
  if (error == NULL)
    {
      gs_result_free (result);
      g_task_return_boolean (task, TRUE);
      return;
    }

  /* A lost device takes the latents along when return_error() closes the session. */
  run->unfinished = result && !gesso_order_get_draft (run->order) &&
                    !g_error_matches (error, GS_ERROR, GS_ERROR_DEVICE_LOST) &&
                    !g_error_matches (error, GS_ERROR, GS_ERROR_CANCELLED);
  if (run->unfinished)
    gesso_worker_keep_unfinished (worker, result);
  else
    g_clear_pointer (&result, gs_result_free);
  gesso_worker_return_error (worker, task, error);
}

static void
server_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;

  if (gesso_server_run (run->address, run->token, run->stock, run->native_size, run->order,
                        run->preview, run->job, &run->notes, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  run->unfinished = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  g_task_return_error (task, error);
}

/* model: on a server, but only on the one that the artist set. */
static void
run_on_server (GessoEngine *self, GTask *task, Run *run, const char *model)
{
  GessoServer *server = gesso_engine_get_server (self);
  GessoServerStock *stock = gesso_server_get_stock (server);

  if (!gesso_server_has_address_of (server, model))
    {
      g_autofree char *host = gesso_server_model_dup_host (model);

      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                               /* Translators: the name of a server */
                               _("%s is not the server in the preferences: choose another model"), host);
      return;
    }
  run->address = g_strdup (gesso_server_get_address (server));
  run->token = g_strdup (gesso_server_get_token (server));
  run->stock = stock ? gesso_server_stock_ref (stock) : NULL;
  run->native_size = gesso_server_get_native_size (server, model);
  gesso_engine_count_away (self, 1);
  g_task_run_in_thread (task, server_in_thread);
}

void
gesso_engine_run_on_async (GessoEngine        *self,
                           GessoDevice        *device,
                           GessoOrder         *order,
                           gboolean            again,
                           GessoJob           *job,
                           GAsyncReadyCallback callback,
                           gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, gesso_job_get_cancellable (job), callback, data);
  const char *model = gesso_settings_get_model (gesso_order_get_settings (order));
  Run *run = g_new0 (Run, 1);

  run->order = g_object_ref (order);
  run->job = g_object_ref (job);
  run->device = device;
  run->again = again;
  run->preview = gesso_order_get_draft (order) ? GS_PREVIEW_NONE : gesso_engine_get_preview (self);
  gesso_job_set_covered (job);
  g_task_set_source_tag (task, gesso_engine_run_on_async);
  /* Not checked: pictures that are finished are worth having, cancelled or not. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  gesso_order_set_unfinished (order, FALSE);
  if (!gesso_order_get_draft (order))
    gesso_device_begin (device);
  if (gesso_server_model_is_one (model))
    run_on_server (self, task, run, model);
  else
    gesso_worker_push (gesso_device_get_worker (device), task, run_work);
}

void
gesso_engine_run_async (GessoEngine        *self,
                        GessoOrder         *order,
                        gboolean            again,
                        GessoJob           *job,
                        GAsyncReadyCallback callback,
                        gpointer            data)
{
  const char *model = gesso_settings_get_model (gesso_order_get_settings (order));
  GessoDevices *devices = gesso_engine_get_devices (self);

  gesso_engine_run_on_async (self,
                             gesso_server_model_is_one (model) ? gesso_devices_get_server (devices)
                                                               : gesso_devices_get_first (devices),
                             order, again, job, callback, data);
}

/* What it says of the device goes first: it decides whether another one can have the order. */
static void
end (GessoEngine *self, Run *run, const GError *error)
{
  GessoDevices *devices = gesso_engine_get_devices (self);

  gesso_device_end (run->device, run->order, error, run->unfinished);
  gesso_order_set_unfinished (run->order,
                              run->unfinished && !gesso_devices_can_move (devices, run->order, error));
  gesso_devices_notify_free (devices);
}

gboolean
gesso_engine_run_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  Run *run = g_task_get_task_data (G_TASK (result));
  GError *problem = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &problem);

  if (run->address)
    gesso_engine_count_away (self, -1);
  gesso_job_flush (run->job);
  gesso_order_take_notes (run->order, g_steal_pointer (&run->notes));
  gesso_order_set_seconds (run->order, gesso_device_get_role (run->device) == GESSO_DEVICE_FIRST
                                           ? run->seconds : 0);
  if (!gesso_order_get_draft (run->order))
    end (self, run, problem);
  if (problem)
    g_propagate_error (error, problem);

  return done;
}

/* ---- Looking back --------------------------------------------------------------------------- */

typedef struct
{
  GessoTrail     *trail;
  GessoCandidate *candidate;
  guint           step;
} Look;

static void
look_free (Look *look)
{
  g_clear_object (&look->trail);
  g_clear_object (&look->candidate);
  g_free (look);
}

/* How much of a candidate shows, as the engine's coverage. */
static GsImage *
coverage_of (GessoCandidate *candidate)
{
  GdkRectangle area, all;
  g_autofree guint8 *pixels = NULL;
  GsImage *coverage;

  gesso_candidate_get_area (candidate, &area);
  all = (GdkRectangle) { 0, 0, area.width, area.height };
  pixels = g_malloc ((gsize) area.width * (gsize) area.height * 4);
  gesso_tiles_read (gesso_candidate_get_tiles (candidate), &all, pixels, (gsize) area.width * 4);
  coverage = gs_image_new ((guint) area.width, (guint) area.height, 1);
  for (gsize i = 0; i < (gsize) area.width * (gsize) area.height; i++)
    coverage->pixels[i] = pixels[4 * i + 3];

  return coverage;
}

static void
look_work (GessoWorker *worker, GTask *task)
{
  Look *look = g_task_get_task_data (task);
  g_autoptr (GsImage) image = NULL;
  g_autoptr (GsImage) coverage = NULL;
  GError *error = NULL;
  GsSession *session;

  /* Another model's latents would look like nothing. */
  if (!gesso_worker_has_model (worker, gesso_trail_get_model (look->trail)))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "The model is not loaded");
      return;
    }
  session = gesso_worker_open_model (worker, gesso_trail_get_model (look->trail), NULL, NULL, NULL,
                                     &error);
  if (session)
    image = gs_session_preview_step (session, gesso_trail_get_gs_steps (look->trail), look->step,
                                     GS_PREVIEW_BEST, &error);
  if (image == NULL)
    {
      gesso_worker_return_error (worker, task, error);
      return;
    }

  coverage = coverage_of (look->candidate);
  g_task_return_pointer (task, gesso_texture_from_covered (image, coverage), g_object_unref);
}

void
gesso_engine_look_async (GessoEngine        *self,
                         GessoTrail         *trail,
                         GessoCandidate     *candidate,
                         guint               step,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Look *look = g_new0 (Look, 1);

  look->trail = g_object_ref (trail);
  look->candidate = g_object_ref (candidate);
  look->step = MIN (step, gesso_trail_get_n_steps (trail));
  g_task_set_source_tag (task, gesso_engine_look_async);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  gesso_worker_push (gesso_engine_get_worker (self), task, look_work);
}

GdkTexture *
gesso_engine_look_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
