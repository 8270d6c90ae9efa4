/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture made larger, on the engine thread. */
#include "config.h"

#include "gesso-engine-private.h"

#include "gesso-job-private.h"
#include "gesso-picture-private.h"

typedef struct
{
  GessoJob     *job;
  GessoPicture *picture;
  char         *model; /* NULL: none */
  double        scale;
} Upscaling;

static void
upscaling_free (Upscaling *upscaling)
{
  g_clear_object (&upscaling->job);
  g_clear_object (&upscaling->picture);
  g_free (upscaling->model);
  g_free (upscaling);
}

static void
upscale_work (GessoWorker *worker, GTask *task)
{
  Upscaling *upscaling = g_task_get_task_data (task);
  const GsUpscaleOptions options = { .model = upscaling->model, .scale = upscaling->scale };
  GsSession *session = NULL;
  GsImage *result = NULL;
  GError *error = NULL;

  if (upscaling->model)
    session = gesso_worker_open_session (worker, &error);
  if (error == NULL)
    result = gs_session_upscale (session, gesso_picture_get_image (upscaling->picture), &options,
                                 gesso_job_report, upscaling->job, &error);
  if (result)
    g_task_return_pointer (
        task,
        gesso_picture_new_take (result,
                                g_strdup (gesso_picture_get_parameters (upscaling->picture))),
        g_object_unref);
  else
    gesso_worker_return_error (worker, task, error);
}

void
gesso_engine_upscale_async (GessoEngine        *self,
                            GessoJob           *job,
                            GessoPicture       *picture,
                            const char         *model,
                            double              scale,
                            GAsyncReadyCallback callback,
                            gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, gesso_job_get_cancellable (job), callback, data);
  Upscaling *upscaling = g_new0 (Upscaling, 1);

  upscaling->job = g_object_ref (job);
  upscaling->picture = g_object_ref (picture);
  upscaling->model = g_strdup (model);
  upscaling->scale = scale;
  g_task_set_source_tag (task, gesso_engine_upscale_async);
  g_task_set_task_data (task, upscaling, (GDestroyNotify) upscaling_free);
  gesso_device_count_work (gesso_devices_get_first (gesso_engine_get_devices (self)), 1);
  gesso_worker_push (gesso_engine_get_worker (self), task, upscale_work);
}

GessoPicture *
gesso_engine_upscale_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  gesso_device_count_work (gesso_devices_get_first (gesso_engine_get_devices (self)), -1);
  return g_task_propagate_pointer (G_TASK (result), error);
}
