/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress from the engine thread to the main loop, at the pace of the main loop. */
#include "config.h"

#include "gesso-job-private.h"
#include "gesso-picture-private.h"

#include <glib/gi18n.h>

struct _GessoJob
{
  GObject       parent_instance;

  GCancellable *cancellable;
  gboolean      covered;  /* of an order; set before it runs */

  /* As the main loop knows it. */
  GsProgress    progress; /* .preview is always NULL here */
  GdkTexture   *preview;
  gboolean      started;
  char         *waiting;  /* for what, or NULL */

  /* As the engine thread last told it. */
  GMutex        lock;
  GCond         go_on;
  gboolean      held;
  GsProgress    new_progress;
  GdkTexture   *new_preview;
  GPtrArray    *new_results;
  gboolean      pending;  /* deliver() is on its way */
};

enum
{
  CHANGED,
  RESULT,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoJob, gesso_job, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
gesso_job_finalize (GObject *object)
{
  GessoJob *self = GESSO_JOB (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->preview);
  g_clear_object (&self->new_preview);
  g_ptr_array_unref (self->new_results);
  g_cond_clear (&self->go_on);
  g_mutex_clear (&self->lock);
  g_free (self->waiting);

  G_OBJECT_CLASS (gesso_job_parent_class)->finalize (object);
}

static void
gesso_job_class_init (GessoJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_job_finalize;

  signals[CHANGED] = g_signal_new ("changed", GESSO_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[RESULT] = g_signal_new ("result", GESSO_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_OBJECT);
}

static void
gesso_job_init (GessoJob *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->go_on);
  self->cancellable = g_cancellable_new ();
  self->new_results = g_ptr_array_new_with_free_func (g_object_unref);
}

GessoJob *
gesso_job_new (void)
{
  return g_object_new (GESSO_TYPE_JOB, NULL);
}

static void
hold (GessoJob *self, gboolean held)
{
  g_mutex_lock (&self->lock);
  self->held = held;
  g_cond_signal (&self->go_on);
  g_mutex_unlock (&self->lock);
}

void
gesso_job_cancel (GessoJob *self)
{
  g_cancellable_cancel (self->cancellable);
  hold (self, FALSE);
}

void
gesso_job_set_waiting (GessoJob *self, const char *why)
{
  if (g_strcmp0 (self->waiting, why) == 0)
    return;

  g_free (self->waiting);
  self->waiting = g_strdup (why);
  hold (self, why && !g_cancellable_is_cancelled (self->cancellable));
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
gesso_job_get_waiting (GessoJob *self)
{
  return self->waiting;
}

GCancellable *
gesso_job_get_cancellable (GessoJob *self)
{
  return self->cancellable;
}

void
gesso_job_flush (GessoJob *self)
{
  g_autoptr (GdkTexture) preview = NULL;
  g_autoptr (GPtrArray) results = NULL;

  g_mutex_lock (&self->lock);
  self->pending = FALSE;
  self->progress = self->new_progress;
  preview = g_steal_pointer (&self->new_preview);
  results = g_steal_pointer (&self->new_results);
  self->new_results = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_unlock (&self->lock);

  self->started = TRUE;
  if (preview)
    g_set_object (&self->preview, preview);
  for (guint i = 0; i < results->len; i++)
    {
      g_clear_object (&self->preview); /* that of a picture that is there now */
      g_signal_emit (self, signals[RESULT], 0, g_ptr_array_index (results, i));
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
deliver (gpointer data)
{
  gesso_job_flush (data);

  return G_SOURCE_REMOVE;
}

static gboolean
same_progress (const GsProgress *a, const GsProgress *b)
{
  return a->phase == b->phase && a->step == b->step && a->n_steps == b->n_steps &&
         a->image == b->image && (int) a->seconds_left == (int) b->seconds_left;
}

gboolean
gesso_job_report (const GsProgress *progress, gpointer job)
{
  GessoJob *self = GESSO_JOB (job);
  g_autoptr (GdkTexture) preview = NULL;
  gboolean wake = FALSE;

  g_mutex_lock (&self->lock);
  while (self->held)
    g_cond_wait (&self->go_on, &self->lock);
  g_mutex_unlock (&self->lock);
  if (g_cancellable_is_cancelled (self->cancellable))
    return FALSE;

  if (progress->preview && progress->preview->channels == 3)
    preview = self->covered && progress->coverage
                  ? gesso_texture_from_covered (progress->preview, progress->coverage)
                  : gesso_texture_from_image (progress->preview);

  g_mutex_lock (&self->lock);
  if (preview || !same_progress (progress, &self->new_progress))
    {
      self->new_progress = *progress;
      self->new_progress.preview = NULL;
      if (preview)
        g_set_object (&self->new_preview, preview);
      wake = !self->pending;
      self->pending = TRUE;
    }
  g_mutex_unlock (&self->lock);

  if (wake)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, deliver, g_object_ref (self), g_object_unref);

  return TRUE;
}

gboolean
gesso_job_is_cancelled (GessoJob *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

void
gesso_job_set_covered (GessoJob *self)
{
  self->covered = TRUE;
}

void
gesso_job_push_result (GessoJob *self, gpointer result)
{
  gboolean wake;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->new_results, result);
  g_clear_object (&self->new_preview);
  wake = !self->pending;
  self->pending = TRUE;
  g_mutex_unlock (&self->lock);

  if (wake)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, deliver, g_object_ref (self), g_object_unref);
}

GdkTexture *
gesso_job_get_preview (GessoJob *self)
{
  return self->preview;
}

double
gesso_job_get_fraction (GessoJob *self)
{
  const GsProgress *p = &self->progress;

  if (!self->started || p->n_steps == 0)
    return -1;

  switch (p->phase)
    {
    case GS_PHASE_LOAD:
    case GS_PHASE_UPSCALE:
      return (double) p->step / p->n_steps;
    case GS_PHASE_DENOISE:
      return (p->image + (double) p->step / p->n_steps) / MAX (p->n_images, 1);
    case GS_PHASE_DECODE:
      return (p->image + 1.0) / MAX (p->n_images, 1);
    case GS_PHASE_TEXT_ENCODE:
    case GS_PHASE_IMAGE_ENCODE:
    default:
      return -1;
    }
}

static char *
dup_time_left (double seconds)
{
  guint whole = (guint) (seconds + 0.5);

  if (seconds < 0)
    return NULL;
  if (whole < 60)
    return g_strdup_printf (ngettext ("%u second left", "%u seconds left", whole), whole);

  whole = (whole + 30) / 60;
  return g_strdup_printf (ngettext ("%u minute left", "%u minutes left", whole), whole);
}

char *
gesso_job_dup_status (GessoJob *self)
{
  const GsProgress *p = &self->progress;
  g_autofree char *left = NULL;
  guint step;

  if (self->waiting)
    return g_strdup (self->waiting);
  if (!self->started)
    return g_strdup (_("Waiting for the engine…"));

  switch (p->phase)
    {
    case GS_PHASE_LOAD:
      return g_strdup (_("Loading the model…"));
    case GS_PHASE_TEXT_ENCODE:
      return g_strdup (_("Reading the prompt…"));
    case GS_PHASE_IMAGE_ENCODE:
      return g_strdup (_("Looking at the start picture…"));
    case GS_PHASE_DECODE:
      return g_strdup (_("Developing the picture…"));
    case GS_PHASE_UPSCALE:
      return g_strdup (_("Enlarging the picture…"));
    case GS_PHASE_DENOISE:
    default:
      left = dup_time_left (p->seconds_left);
      step = MIN (p->step + 1, p->n_steps); /* the one that is being made */
      if (left)
        /* Translators: "Step 5 of 20 · 12 seconds left" */
        return g_strdup_printf (_("Step %u of %u · %s"), step, p->n_steps, left);
      return g_strdup_printf (_("Step %u of %u"), step, p->n_steps);
    }
}
