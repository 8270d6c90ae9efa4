/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trial: a picture is written, learned from a few times, and forgotten. */
#include "config.h"

#include "gesso-teach-trial.h"

#include "training/gesso-teach-set.h"

#define STEPS 3
#define WORD "gesso-trial"

typedef struct
{
  GessoEngine   *engine;
  GessoTraining *training;
  gulong         handler; /* of the cancellable */
} Trying;

static void
trying_free (Trying *trying)
{
  g_object_unref (trying->engine);
  g_object_unref (trying->training);
  g_free (trying);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  gesso_training_interrupt (data, FALSE);
}

static void
end (GTask *task, const GessoTrial *trial, GError *error)
{
  Trying *trying = g_task_get_task_data (task);

  if (trying->handler)
    g_cancellable_disconnect (g_task_get_cancellable (task), trying->handler);
  gesso_teach_remove_folder (gesso_training_get_folder (trying->training)); /* few and small files */
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_memdup2 (trial, sizeof *trial), g_free);
}

static void
on_tried (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GessoTrial trial;

  gesso_engine_try_training_finish (GESSO_ENGINE (source), result, &trial, &error);
  end (task, &trial, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Trying *trying = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (!gesso_teach_set_write_finish (result, &error)
      || g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      end (task, NULL, error);
      return;
    }
  gesso_engine_try_training_async (trying->engine, trying->training, on_tried, g_object_ref (task));
  if (cancellable)
    trying->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), trying->training,
                                             NULL);
}

void
gesso_teach_trial_async (GessoEngine        *engine,
                         GessoTeachPicture  *picture,
                         gboolean            is_lora,
                         const char         *model,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GListStore) pictures = g_list_store_new (GESSO_TYPE_TEACH_PICTURE);
  const GessoLesson lesson = { .word = (char *) WORD, .is_lora = is_lora, .steps = STEPS,
                               .model = (char *) model };
  g_autofree char *name = g_strdup_printf ("trial-%08x", g_random_int ());
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "gesso", name, NULL);
  Trying *trying = g_new0 (Trying, 1);

  trying->engine = g_object_ref (engine);
  trying->training = gesso_training_new (folder, &lesson);
  g_task_set_source_tag (task, gesso_teach_trial_async);
  g_task_set_task_data (task, trying, (GDestroyNotify) trying_free);
  g_list_store_append (pictures, picture);
  gesso_teach_set_write_async (G_LIST_MODEL (pictures), folder, on_written, g_object_ref (task));
}

gboolean
gesso_teach_trial_finish (GAsyncResult *result, GessoTrial *trial, GError **error)
{
  g_autofree GessoTrial *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found)
    *trial = *found;
  return found != NULL;
}
