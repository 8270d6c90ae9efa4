/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue, a lock, and a thread for each device. */
#include "cli/serve/worker.h"

#include <string.h>

typedef struct
{
  GsServeWorkers *workers;
  GsServeRequest *request;
  char *model;
  guint64 number;
  gint64 began;
  GsServeDoneFunc done;
  gpointer user_data;
  GMainContext *context;
  GsServeAnswer answer;
  /* Under the workers' lock: */
  gboolean cancelled, interrupted;
  GsServeProgress progress;
} Job;

typedef struct
{
  GsServeWorkers *workers;
  char *device;
  GsSession *session; /* NULL after a device was lost, until the next job */
  char *model;        /* path of what is loaded; NULL: the starter */
  gboolean loaded;
  GThread *thread;
} Worker;

struct _GsServeWorkers
{
  GMutex lock;
  GCond changed;
  GQueue waiting;     /* Job, in order */
  GPtrArray *running; /* Job, in the order in which they began */
  GPtrArray *workers; /* Worker */
  GsPrecision precision;
  char **folders;
  char *vae;
  guint64 last_number;
  gboolean ending;
};

void
gs_serve_progress_clear (GsServeProgress *progress)
{
  gs_image_free (progress->preview);
  memset (progress, 0, sizeof *progress);
}

static void
job_free (Job *job)
{
  gs_serve_request_free (job->request);
  g_free (job->model);
  g_main_context_unref (job->context);
  g_ptr_array_unref (job->answer.pictures);
  g_ptr_array_unref (job->answer.parameters);
  g_array_unref (job->answer.seeds);
  g_free (job->answer.model);
  g_clear_error (&job->answer.error);
  gs_serve_progress_clear (&job->progress);
  g_free (job);
}

static gboolean
give_answer (gpointer data)
{
  Job *job = data;

  job->done (&job->answer, job->user_data);
  job_free (job);
  return G_SOURCE_REMOVE;
}

/* ---- A worker's thread ---------------------------------------------------------------------- */

/* A frame's pixels in their place in the picture. */
static GsImage *
put_into_picture (const GsServeRequest *request, const GsImage *part)
{
  const GsRequest *frame = &request->request;
  GsImage *whole = gs_image_convert (request->init, 3);

  for (guint y = 0; y < part->height; y++)
    memcpy (whole->pixels +
              3 * (((gsize) frame->frame_y + y) * whole->width + (gsize) frame->frame_x),
            part->pixels + 3 * (gsize) y * part->width, 3 * (gsize) part->width);
  return whole;
}

static gboolean
add_picture (Job *job, const GsImage *image, guint64 seed, const char *parameters, GError **error)
{
  g_autoptr (GsImage) whole = NULL;
  g_autoptr (GBytes) png = NULL;

  if (job->request->request.frame_width > 0)
    image = whole = put_into_picture (job->request, image);
  png = gs_image_to_png (image, parameters, error);
  if (png == NULL)
    return FALSE;
  g_ptr_array_add (job->answer.pictures,
                   g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png)));
  g_ptr_array_add (job->answer.parameters, g_strdup (parameters));
  g_array_append_val (job->answer.seeds, seed);
  return TRUE;
}

static gboolean
on_progress (const GsProgress *progress, gpointer user_data)
{
  Job *job = user_data;
  GsServeProgress *mine = &job->progress;
  GsImage *preview = progress->preview != NULL ? gs_image_copy (progress->preview) : NULL;
  gboolean go_on;

  if (progress->finished != NULL &&
      !add_picture (job, progress->finished->image, progress->finished->seed,
                    progress->finished->parameters, &job->answer.error))
    return FALSE;
  g_mutex_lock (&job->workers->lock);
  mine->image = progress->image;
  mine->n_images = progress->n_images;
  if (progress->phase == GS_PHASE_DENOISE)
    {
      mine->step = progress->step;
      mine->n_steps = progress->n_steps;
      mine->seconds_left = progress->seconds_left;
    }
  if (preview != NULL)
    {
      gs_image_free (mine->preview);
      mine->preview = preview;
    }
  go_on = !job->cancelled && !job->interrupted;
  g_mutex_unlock (&job->workers->lock);
  return go_on;
}

static gboolean
open_session (Worker *worker, GError **error)
{
  const GsSessionOptions options = { .device = worker->device,
                                     .precision = worker->workers->precision };

  if (worker->session != NULL)
    return TRUE;
  worker->session = gs_session_new (&options, error);
  if (worker->session == NULL)
    return FALSE;
  gs_session_set_library (worker->session, (const char *const *) worker->workers->folders);
  worker->loaded = FALSE;
  return TRUE;
}

static gboolean
load (Worker *worker, Job *job, GError **error)
{
  GsModelOptions options = { .vae = worker->workers->vae };

  if (worker->loaded && g_strcmp0 (worker->model, job->model) == 0)
    return TRUE;
  worker->loaded = FALSE;
  g_free (worker->model);
  worker->model = g_strdup (job->model);
  worker->loaded =
    gs_session_load_model (worker->session, job->model, &options, on_progress, job, error);
  return worker->loaded;
}

/* An interrupted picture is answered as far as it came, as A1111's users know it. */
static void
keep_what_there_is (Job *job)
{
  GError **error = &job->answer.error;
  gboolean interrupted;

  g_mutex_lock (&job->workers->lock);
  interrupted = job->interrupted;
  g_mutex_unlock (&job->workers->lock);
  if (!interrupted || !g_error_matches (*error, GS_ERROR, GS_ERROR_CANCELLED))
    return;
  g_clear_error (error);
  if (job->answer.pictures->len == 0 && job->progress.preview != NULL &&
      job->request->request.frame_width == 0)
    add_picture (job, job->progress.preview, job->request->request.seed, "", error);
}

static void
paint (Worker *worker, Job *job)
{
  g_autoptr (GsResult) result = NULL;

  if (!open_session (worker, &job->answer.error) || !load (worker, job, &job->answer.error))
    return;
  job->answer.model = g_strdup (gs_session_get_model (worker->session)->name);
  result = gs_session_generate (worker->session, &job->request->request, on_progress, job,
                                job->answer.error == NULL ? &job->answer.error : NULL);
  keep_what_there_is (job);
}

static Job *
take_job (GsServeWorkers *self)
{
  Job *job;

  g_mutex_lock (&self->lock);
  while (!self->ending && self->waiting.length == 0)
    g_cond_wait (&self->changed, &self->lock);
  job = self->ending ? NULL : g_queue_pop_head (&self->waiting);
  if (job != NULL)
    {
      job->progress =
        (GsServeProgress){ .active = TRUE, .seconds_left = -1, .began = g_get_real_time () };
      g_ptr_array_add (self->running, job);
    }
  g_mutex_unlock (&self->lock);
  return job;
}

static void
end_job (GsServeWorkers *self, Job *job)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->running, job);
  g_mutex_unlock (&self->lock);
  g_main_context_invoke (job->context, give_answer, job);
}

static gpointer
run_worker (gpointer data)
{
  Worker *worker = data;
  Job *job;

  while ((job = take_job (worker->workers)) != NULL)
    {
      if (job->cancelled)
        g_set_error_literal (&job->answer.error, GS_ERROR, GS_ERROR_CANCELLED, "Cancelled");
      else
        paint (worker, job);
      if (g_error_matches (job->answer.error, GS_ERROR, GS_ERROR_DEVICE_LOST))
        g_clear_pointer (&worker->session, gs_session_free);
      end_job (worker->workers, job);
    }
  return NULL;
}

/* ---- The other side ------------------------------------------------------------------------- */

static void
worker_free (gpointer data)
{
  Worker *worker = data;

  gs_session_free (worker->session);
  g_free (worker->device);
  g_free (worker->model);
  g_free (worker);
}

static gboolean
add_worker (GsServeWorkers *self, const char *device, GError **error)
{
  Worker *worker = g_new0 (Worker, 1);

  worker->workers = self;
  worker->device = g_strdup (device);
  g_ptr_array_add (self->workers, worker);
  return open_session (worker, error);
}

GsServeWorkers *
gs_serve_workers_new (const char *const *devices, GsPrecision precision, const char *const *folders,
                      const char *vae, GError **error)
{
  GsServeWorkers *self = g_new0 (GsServeWorkers, 1);
  gboolean opened = TRUE;

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->waiting);
  self->running = g_ptr_array_new ();
  self->workers = g_ptr_array_new_with_free_func (worker_free);
  self->precision = precision;
  self->folders = g_strdupv ((char **) folders);
  self->vae = g_strdup (vae);
  if (*devices == NULL)
    opened = add_worker (self, NULL, error);
  for (; opened && *devices != NULL; devices++)
    opened = add_worker (self, *devices, error);
  for (guint i = 0; opened && i < self->workers->len; i++)
    {
      Worker *worker = self->workers->pdata[i];

      worker->thread = g_thread_new ("gesso-serve", run_worker, worker);
    }
  if (!opened)
    g_clear_pointer (&self, gs_serve_workers_free);
  return self;
}

static void
cancel_running (GsServeWorkers *self)
{
  for (guint i = 0; i < self->running->len; i++)
    ((Job *) self->running->pdata[i])->cancelled = TRUE;
}

void
gs_serve_workers_free (GsServeWorkers *self)
{
  Job *job;

  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  cancel_running (self);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->workers->len; i++)
    g_clear_pointer (&((Worker *) self->workers->pdata[i])->thread, g_thread_join);
  while ((job = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_set_error_literal (&job->answer.error, GS_ERROR, GS_ERROR_CANCELLED, "The server ends");
      g_main_context_invoke (job->context, give_answer, job);
    }
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->running);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_strfreev (self->folders);
  g_free (self->vae);
  g_free (self);
}

guint64
gs_serve_workers_push (GsServeWorkers *self, GsServeRequest *request, const char *model,
                       GsServeDoneFunc done, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);
  guint64 number;

  job->workers = self;
  job->request = request;
  job->model = g_strdup (model);
  job->done = done;
  job->user_data = user_data;
  job->context = g_main_context_ref_thread_default ();
  job->answer.pictures = g_ptr_array_new_with_free_func (g_free);
  job->answer.parameters = g_ptr_array_new_with_free_func (g_free);
  job->answer.seeds = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_mutex_lock (&self->lock);
  number = job->number = ++self->last_number;
  g_queue_push_tail (&self->waiting, job);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return number;
}

void
gs_serve_workers_cancel (GsServeWorkers *self, guint64 number)
{
  g_mutex_lock (&self->lock);
  for (GList *at = self->waiting.head; at != NULL; at = at->next)
    if (((Job *) at->data)->number == number)
      ((Job *) at->data)->cancelled = TRUE;
  for (guint i = 0; i < self->running->len; i++)
    if (((Job *) self->running->pdata[i])->number == number)
      ((Job *) self->running->pdata[i])->cancelled = TRUE;
  g_mutex_unlock (&self->lock);
}

void
gs_serve_workers_interrupt (GsServeWorkers *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->running->len; i++)
    ((Job *) self->running->pdata[i])->interrupted = TRUE;
  g_mutex_unlock (&self->lock);
}

GsServeProgress
gs_serve_workers_get_progress (GsServeWorkers *self, gboolean with_preview)
{
  GsServeProgress progress = { .seconds_left = -1 };

  g_mutex_lock (&self->lock);
  if (self->running->len > 0)
    {
      const Job *job = self->running->pdata[self->running->len - 1];

      progress = job->progress;
      progress.preview = with_preview && job->progress.preview != NULL
                           ? gs_image_copy (job->progress.preview)
                           : NULL;
    }
  progress.n_waiting = self->waiting.length;
  g_mutex_unlock (&self->lock);
  return progress;
}
