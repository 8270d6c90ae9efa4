/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of trainings, their turns, and their folders. */
#include "config.h"

#include "gesso-trainings.h"

#include "application/gesso-awake.h"
#include "training/gesso-teach-set.h"

#include <glib/gi18n.h>
#include <string.h>

#define STOP "stop" /* a training's, which is to stop as soon as it has its turn */

struct _GessoTrainings
{
  GObject         parent_instance;

  GtkApplication *application; /* not owned; NULL once closed, or where there is none */
  GessoEngine    *engine;      /* not owned                              */
  GPtrArray      *list;
  GessoTraining  *running;     /* in the engine's hands                  */
  GessoTraining  *unwanted;    /* it, if it is to be removed             */
  guint           inhibit_cookie;
  gboolean        closed;
};

static GType
get_item_type (GListModel *model)
{
  return GESSO_TYPE_TRAINING;
}

static guint
get_n_items (GListModel *model)
{
  return GESSO_TRAININGS (model)->list->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *list = GESSO_TRAININGS (model)->list;

  return position < list->len ? g_object_ref (list->pdata[position]) : NULL;
}

static void
init_list_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (GessoTrainings, gesso_trainings, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, init_list_model))

enum
{
  LEARNT,
  ENDED,
  PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Folders -------------------------------------------------------------------------------- */

static char *
dup_root (void)
{
  return g_build_filename (g_get_user_data_dir (), "gesso", "trainings", NULL);
}

char *
gesso_trainings_dup_new_folder (const char *word)
{
  g_autofree char *root = dup_root ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  /* In the order in which they were made. */
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");

  for (guint i = 0;; i++)
    {
      g_autofree char *name = i == 0 ? g_strdup_printf ("%s-%s", time, word)
                                     : g_strdup_printf ("%s-%u-%s", time, i, word);
      g_autofree char *folder = g_build_filename (root, name, NULL);

      if (!g_file_test (folder, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&folder);
    }
}

static void
remove_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gesso_teach_remove_folder (data);
  g_task_return_boolean (task, TRUE);
}

static void
start_removing (const char *folder)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, remove_in_thread);
}

/* ---- Turns ---------------------------------------------------------------------------------- */

static void run_next (GessoTrainings *self);

static void
keep_awake (GessoTrainings *self, gboolean awake)
{
  if (self->application)
    gesso_awake_set (&self->inhibit_cookie, self->application,
                     gtk_application_get_active_window (self->application), awake,
                     _("The model is learning"));
}

static void
on_changed (GessoTrainings *self)
{
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
on_trained (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoTrainings) self = data;
  g_autoptr (GessoTraining) training = g_steal_pointer (&self->running);
  g_autoptr (GError) error = NULL;
  const gboolean learnt = gesso_engine_train_finish (GESSO_ENGINE (source), result, &error);
  const gboolean unwanted = training == self->unwanted;

  self->unwanted = NULL;
  if (unwanted)
    start_removing (gesso_training_get_folder (training));
  else if (learnt)
    gesso_training_set_status (training, GESSO_TRAINING_FINISHED, NULL);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gesso_training_set_status (training, GESSO_TRAINING_FAILED, error->message);
  else if (self->closed)
    return; /* as running, which it will do again */
  /* Paused, or taken up again meanwhile. */
  else if (gesso_training_get_status (training) == GESSO_TRAINING_RUNNING)
    gesso_training_set_status (training, GESSO_TRAINING_PAUSED, NULL);

  if (self->closed)
    return;
  keep_awake (self, FALSE);
  if (learnt && !unwanted)
    g_signal_emit (self, signals[LEARNT], 0, training);
  else if (gesso_training_get_status (training) == GESSO_TRAINING_FAILED && !unwanted)
    g_signal_emit (self, signals[ENDED], 0, training);
  run_next (self);
  on_changed (self);
}

static void
run (GessoTrainings *self, GessoTraining *training)
{
  self->running = g_object_ref (training);
  gesso_training_set_status (training, GESSO_TRAINING_RUNNING, NULL);
  keep_awake (self, TRUE);
  gesso_engine_train_async (self->engine, training, on_trained, g_object_ref (self));
  if (g_object_steal_data (G_OBJECT (training), STOP))
    gesso_training_interrupt (training, TRUE);
}

/* The one that has waited longest. */
static void
run_next (GessoTrainings *self)
{
  for (guint i = self->list->len; self->running == NULL && !self->closed && i-- > 0;)
    if (gesso_training_get_status (self->list->pdata[i]) == GESSO_TRAINING_WAITING)
      run (self, self->list->pdata[i]);
}

static void
insert (GessoTrainings *self, GessoTraining *training)
{
  g_ptr_array_insert (self->list, 0, g_object_ref (training));
  g_signal_connect_object (training, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
}

/* ---- What is asked for ---------------------------------------------------------------------- */

void
gesso_trainings_add (GessoTrainings *self, GessoTraining *training)
{
  insert (self, training);
  gesso_training_set_status (training, GESSO_TRAINING_WAITING, NULL);
  run_next (self);
}

void
gesso_trainings_pause (GessoTrainings *self, GessoTraining *training)
{
  gesso_training_set_status (training, GESSO_TRAINING_PAUSED, NULL);
  if (training == self->running)
    gesso_training_interrupt (training, FALSE);
}

void
gesso_trainings_resume (GessoTrainings *self, GessoTraining *training)
{
  gesso_training_set_status (training, GESSO_TRAINING_WAITING, NULL);
  run_next (self);
}

void
gesso_trainings_stop (GessoTrainings *self, GessoTraining *training)
{
  if (training == self->running)
    {
      gesso_training_interrupt (training, TRUE);
      return;
    }
  g_object_set_data (G_OBJECT (training), STOP, training);
  gesso_trainings_resume (self, training);
}

void
gesso_trainings_remove (GessoTrainings *self, GessoTraining *training)
{
  guint position;

  if (!g_ptr_array_find (self->list, training, &position))
    return;

  g_signal_handlers_disconnect_by_data (training, self);
  if (training == self->running)
    {
      self->unwanted = training;
      gesso_training_interrupt (training, FALSE);
    }
  else
    start_removing (gesso_training_get_folder (training));
  g_ptr_array_remove_index (self->list, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  on_changed (self);
}

GessoTraining *
gesso_trainings_get_current (GessoTrainings *self)
{
  GessoTraining *current = self->running && self->running != self->unwanted ? self->running : NULL;

  for (guint i = 0; i < self->list->len && current == NULL; i++)
    if (gesso_training_get_status (self->list->pdata[i]) != GESSO_TRAINING_FINISHED)
      current = self->list->pdata[i];

  return current;
}

/* ---- The object ----------------------------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* What somebody was trying out when the program ended. */
static void
remove_trials (void)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "gesso", NULL);
  g_autoptr (GDir) dir = g_dir_open (cache, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "trial-") || g_str_has_prefix (name, ".trial-"))
      {
        g_autofree char *path = g_build_filename (cache, name, NULL);

        start_removing (path);
      }
}

void
gesso_trainings_load (GessoTrainings *self)
{
  g_autofree char *root = dup_root ();
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (folders, g_build_filename (root, name, NULL));
  g_ptr_array_sort (folders, compare_names);
  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *base = g_path_get_basename (folders->pdata[i]);
      g_autoptr (GessoTraining) training = NULL;

      if (*base == '.')
        start_removing (folders->pdata[i]); /* was being prepared when the program ended */
      else if ((training = gesso_training_load (folders->pdata[i], NULL)))
        insert (self, training);
    }
  remove_trials ();
  run_next (self);
}

void
gesso_trainings_close (GessoTrainings *self)
{
  self->closed = TRUE;
  keep_awake (self, FALSE);
  self->application = NULL;
  if (self->running)
    gesso_training_interrupt (self->running, FALSE);
  while (self->running)
    g_main_context_iteration (NULL, TRUE);
}

static void
gesso_trainings_finalize (GObject *object)
{
  GessoTrainings *self = GESSO_TRAININGS (object);

  g_ptr_array_unref (self->list);
  g_clear_object (&self->running);

  G_OBJECT_CLASS (gesso_trainings_parent_class)->finalize (object);
}

static void
gesso_trainings_class_init (GessoTrainingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_trainings_finalize;

  signals[LEARNT] = g_signal_new ("learnt", GESSO_TYPE_TRAININGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, GESSO_TYPE_TRAINING);
  signals[ENDED] = g_signal_new ("ended", GESSO_TYPE_TRAININGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, GESSO_TYPE_TRAINING);
  signals[PROGRESS] = g_signal_new ("progress", GESSO_TYPE_TRAININGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
gesso_trainings_init (GessoTrainings *self)
{
  self->list = g_ptr_array_new_with_free_func (g_object_unref);
}

GessoTrainings *
gesso_trainings_new (GtkApplication *application, GessoEngine *engine)
{
  GessoTrainings *self = g_object_new (GESSO_TYPE_TRAININGS, NULL);

  self->application = application;
  self->engine = engine;

  return self;
}
