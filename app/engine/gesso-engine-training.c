/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A training on the engine thread: it learns until somebody waits for the thread, and then goes behind
 * them in the queue.
 */
#include "config.h"

#include "gesso-engine-private.h"
#include "gesso-training-private.h"

#include "gs.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define N_PROMPTS 2
#define SAMPLES 8       /* times that sample pictures are made */
#define MIN_EVERY 20    /* but not more often than so many steps */
#define SAMPLE_STEPS 12

typedef struct
{
  GessoTraining  *training;
  GessoWorker    *worker;  /* while it runs */
  GsTrainingPhase phase;   /* how far reading has come in all turns */
  guint           part;
  char           *path;    /* of what came of it */
  gboolean        is_trial;
  GessoTrial      trial;
  gint64          last_step; /* when it ended; 0: there was none in this turn */
} Run;

static void
run_free (Run *run)
{
  g_clear_object (&run->training);
  g_free (run->path);
  g_free (run);
}

/* ---- What is learnt ------------------------------------------------------------------------- */

/* The same prompts all the way, so that pictures can be compared. They are the model's, in English. */
static char **
list_prompts (const GessoLesson *lesson)
{
  static const char *const things[N_PROMPTS] = { "a picture of %s", "a picture of %s, snow, night" };
  static const char *const styles[N_PROMPTS] = { "a house in the style of %s",
                                                 "a boat on the sea in the style of %s" };
  char **prompts = g_new0 (char *, N_PROMPTS + 1);

  for (guint i = 0; i < N_PROMPTS; i++)
    {
      g_auto (GStrv) halves = g_strsplit (lesson->is_style ? styles[i] : things[i], "%s", 2);

      prompts[i] = g_strconcat (halves[0], lesson->word, halves[1], NULL);
    }
  return prompts;
}

static guint
sample_every (guint n_steps)
{
  return MAX (n_steps / SAMPLES, MIN_EVERY);
}

static GsTraining *
begin (GsSession *session, const char *folder, const GessoLesson *lesson, gboolean is_trial,
       GError **error)
{
  g_autofree char *pictures = g_build_filename (folder, "pictures", NULL);
  g_auto (GStrv) prompts = list_prompts (lesson);
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;

  options.kind = lesson->is_lora ? GS_TRAINING_LORA : GS_TRAINING_INVERSION;
  options.data = pictures;
  options.state = folder;
  options.word = lesson->word;
  options.subject = lesson->is_style ? GS_SUBJECT_STYLE : GS_SUBJECT_OBJECT;
  options.steps = lesson->steps;
  options.initial = *lesson->initial ? lesson->initial : NULL;
  options.sample_every = is_trial ? 0 : sample_every (lesson->steps);
  options.sample_steps = SAMPLE_STEPS;
  options.prompts = (const char *const *) prompts;
  options.state_seconds = 30;
  return gs_training_new (session, &options, error);
}

static GsTraining *
open_training (GessoWorker *worker, GsSession *session, Run *run, GError **error)
{
  const char *folder = gesso_training_get_folder (run->training);
  g_autofree char *settings = g_build_filename (folder, "settings.ini", NULL);
  GsTraining *training = gesso_worker_get_training (worker, folder);
  const float *losses;
  guint n;

  if (training)
    return training;
  gesso_worker_keep_training (worker, NULL, NULL);
  training = g_file_test (settings, G_FILE_TEST_EXISTS)
               ? gs_training_resume (session, folder, error)
               : begin (session, folder, gesso_training_get_lesson (run->training), run->is_trial, error);
  if (training == NULL)
    return NULL;

  gesso_worker_keep_training (worker, training, folder);
  losses = gs_training_get_losses (training, &n);
  gesso_training_report_losses (run->training, losses, n);
  return training;
}

static gboolean
check_memory (GsTraining *training, Run *run, GError **error)
{
  g_autofree char *planned = NULL, *there = NULL;
  GessoTrial *trial = &run->trial;

  if (!gs_training_plan (training, &trial->needed_bytes, &trial->available_bytes, error))
    return FALSE;
  if (trial->needed_bytes <= trial->available_bytes)
    return TRUE;
  planned = g_format_size (trial->needed_bytes);
  there = g_format_size (trial->available_bytes);
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               _("Teaching this model needs %s of the graphics card’s memory, and there are %s: close "
                 "other programs, or teach a smaller model"), planned, there);
  return FALSE;
}

/* ---- Turns ---------------------------------------------------------------------------------- */

/* A turn ends only where it has got further, so that the work always comes to an end. */
static gboolean
has_got_on (Run *run, const GsTrainingProgress *p)
{
  if (p->phase == GS_TRAINING_LEARN || p->phase == GS_TRAINING_SAMPLE)
    return p->is_step || p->sample != NULL;
  if (p->phase < run->phase || (p->phase == run->phase && p->part <= run->part))
    return FALSE;
  run->phase = p->phase;
  run->part = p->part;
  return TRUE;
}

/* The quickest step of all: the first one prepares much, and somebody else may have been at work. */
static void
measure (Run *run, const GsTrainingProgress *p)
{
  const gint64 now = g_get_monotonic_time ();
  const double seconds = run->last_step ? (double) (now - run->last_step) / G_USEC_PER_SEC
                                        : p->seconds_per_step;

  if (!p->is_step)
    return;
  if (run->trial.seconds_per_step <= 0 || (seconds > 0 && seconds < run->trial.seconds_per_step))
    run->trial.seconds_per_step = seconds;
  run->last_step = now;
}

static gboolean
on_progress (const GsTrainingProgress *progress, gpointer data)
{
  Run *run = data;
  const gboolean got_on = has_got_on (run, progress);

  gesso_training_report (run->training, progress);
  measure (run, progress);
  if (gesso_training_is_interrupted (run->training) || gesso_worker_is_stopping (run->worker))
    return FALSE;
  return !got_on || !gesso_worker_is_awaited (run->worker);
}

static gboolean
on_loading (const GsProgress *progress, gpointer data)
{
  return !gesso_training_is_interrupted (data);
}

/* Another file than any that is there. */
static gboolean
save (GsTraining *training, Run *run, GError **error)
{
  const GessoLesson *lesson = gesso_training_get_lesson (run->training);
  g_autofree char *folder = gesso_training_dup_target (lesson);
  g_autofree char *shown = g_filename_display_name (folder);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, _("The folder %s could not be made: %s"), shown,
                   g_strerror (errno));
      return FALSE;
    }
  for (guint i = 1; run->path == NULL || g_file_test (run->path, G_FILE_TEST_EXISTS); i++)
    {
      g_autofree char *name = i == 1 ? g_strdup_printf ("%s.safetensors", lesson->word)
                                     : g_strdup_printf ("%s-%u.safetensors", lesson->word, i);

      g_free (run->path);
      run->path = g_build_filename (folder, name, NULL);
    }
  return gs_training_save (training, run->path, error);
}

/* Until it is finished, told to leave off, or awaited. */
static gboolean
take_turn (Run *run, gboolean *finished, GError **error)
{
  const GessoLesson *lesson = gesso_training_get_lesson (run->training);
  const gboolean stopped = gesso_training_is_stopped (run->training);
  GsSession *session = gesso_worker_open_model (run->worker, lesson->model, NULL,
                                                stopped ? NULL : on_loading, run->training, error);
  GsTraining *training = session ? open_training (run->worker, session, run, error) : NULL;

  if (training == NULL)
    return FALSE;
  if (!stopped
      && ((run->phase == 0 && run->part == 0 && !check_memory (training, run, error))
          || !gs_training_run (training, on_progress, run, finished, error)))
    return FALSE;
  if (!*finished && !gesso_training_is_stopped (run->training))
    return TRUE;
  *finished = TRUE;
  return run->is_trial || save (training, run, error);
}

static void
train_work (GessoWorker *worker, GTask *task)
{
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean finished = FALSE, done;

  run->worker = worker;
  run->last_step = 0;
  done = take_turn (run, &finished, &error);
  run->worker = NULL;
  if (done && !finished && !gesso_training_is_interrupted (run->training)
      && !gesso_worker_is_stopping (worker))
    {
      gesso_worker_push (worker, task, train_work);
      return;
    }

  gesso_worker_keep_training (worker, NULL, NULL);
  if (!done)
    gesso_worker_return_error (worker, task, error);
  else if (finished)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The training pauses");
}

static void
start (GessoEngine *self, GessoTraining *training, gboolean is_trial, GAsyncReadyCallback callback,
       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Run *run = g_new0 (Run, 1);

  run->training = g_object_ref (training);
  run->is_trial = is_trial;
  g_task_set_source_tag (task, start);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  gesso_training_prepare (training);
  gesso_device_count_work (gesso_devices_get_first (gesso_engine_get_devices (self)), 1);
  gesso_worker_push (gesso_engine_get_worker (self), task, train_work);
}

gboolean
gesso_engine_train_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  Run *run = g_task_get_task_data (G_TASK (result));
  const gboolean done = g_task_propagate_boolean (G_TASK (result), error);

  gesso_device_count_work (gesso_devices_get_first (gesso_engine_get_devices (self)), -1);
  gesso_training_flush (run->training);
  if (done)
    gesso_training_set_result (run->training, run->path);
  return done;
}

void
gesso_engine_train_async (GessoEngine        *self,
                          GessoTraining      *training,
                          GAsyncReadyCallback callback,
                          gpointer            data)
{
  start (self, training, FALSE, callback, data);
}

void
gesso_engine_try_training_async (GessoEngine        *self,
                                 GessoTraining      *training,
                                 GAsyncReadyCallback callback,
                                 gpointer            data)
{
  start (self, training, TRUE, callback, data);
}

gboolean
gesso_engine_try_training_finish (GessoEngine *self, GAsyncResult *result, GessoTrial *trial,
                                  GError **error)
{
  Run *run = g_task_get_task_data (G_TASK (result));

  gesso_device_count_work (gesso_devices_get_first (gesso_engine_get_devices (self)), -1);
  *trial = run->trial;
  return g_task_propagate_boolean (G_TASK (result), error);
}

double
gesso_trial_estimate (const GessoTrial *trial, guint n_steps)
{
  /* Each denoising step evaluates the model twice, and learning costs some three times as much as that
   * once; samples are also made before the first step. */
  const guint n_times = n_steps / sample_every (n_steps) + 1;
  const double n_evaluations = 2.0 * N_PROMPTS * SAMPLE_STEPS * n_times;

  return trial->seconds_per_step * (n_steps + n_evaluations / 3);
}
