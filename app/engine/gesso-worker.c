/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine thread: a queue, a session, and good manners towards the main loop. */
#include "config.h"

#include "gesso-worker.h"

#include <glib/gi18n.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

struct _GessoWorker
{
  GThread     *thread;
  GAsyncQueue *queue;
  int          stopping; /* atomic */
  gboolean     orphaned; /* the thread frees it */

  char        *device;   /* as GsSessionOptions.device; NULL: the first usable one */
  char        *name;     /* it has to have, or NULL */
  gboolean     checks;   /* it is checked before it is used */

  /* The engine thread's own. */
  GsSession   *session;
  GsResult    *unfinished;
  char       **folders;  /* of the library, or NULL */
  GsTraining  *training; /* or NULL               */
  char        *training_state; /* its folder      */
  char        *model;    /* path of the loaded one, "" for the starter, NULL: none */
  char        *vae;      /* path of its autoencoder's, "" for its own */
};

typedef struct
{
  GTask        *task; /* NULL: wake up and leave */
  GessoWorkFunc func;
} Work;

/* Linux keeps a nice value and a policy per thread and hands both down to the threads that one
 * starts. Doing this before the device is opened therefore slows the CPU driver's threads down
 * too. SCHED_BATCH does not preempt a thread that wakes up; nice 10 is about a ninth of the main
 * loop's share when both want the processor, and all of it when it is free: SCHED_IDLE's
 * share is so small that any background job would stop the picture. */
static void
lower_priority (void)
{
  struct sched_param parameters = { .sched_priority = 0 };

  sched_setscheduler (0, SCHED_BATCH, &parameters);
  setpriority (PRIO_PROCESS, (id_t) gettid (), 10);
}

static void
drop_session (GessoWorker *self)
{
  gesso_worker_keep_training (self, NULL, NULL);
  g_clear_pointer (&self->unfinished, gs_result_free);
  g_clear_pointer (&self->session, gs_session_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->vae, g_free);
}

/* What pushed itself again behind the end. */
static void
drop_rest (GessoWorker *self)
{
  Work *work;

  while ((work = g_async_queue_try_pop (self->queue)))
    {
      if (work->task)
        g_task_return_new_error (work->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
      g_clear_object (&work->task);
      g_free (work);
    }
}

static void
free_self (GessoWorker *self)
{
  g_async_queue_unref (self->queue);
  g_free (self->device);
  g_free (self->name);
  g_free (self);
}

static gpointer
worker_thread (gpointer data)
{
  GessoWorker *self = data;

  lower_priority ();

  for (;;)
    {
      Work *work = g_async_queue_pop (self->queue);

      if (work->task)
        {
          if (g_atomic_int_get (&self->stopping))
            g_task_return_new_error (work->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
          else if (!g_task_return_error_if_cancelled (work->task))
            work->func (self, work->task);
          g_clear_object (&work->task);
          g_free (work);
        }
      else
        {
          g_free (work);
          break;
        }
    }

  drop_rest (self);
  drop_session (self);
  g_clear_pointer (&self->folders, g_strfreev);
  if (self->orphaned)
    free_self (self);
  return NULL;
}

GessoWorker *
gesso_worker_new (const char *device, const char *name, gboolean checks)
{
  GessoWorker *self = g_new0 (GessoWorker, 1);

  self->device = g_strdup (device);
  self->name = g_strdup (name);
  self->checks = checks;
  self->queue = g_async_queue_new ();
  self->thread = g_thread_new ("gesso-engine", worker_thread, self);

  return self;
}

void
gesso_worker_free (GessoWorker *self)
{
  if (self == NULL)
    return;

  g_atomic_int_set (&self->stopping, 1);
  g_async_queue_push (self->queue, g_new0 (Work, 1));

  /* A task that the thread lets go of may have held the last reference to our owner. */
  if (g_thread_self () == self->thread)
    {
      self->orphaned = TRUE;
      g_thread_unref (self->thread);
      return;
    }
  g_thread_join (self->thread);
  free_self (self);
}

void
gesso_worker_push (GessoWorker *self, GTask *task, GessoWorkFunc func)
{
  Work *work = g_new0 (Work, 1);

  work->task = g_object_ref (task);
  work->func = func;
  g_async_queue_push (self->queue, work);
}

static void
rest_work (GessoWorker *self, GTask *task)
{
  drop_session (self);
  g_task_return_boolean (task, TRUE);
}

void
gesso_worker_rest (GessoWorker *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_source_tag (task, gesso_worker_rest);
  gesso_worker_push (self, task, rest_work);
}

/* A place in the list may be another device's by now. */
static gboolean
is_mine (GessoWorker *self, GError **error)
{
  if (self->name == NULL || g_str_equal (gs_session_get_device (self->session)->name, self->name))
    return TRUE;

  g_set_error (error, GS_ERROR, GS_ERROR_NO_DEVICE,
               /* Translators: the name of a graphics card */
               _("%s is not there any more"), self->name);
  return FALSE;
}

GsSession *
gesso_worker_open_session (GessoWorker *self, GError **error)
{
  const GsSessionOptions options = { .device = self->device };

  if (self->session == NULL)
    {
      self->session = gs_session_new (&options, error);
      if (self->session && !is_mine (self, error))
        g_clear_pointer (&self->session, gs_session_free);
      if (self->session)
        gs_session_set_library (self->session, (const char *const *) self->folders);
    }

  return self->session;
}

gboolean
gesso_worker_check (GessoWorker *self, GsProgressFunc progress, gpointer user_data, GError **error)
{
  g_autoptr (GsDeviceCheck) check = NULL;

  if (!self->checks)
    return TRUE;
  if (gesso_worker_open_session (self, error) == NULL)
    return FALSE;

  check = gs_session_check_device (self->session, progress, user_data, error);
  if (check == NULL)
    return FALSE;
  if (!check->usable)
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_NO_DEVICE, check->verdict);
      return FALSE;
    }

  self->checks = FALSE;
  return TRUE;
}

GsSession *
gesso_worker_open_model (GessoWorker   *self,
                         const char    *path,
                         const char    *vae,
                         GsProgressFunc progress,
                         gpointer       user_data,
                         GError       **error)
{
  GsModelOptions options = { NULL };

  if (gesso_worker_open_session (self, error) == NULL)
    return NULL;

  path = path ? path : "";
  if (g_strcmp0 (self->model, path) == 0 && (vae == NULL || g_strcmp0 (self->vae, vae) == 0))
    return self->session;

  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->vae, g_free);
  gesso_worker_keep_unfinished (self, NULL);
  gesso_worker_keep_training (self, NULL, NULL);
  options.vae = vae && *vae ? vae : NULL;
  if (!gs_session_load_model (self->session, *path ? path : NULL, &options, progress, user_data,
                              error))
    return NULL;

  self->model = g_strdup (path);
  self->vae = g_strdup (vae ? vae : "");
  return self->session;
}

void
gesso_worker_set_library (GessoWorker *self, const char *const *folders)
{
  g_strfreev (self->folders);
  self->folders = g_strdupv ((char **) folders);
  if (self->session)
    gs_session_set_library (self->session, folders);
}

gboolean
gesso_worker_has_model (GessoWorker *self, const char *path)
{
  return (*path == '\0' && self->training == NULL) || g_strcmp0 (self->model, path) == 0;
}

void
gesso_worker_keep_unfinished (GessoWorker *self, GsResult *result)
{
  g_clear_pointer (&self->unfinished, gs_result_free);
  self->unfinished = result;
}

GsResult *
gesso_worker_take_unfinished (GessoWorker *self)
{
  return g_steal_pointer (&self->unfinished);
}

void
gesso_worker_keep_training (GessoWorker *self, GsTraining *training, const char *state)
{
  if (training != self->training)
    g_clear_pointer (&self->training, gs_training_free);
  self->training = training;
  g_free (self->training_state);
  self->training_state = g_strdup (state);
}

GsTraining *
gesso_worker_get_training (GessoWorker *self, const char *state)
{
  return g_strcmp0 (self->training_state, state) == 0 ? self->training : NULL;
}

gboolean
gesso_worker_is_awaited (GessoWorker *self)
{
  return g_async_queue_length (self->queue) > 0;
}

gboolean
gesso_worker_is_stopping (GessoWorker *self)
{
  return g_atomic_int_get (&self->stopping) != 0;
}

void
gesso_worker_return_error (GessoWorker *self, GTask *task, GError *error)
{
  if (g_error_matches (error, GS_ERROR, GS_ERROR_DEVICE_LOST))
    drop_session (self);

  if (g_error_matches (error, GS_ERROR, GS_ERROR_CANCELLED))
    {
      error->domain = G_IO_ERROR;
      error->code = G_IO_ERROR_CANCELLED;
    }

  g_task_return_error (task, error);
}
