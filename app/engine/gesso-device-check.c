/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A work that puts itself behind the others whenever there are some. */
#include "config.h"

#include "gesso-device-check.h"

#include "gesso-engine-private.h"

#include <glib/gi18n.h>

#define MAX_LOSSES 16 /* a device that is lost every time has no kernel to use */

struct _GessoDeviceCheck
{
  GObject        parent_instance;

  GessoEngine   *engine;
  GCancellable  *cancellable; /* while it runs */
  guint          n_losses;
  int            step, n_steps; /* atomic, from the engine's thread */

  /* What is known. */
  char          *name, *driver;
  GsDeviceCheck *check;
  GError        *error;
};

G_DEFINE_FINAL_TYPE (GessoDeviceCheck, gesso_device_check, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- On the engine's thread ----------------------------------------------------------------- */

typedef struct
{
  char          *name, *driver;
  GsDeviceCheck *check;
} Finding;

static void
finding_free (Finding *finding)
{
  g_free (finding->name);
  g_free (finding->driver);
  gs_device_check_free (finding->check);
  g_free (finding);
}

static gboolean
emit_changed (gpointer self)
{
  g_signal_emit (self, changed_signal, 0);

  return G_SOURCE_REMOVE;
}

typedef struct
{
  GessoDeviceCheck *self;
  GessoWorker      *worker;
} Listener;

static gboolean
report (const GsProgress *progress, gpointer data)
{
  Listener *listener = data;
  GessoDeviceCheck *self = listener->self;

  if (g_atomic_int_get (&self->step) != (int) progress->step ||
      g_atomic_int_get (&self->n_steps) != (int) progress->n_steps)
    {
      g_atomic_int_set (&self->step, (int) progress->step);
      g_atomic_int_set (&self->n_steps, (int) progress->n_steps);
      g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, emit_changed, g_object_ref (self), g_object_unref);
    }

  return !gesso_worker_is_awaited (listener->worker) && !g_cancellable_is_cancelled (self->cancellable);
}

static void
check_work (GessoWorker *worker, GTask *task)
{
  Listener listener = { g_task_get_source_object (task), worker };
  GError *error = NULL;
  GsSession *session = gesso_worker_open_session (worker, &error);
  GsDeviceCheck *check =
      session ? gs_session_check_device (session, report, &listener, &error) : NULL;
  Finding *finding;

  if (check)
    {
      const GsDeviceInfo *info = gs_session_get_device (session);

      finding = g_new0 (Finding, 1);
      finding->name = g_strdup (info->name);
      finding->driver = g_strdup (info->driver);
      finding->check = check;
      g_task_return_pointer (task, finding, (GDestroyNotify) finding_free);
    }
  else if (g_error_matches (error, GS_ERROR, GS_ERROR_CANCELLED) &&
           !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_error_free (error);
      gesso_worker_push (worker, task, check_work); /* behind the others */
    }
  else
    gesso_worker_return_error (worker, task, error);
}

/* ---- On the main thread --------------------------------------------------------------------- */

static void run (GessoDeviceCheck *self);

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoDeviceCheck *self = GESSO_DEVICE_CHECK (source);
  g_autoptr (GError) error = NULL;
  Finding *finding = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, GS_ERROR, GS_ERROR_DEVICE_LOST) && ++self->n_losses < MAX_LOSSES &&
      !g_cancellable_is_cancelled (self->cancellable))
    {
      run (self);
      return;
    }
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  if (finding)
    {
      g_free (self->name);
      g_free (self->driver);
      gs_device_check_free (self->check);
      self->name = g_steal_pointer (&finding->name);
      self->driver = g_steal_pointer (&finding->driver);
      self->check = g_steal_pointer (&finding->check);
      finding_free (finding);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->error = g_steal_pointer (&error);
  g_signal_emit (self, changed_signal, 0);
}

static void
run (GessoDeviceCheck *self)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, on_checked, NULL);

  g_task_set_source_tag (task, run);
  gesso_worker_push (gesso_engine_get_worker (self->engine), task, check_work);
}

void
gesso_device_check_start (GessoDeviceCheck *self)
{
  if (self->cancellable || self->check)
    return;

  self->cancellable = g_cancellable_new ();
  self->n_losses = 0;
  run (self);
  g_signal_emit (self, changed_signal, 0);
}

void
gesso_device_check_stop (GessoDeviceCheck *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
}

gboolean
gesso_device_check_is_running (GessoDeviceCheck *self)
{
  return self->cancellable != NULL;
}

double
gesso_device_check_get_fraction (GessoDeviceCheck *self)
{
  const int n_steps = g_atomic_int_get (&self->n_steps);

  return n_steps > 0 ? (double) g_atomic_int_get (&self->step) / n_steps : 0;
}

/* ---- Words ---------------------------------------------------------------------------------- */

static char *
dup_result (const GsDeviceCheck *check)
{
  if (!check->usable)
    return g_strdup (_("it computes wrong: update its driver, or choose another device"));
  if (check->n_failed > 0)
    return g_strdup_printf (ngettext ("%u check failed, and what failed is not used",
                                      "%u checks failed, and what failed is not used",
                                      check->n_failed), check->n_failed);

  return g_strdup (_("all checks passed"));
}

char *
gesso_device_check_dup_verdict (GessoDeviceCheck *self)
{
  g_autofree char *result = NULL;

  if (self->cancellable)
    return g_strdup (_("Whether it computes right is being checked, while nothing else is done"));
  if (self->error)
    return g_strdup (self->error->message);
  if (self->check == NULL)
    return g_strdup (_("Not checked yet"));

  result = dup_result (self->check);
  /* Translators: a device, its driver, twice "yes" or "no", and a part of a sentence */
  return g_strdup_printf (_("%s, %s: half precision %s, cooperative matrix %s, %s"), self->name,
                          self->driver, self->check->has_fp16 ? C_("device", "yes") : C_("device", "no"),
                          self->check->has_matrix ? C_("device", "yes") : C_("device", "no"), result);
}

const char *
gesso_device_check_get_report (GessoDeviceCheck *self)
{
  return self->check ? self->check->report : NULL;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_device_check_finalize (GObject *object)
{
  GessoDeviceCheck *self = GESSO_DEVICE_CHECK (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->check, gs_device_check_free);
  g_clear_error (&self->error);
  g_free (self->name);
  g_free (self->driver);

  G_OBJECT_CLASS (gesso_device_check_parent_class)->finalize (object);
}

static void
gesso_device_check_class_init (GessoDeviceCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_device_check_finalize;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_DEVICE_CHECK, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
gesso_device_check_init (GessoDeviceCheck *self)
{
}

GessoDeviceCheck *
gesso_device_check_new (GessoEngine *engine)
{
  GessoDeviceCheck *self = g_object_new (GESSO_TYPE_DEVICE_CHECK, NULL);

  self->engine = g_object_ref (engine);

  return self;
}
