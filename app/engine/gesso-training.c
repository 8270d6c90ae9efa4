/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A training's folder, and what the engine thread reports of it, at the pace of the main loop. */
#include "config.h"

#include "gesso-training-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define GROUP "training"
#define FILE_NAME "training.ini"

/* What stands in the file. */
static const char *const status_names[] = {
  [GESSO_TRAINING_WAITING] = "waiting", [GESSO_TRAINING_RUNNING] = "running",
  [GESSO_TRAINING_PAUSED] = "paused",   [GESSO_TRAINING_FAILED] = "failed",
  [GESSO_TRAINING_FINISHED] = "finished",
};

typedef struct
{
  GsTrainingPhase phase;
  guint           part, n_parts, n_steps;
  double          seconds_per_step; /* 0: not known */
  double          seconds_left;     /* < 0: not known */
  guint64         peak_bytes;
  gboolean        started;
} Report;

struct _GessoTraining
{
  GObject             parent_instance;

  char               *folder;
  GessoLesson         lesson;
  GessoTrainingStatus status;
  char               *message;
  char               *result;

  /* As the main loop knows it. */
  Report              report;
  GArray             *losses;
  GtkStringList      *samples;

  /* As the engine thread last told it. */
  GMutex              lock;
  Report              new_report;
  GArray             *new_losses;
  GPtrArray          *new_samples;
  gboolean            afresh;       /* new_losses are all of them   */
  gboolean            pending;      /* deliver() is on its way      */
  int                 interrupted;  /* atomic                       */
  int                 stopped;      /* atomic                       */
};

G_DEFINE_FINAL_TYPE (GessoTraining, gesso_training, G_TYPE_OBJECT)

static guint changed_signal;

static void
gesso_training_finalize (GObject *object)
{
  GessoTraining *self = GESSO_TRAINING (object);

  g_free (self->folder);
  gesso_lesson_clear (&self->lesson);
  g_free (self->message);
  g_free (self->result);
  g_array_unref (self->losses);
  g_object_unref (self->samples);
  g_array_unref (self->new_losses);
  g_ptr_array_unref (self->new_samples);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (gesso_training_parent_class)->finalize (object);
}

static void
gesso_training_class_init (GessoTrainingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_training_finalize;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_TRAINING, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
gesso_training_init (GessoTraining *self)
{
  g_mutex_init (&self->lock);
  self->losses = g_array_new (FALSE, FALSE, sizeof (float));
  self->samples = gtk_string_list_new (NULL);
  self->new_losses = g_array_new (FALSE, FALSE, sizeof (float));
  self->new_samples = g_ptr_array_new_with_free_func (g_free);
}

/* ---- The folder ----------------------------------------------------------------------------- */

GessoTraining *
gesso_training_new (const char *folder, const GessoLesson *lesson)
{
  GessoTraining *self = g_object_new (GESSO_TYPE_TRAINING, NULL);

  self->folder = g_strdup (folder);
  gesso_lesson_copy (&self->lesson, lesson);

  return self;
}

static void
read_status (GessoTraining *self, GKeyFile *file)
{
  g_autofree char *name = g_key_file_get_string (file, GROUP, "status", NULL);

  self->status = GESSO_TRAINING_PAUSED;
  for (guint i = 0; i < G_N_ELEMENTS (status_names); i++)
    if (g_strcmp0 (name, status_names[i]) == 0)
      self->status = i;
  if (self->status == GESSO_TRAINING_RUNNING)
    self->status = GESSO_TRAINING_WAITING;
  self->message = g_key_file_get_string (file, GROUP, "message", NULL);
  self->result = g_key_file_get_string (file, GROUP, "result", NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Their names begin with the step. */
static void
find_samples (GessoTraining *self)
{
  g_autofree char *folder = g_build_filename (self->folder, "samples", NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".png"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    gtk_string_list_append (self->samples, paths->pdata[i]);
}

GessoTraining *
gesso_training_load (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree float *losses = NULL;
  GessoLesson lesson = { 0 };
  GessoTraining *self = NULL;
  guint n;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error)
      && gesso_lesson_load (&lesson, file, error))
    {
      self = gesso_training_new (folder, &lesson);
      read_status (self, file);
      losses = gs_training_load_losses (folder, &n);
      if (losses)
        g_array_append_vals (self->losses, losses, n);
      self->report.n_steps = lesson.steps;
      find_samples (self);
    }
  gesso_lesson_clear (&lesson);
  return self;
}

static gboolean
save (GessoTraining *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, FILE_NAME, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  gesso_lesson_save (&self->lesson, file);
  g_key_file_set_string (file, GROUP, "status", status_names[self->status]);
  if (self->message)
    g_key_file_set_string (file, GROUP, "message", self->message);
  if (self->result)
    g_key_file_set_string (file, GROUP, "result", self->result);
  return g_key_file_save_to_file (file, path, error);
}

gboolean
gesso_training_set_status (GessoTraining *self, GessoTrainingStatus status, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_strdup (message);

  self->status = status;
  g_free (self->message);
  self->message = g_steal_pointer (&copy);
  if (!save (self, &error) && self->message == NULL)
    self->message = g_strdup (error->message);
  g_signal_emit (self, changed_signal, 0);

  return error == NULL;
}

char *
gesso_training_dup_target (const GessoLesson *lesson)
{
  return g_build_filename (g_get_user_data_dir (), "gesso",
                           lesson->is_lora ? "loras" : "embeddings", NULL);
}

/* ---- Reports -------------------------------------------------------------------------------- */

void
gesso_training_flush (GessoTraining *self)
{
  g_autoptr (GPtrArray) samples = NULL;

  g_mutex_lock (&self->lock);
  self->pending = FALSE;
  self->report = self->new_report;
  if (self->afresh)
    g_array_set_size (self->losses, 0);
  self->afresh = FALSE;
  g_array_append_vals (self->losses, self->new_losses->data, self->new_losses->len);
  g_array_set_size (self->new_losses, 0);
  samples = g_steal_pointer (&self->new_samples);
  self->new_samples = g_ptr_array_new_with_free_func (g_free);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < samples->len; i++)
    gtk_string_list_append (self->samples, samples->pdata[i]);
  g_signal_emit (self, changed_signal, 0);
}

static gboolean
deliver (gpointer data)
{
  gesso_training_flush (data);

  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
wake (GessoTraining *self)
{
  if (!self->pending)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, deliver, g_object_ref (self), g_object_unref);
  self->pending = TRUE;
}

void
gesso_training_report (GessoTraining *self, const GsTrainingProgress *progress)
{
  const float loss = (float) progress->loss;
  Report *report = &self->new_report;

  g_mutex_lock (&self->lock);
  if (progress->is_step)
    g_array_append_val (self->new_losses, loss);
  if (progress->sample_path)
    g_ptr_array_add (self->new_samples, g_strdup (progress->sample_path));
  if (progress->is_step || progress->sample_path || !report->started
      || report->phase != progress->phase || report->part != progress->part)
    wake (self);
  report->started = TRUE;
  report->phase = progress->phase;
  report->part = progress->part;
  report->n_parts = progress->n_parts;
  report->n_steps = progress->n_steps;
  report->peak_bytes = MAX (report->peak_bytes, progress->peak_bytes);
  /* Not known at the beginning of each turn, and then it is as it was. */
  if (progress->seconds_per_step > 0)
    report->seconds_per_step = progress->seconds_per_step;
  report->seconds_left = report->seconds_per_step > 0 && progress->n_steps >= progress->step
                           ? report->seconds_per_step * (progress->n_steps - progress->step) : -1;
  g_mutex_unlock (&self->lock);
}

void
gesso_training_report_losses (GessoTraining *self, const float *losses, guint n)
{
  g_mutex_lock (&self->lock);
  g_array_set_size (self->new_losses, 0);
  g_array_append_vals (self->new_losses, losses, n);
  self->afresh = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
gesso_training_prepare (GessoTraining *self)
{
  g_atomic_int_set (&self->interrupted, 0);
  g_atomic_int_set (&self->stopped, 0);
  g_mutex_lock (&self->lock);
  self->new_report = (Report) { .n_steps = self->lesson.steps, .seconds_left = -1 };
  self->report = self->new_report;
  g_mutex_unlock (&self->lock);
}

void
gesso_training_interrupt (GessoTraining *self, gboolean stop)
{
  if (stop)
    g_atomic_int_set (&self->stopped, 1);
  g_atomic_int_set (&self->interrupted, 1);
}

gboolean
gesso_training_is_interrupted (GessoTraining *self)
{
  return g_atomic_int_get (&self->interrupted) != 0;
}

gboolean
gesso_training_is_stopped (GessoTraining *self)
{
  return g_atomic_int_get (&self->stopped) != 0;
}

void
gesso_training_set_result (GessoTraining *self, const char *path)
{
  g_free (self->result);
  self->result = g_strdup (path);
}

/* ---- What it is ----------------------------------------------------------------------------- */

const char *
gesso_training_get_folder (GessoTraining *self)
{
  return self->folder;
}

const GessoLesson *
gesso_training_get_lesson (GessoTraining *self)
{
  return &self->lesson;
}

GessoTrainingStatus
gesso_training_get_status (GessoTraining *self)
{
  return self->status;
}

const char *
gesso_training_get_message (GessoTraining *self)
{
  return self->message;
}

const char *
gesso_training_get_result (GessoTraining *self)
{
  return self->result;
}

const float *
gesso_training_get_losses (GessoTraining *self, guint *n)
{
  *n = self->losses->len;
  return (const float *) (gpointer) self->losses->data;
}

GListModel *
gesso_training_get_samples (GessoTraining *self)
{
  return G_LIST_MODEL (self->samples);
}

double
gesso_training_get_fraction (GessoTraining *self)
{
  return CLAMP ((double) self->losses->len / self->lesson.steps, 0, 1);
}

/* ---- Words ---------------------------------------------------------------------------------- */

static char *
describe_learning (GessoTraining *self)
{
  const guint step = self->losses->len, n_steps = self->lesson.steps;
  g_autofree char *left = NULL;

  if (self->report.seconds_left < 0)
    return g_strdup_printf (_("Step %u of %u"), step, n_steps);
  left = gesso_training_describe_time (self->report.seconds_left);
  /* Translators: "Step 5 of 20 · about 12 minutes left" */
  return g_strdup_printf (_("Step %u of %u · about %s left"), step, n_steps, left);
}

static char *
describe_running (GessoTraining *self)
{
  const Report *r = &self->report;

  if (!r->started)
    return g_strdup (_("Waiting for the engine…"));
  switch (r->phase)
    {
    case GS_TRAINING_READ_PICTURES:
      return g_strdup_printf (_("Reading pictures: %u of %u"), r->part, r->n_parts);
    case GS_TRAINING_READ_CAPTIONS:
      return g_strdup_printf (_("Reading captions: %u of %u"), r->part, r->n_parts);
    case GS_TRAINING_SAMPLE:
      return g_strdup_printf (_("Painting samples: %u of %u"), r->part, r->n_parts);
    case GS_TRAINING_LEARN:
    default:
      return describe_learning (self);
    }
}

char *
gesso_training_dup_status (GessoTraining *self)
{
  switch (self->status)
    {
    case GESSO_TRAINING_WAITING:
      return g_strdup (_("Waiting for its turn"));
    case GESSO_TRAINING_RUNNING:
      return describe_running (self);
    case GESSO_TRAINING_PAUSED:
      return g_strdup_printf (_("Paused at step %u of %u"), self->losses->len, self->lesson.steps);
    case GESSO_TRAINING_FAILED:
      return g_strdup_printf (_("Stopped at step %u of %u"), self->losses->len, self->lesson.steps);
    case GESSO_TRAINING_FINISHED:
    default:
      return g_strdup_printf (ngettext ("Learned in %u step", "Learned in %u steps",
                                        self->losses->len), self->losses->len);
    }
}

char *
gesso_training_describe_time (double seconds)
{
  const guint whole = (guint) (MIN (seconds, 1e9) + 0.5), minutes = (whole + 30) / 60;

  if (whole < 60)
    return g_strdup_printf (ngettext ("%u second", "%u seconds", whole), whole);
  if (minutes < 100)
    return g_strdup_printf (ngettext ("%u minute", "%u minutes", minutes), minutes);
  return g_strdup_printf (ngettext ("%u hour", "%u hours", (minutes + 30) / 60), (minutes + 30) / 60);
}

char *
gesso_training_dup_pace (GessoTraining *self)
{
  g_autofree char *bytes = g_format_size (self->report.peak_bytes);

  if (self->report.seconds_per_step <= 0)
    return g_strdup ("");
  /* Translators: the time of a step, and memory */
  return g_strdup_printf (_("%.2g s a step · %s of memory"), self->report.seconds_per_step, bytes);
}
