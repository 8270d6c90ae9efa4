/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a word and pictures to a training. */
#include "config.h"

#include "gesso-teach-dialog.h"

#include "training/gesso-teach-row.h"
#include "training/gesso-teach-set.h"
#include "training/gesso-teach-trial.h"
#include "training/gesso-trainings.h"

#include <glib/gi18n.h>

#define CHECK_DELAY 400 /* ms after the last key */

typedef struct
{
  gboolean   tried;
  GessoTrial trial;
  char      *problem; /* why it cannot be taught, or NULL */
} Estimate;

struct _GessoTeachDialog
{
  AdwWindow        parent_instance;

  GtkWidget       *go;
  GtkEditable     *word;
  AdwComboRow     *subject;
  AdwComboRow     *kind;
  GtkEditable     *initial;
  GtkAdjustment   *steps_adjustment;
  AdwActionRow    *estimate;
  GtkSpinner      *spinner;
  GtkLabel        *problem;
  GtkListBox      *list;

  GessoEngine     *engine;
  char            *model;
  guint            native_size;
  GListModel      *names[2];     /* that are taken               */
  GListStore      *pictures;
  GCancellable    *cancellable;  /* of all that goes on          */
  guint            n_reading;    /* files that are being read    */
  char            *read_error;   /* or NULL                      */
  guint            check_timeout;
  char            *known;        /* word that the model has      */
  char            *checked;      /* the last one it was asked for */
  gboolean         steps_chosen;
  gboolean         setting;      /* the steps, ourselves         */
  GessoTraining   *training;     /* that is being prepared       */
  Estimate         estimates[2]; /* of a word, of a LoRA         */
  GCancellable    *trial;        /* of the one that is made      */
};

G_DEFINE_FINAL_TYPE (GessoTeachDialog, gesso_teach_dialog, ADW_TYPE_WINDOW)

enum
{
  TEACH,
  LAYERS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- The lesson ----------------------------------------------------------------------------- */

static gboolean
is_lora (GessoTeachDialog *self)
{
  return adw_combo_row_get_selected (self->kind) == 1;
}

/* Borrowed strings; the word without blanks around it, to be freed. */
static void
get_lesson (GessoTeachDialog *self, GessoLesson *lesson)
{
  lesson->word = g_strstrip (g_strdup (gtk_editable_get_text (self->word)));
  lesson->is_lora = is_lora (self);
  lesson->is_style = adw_combo_row_get_selected (self->subject) == 1;
  lesson->initial = g_strdup (lesson->is_lora ? "" : gtk_editable_get_text (self->initial));
  lesson->steps = (guint) gtk_adjustment_get_value (self->steps_adjustment);
  lesson->model = g_strdup (self->model);
}

static guint
count_good (GessoTeachDialog *self)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->pictures)); i++)
    {
      g_autoptr (GessoTeachPicture) picture = g_list_model_get_item (G_LIST_MODEL (self->pictures), i);

      n += gesso_teach_picture_get_problem (picture) == NULL;
    }
  return n;
}

static void try_out (GessoTeachDialog *self);

/* ---- Whether it can begin ------------------------------------------------------------------- */

static gboolean
is_taken (GListModel *names, const char *word)
{
  g_autofree char *wanted = g_utf8_casefold (word, -1);

  for (guint i = 0; names && i < g_list_model_get_n_items (names); i++)
    {
      g_autoptr (GtkStringObject) name = g_list_model_get_item (names, i);
      g_autofree char *folded = g_utf8_casefold (gtk_string_object_get_string (name), -1);

      if (g_str_equal (folded, wanted))
        return TRUE;
    }
  return FALSE;
}

/* A sentence about what is missing, or NULL. */
static char *
find_problem (GessoTeachDialog *self, const char *word)
{
  g_autoptr (GError) error = NULL;

  if (self->read_error)
    return g_strdup (self->read_error);
  if (*word && !gesso_lesson_check_word (word, &error))
    return g_strdup (error->message);
  if (is_taken (self->names[0], word) || is_taken (self->names[1], word))
    return g_strdup_printf (_("“%s” is in the library already: choose another word"), word);
  if (*word && !is_lora (self) && g_strcmp0 (self->known, word) == 0)
    return g_strdup_printf (_("The model knows the word “%s”: choose one that nobody uses, as “%s-new”"),
                            word, word);
  return g_strdup (self->estimates[is_lora (self)].problem);
}

/* A LoRA may learn a word that the model knows. */
static gboolean
is_checked (GessoTeachDialog *self, const char *word)
{
  return is_lora (self) || self->engine == NULL || g_strcmp0 (self->checked, word) == 0;
}

static void
show_estimate (GessoTeachDialog *self)
{
  const Estimate *estimate = &self->estimates[is_lora (self)];
  g_autofree char *time = NULL, *needed = NULL, *text = NULL;

  if (!estimate->tried)
    text = g_strdup (self->trial ? _("Measuring…") : "");
  else if (estimate->problem == NULL)
    {
      const double seconds = gesso_trial_estimate (
          &estimate->trial, (guint) gtk_adjustment_get_value (self->steps_adjustment));

      time = gesso_training_describe_time (MAX (seconds, 1)); /* never "about 0 seconds" */
      needed = g_format_size (estimate->trial.needed_bytes);
      /* Translators: a time, and memory of the graphics card */
      text = g_strdup_printf (_("About %s · %s of memory"), time, needed);
    }
  adw_action_row_set_subtitle (self->estimate, text ? text : "");
  gtk_spinner_set_spinning (self->spinner, self->trial != NULL || self->training != NULL);
}

static void
update (GessoTeachDialog *self)
{
  g_autofree char *word = g_strstrip (g_strdup (gtk_editable_get_text (self->word)));
  g_autofree char *problem = find_problem (self, word);

  gtk_label_set_text (self->problem, problem ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->initial), !is_lora (self));
  gtk_widget_set_sensitive (self->go, *word && problem == NULL && is_checked (self, word)
                                          && count_good (self) > 0
                                          && self->n_reading == 0 && self->training == NULL);
  try_out (self);
  show_estimate (self);
}

/* ---- What it will take ---------------------------------------------------------------------- */

typedef struct
{
  GWeakRef dialog; /* which is closed at once, though the engine takes its time to leave off */
  gboolean is_lora;
} Trial;

static void
trial_free (Trial *trial)
{
  g_weak_ref_clear (&trial->dialog);
  g_free (trial);
}

static void
on_tried (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;
  g_autoptr (GessoTeachDialog) self = g_weak_ref_get (&trial->dialog);
  g_autoptr (GError) error = NULL;
  GessoTrial measured = { 0 };
  const gboolean done = gesso_teach_trial_finish (result, &measured, &error);
  Estimate *estimate = self ? &self->estimates[trial->is_lora] : NULL;

  trial_free (trial);
  if (self == NULL || self->cancellable == NULL)
    return;
  g_clear_object (&self->trial);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  estimate->tried = TRUE;
  estimate->trial = measured;
  if (!done)
    estimate->problem = g_strdup (error->message);
  update (self);
}

/* Once for each kind, with the first picture that there is. */
static void
try_out (GessoTeachDialog *self)
{
  GListModel *pictures = G_LIST_MODEL (self->pictures);
  g_autoptr (GessoTeachPicture) picture = NULL;
  Trial *trial;

  if (self->trial || self->training || self->engine == NULL || self->estimates[is_lora (self)].tried)
    return;
  for (guint i = 0; picture == NULL && i < g_list_model_get_n_items (pictures); i++)
    {
      picture = g_list_model_get_item (pictures, i);
      if (gesso_teach_picture_get_problem (picture))
        g_clear_object (&picture);
    }
  if (picture == NULL)
    return;

  self->trial = g_cancellable_new ();
  trial = g_new0 (Trial, 1);
  g_weak_ref_init (&trial->dialog, self);
  trial->is_lora = is_lora (self);
  gesso_teach_trial_async (self->engine, picture, trial->is_lora, self->model, self->trial, on_tried,
                           trial);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *word = data;
  GessoTeachDialog *self;
  g_autoptr (GError) error = NULL;
  guint n_tokens, n_available;
  const gboolean counted = gesso_engine_count_tokens_finish (GESSO_ENGINE (source), result, &n_tokens,
                                                             &n_available, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the dialog is gone */
  self = g_object_get_data (G_OBJECT (g_task_get_cancellable (G_TASK (result))), "dialog");
  g_clear_pointer (&self->known, g_free);
  if (counted && n_tokens == 1)
    self->known = g_strdup (word);
  g_free (self->checked);
  self->checked = g_steal_pointer (&word);
  update (self);
}

/* A word of the vocabulary is one token. */
static gboolean
check_word (gpointer data)
{
  GessoTeachDialog *self = data;
  char *word = g_strstrip (g_strdup (gtk_editable_get_text (self->word)));

  self->check_timeout = 0;
  gesso_engine_count_tokens_async (self->engine, self->model, word, self->cancellable, on_counted, word);

  return G_SOURCE_REMOVE;
}

static void
on_word_changed (GessoTeachDialog *self)
{
  g_clear_handle_id (&self->check_timeout, g_source_remove);
  self->check_timeout = g_timeout_add (CHECK_DELAY, check_word, self);
  update (self);
}

static void
on_kind_changed (GessoTeachDialog *self)
{
  self->setting = TRUE;
  if (!self->steps_chosen)
    gtk_adjustment_set_value (self->steps_adjustment, gesso_lesson_propose_steps (is_lora (self)));
  self->setting = FALSE;
  update (self);
}

static void
on_steps_changed (GessoTeachDialog *self)
{
  show_estimate (self);
  self->steps_chosen = self->steps_chosen || !self->setting;
}

gboolean
gesso_teach_dialog_can_go (GessoTeachDialog *self)
{
  return gtk_widget_get_sensitive (self->go);
}

gboolean
gesso_teach_dialog_has_estimate (GessoTeachDialog *self)
{
  return self->estimates[is_lora (self)].tried;
}

/* ---- Pictures ------------------------------------------------------------------------------- */

static void
remove_picture (GessoTeachPicture *picture, gpointer data)
{
  GessoTeachDialog *self = data;
  guint position;

  if (g_list_store_find (self->pictures, picture, &position))
    g_list_store_remove (self->pictures, position);
}

static GtkWidget *
make_row (gpointer picture, gpointer data)
{
  GessoTeachDialog *self = data;

  return gesso_teach_row_new (picture, self->native_size, remove_picture, self);
}

void
gesso_teach_dialog_add_picture (GessoTeachDialog *self, GessoTeachPicture *picture)
{
  g_list_store_append (self->pictures, picture);
}

GListModel *
gesso_teach_dialog_get_pictures (GessoTeachDialog *self)
{
  return G_LIST_MODEL (self->pictures);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pictures = gesso_teach_set_read_finish (result, &error);
  GessoTeachDialog *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the dialog is gone */
  self->n_reading--;
  g_free (self->read_error);
  self->read_error = error ? g_strdup (error->message) : NULL;
  if (pictures)
    g_list_store_splice (self->pictures, g_list_model_get_n_items (G_LIST_MODEL (self->pictures)), 0,
                         pictures->pdata, pictures->len);
  update (self);
}

void
gesso_teach_dialog_add_files (GessoTeachDialog *self, GListModel *files)
{
  self->n_reading++;
  gesso_teach_set_read_async (files, self->cancellable, on_read, self);
  update (self);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoTeachDialog) self = data;
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT && self->cancellable)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      gesso_teach_dialog_add_files (self, files);
    }
  g_object_unref (dialog);
}

static void
ask_for_files (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const gboolean folder = g_str_equal (name, "teach.add-folder");
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      folder ? _("Add a Folder of Pictures") : _("Add Pictures"), GTK_WINDOW (widget),
      folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN, _("_Add"), NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  if (!folder)
    {
      gtk_file_filter_set_name (filter, _("Pictures"));
      gtk_file_filter_add_mime_type (filter, "image/*");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
      gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
    }
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
add_layers (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[LAYERS], 0);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, GessoTeachDialog *self)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    for (GSList *l = g_value_get_boxed (value); l; l = l->next)
      g_list_store_append (files, l->data);
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    g_list_store_append (files, g_value_get_object (value));
  if (g_list_model_get_n_items (G_LIST_MODEL (files)) == 0)
    return FALSE;

  gesso_teach_dialog_add_files (self, G_LIST_MODEL (files));
  return TRUE;
}

/* ---- Going ---------------------------------------------------------------------------------- */

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoTeachDialog) self = data;
  g_autoptr (GessoTraining) training = g_steal_pointer (&self->training);
  g_autoptr (GError) error = NULL;
  const gboolean written = gesso_teach_set_write_finish (result, &error);

  if (self->cancellable == NULL)
    return;
  if (written)
    {
      g_signal_emit (self, signals[TEACH], 0, training);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  g_free (self->read_error);
  self->read_error = g_strdup (error->message);
  update (self);
}

void
gesso_teach_dialog_go (GessoTeachDialog *self)
{
  GessoLesson lesson = { 0 };
  g_autofree char *folder = NULL;

  if (!gtk_widget_get_sensitive (self->go))
    return;
  get_lesson (self, &lesson);
  folder = gesso_trainings_dup_new_folder (lesson.word);
  self->training = gesso_training_new (folder, &lesson);
  gesso_lesson_clear (&lesson);
  g_clear_pointer (&self->read_error, g_free);
  if (self->trial)
    g_cancellable_cancel (self->trial);
  update (self);
  gesso_teach_set_write_async (G_LIST_MODEL (self->pictures), folder, on_written, g_object_ref (self));
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_teach_dialog_dispose (GObject *object)
{
  GessoTeachDialog *self = GESSO_TEACH_DIALOG (object);

  if (self->cancellable)
    {
      g_object_set_data (G_OBJECT (self->cancellable), "dialog", NULL);
      g_cancellable_cancel (self->cancellable);
    }
  g_clear_object (&self->cancellable);
  if (self->trial)
    g_cancellable_cancel (self->trial);
  g_clear_handle_id (&self->check_timeout, g_source_remove);
  g_clear_object (&self->names[0]);
  g_clear_object (&self->names[1]);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (gesso_teach_dialog_parent_class)->dispose (object);
}

static void
gesso_teach_dialog_finalize (GObject *object)
{
  GessoTeachDialog *self = GESSO_TEACH_DIALOG (object);

  g_clear_object (&self->pictures);
  g_clear_object (&self->training);
  g_clear_object (&self->trial);
  g_free (self->estimates[0].problem);
  g_free (self->estimates[1].problem);
  g_free (self->model);
  g_free (self->known);
  g_free (self->checked);
  g_free (self->read_error);

  G_OBJECT_CLASS (gesso_teach_dialog_parent_class)->finalize (object);
}

static void
gesso_teach_dialog_class_init (GessoTeachDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_teach_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = gesso_teach_dialog_finalize;

  signals[TEACH] = g_signal_new ("teach", GESSO_TYPE_TEACH_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, GESSO_TYPE_TRAINING);
  signals[LAYERS] = g_signal_new ("layers", GESSO_TYPE_TEACH_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/training/gesso-teach-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, go);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, word);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, subject);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, kind);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, initial);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, steps_adjustment);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, estimate);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, GessoTeachDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, gesso_teach_dialog_go);
  gtk_widget_class_bind_template_callback (widget_class, on_word_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_kind_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_steps_changed);
  gtk_widget_class_install_action (widget_class, "teach.add-files", NULL, ask_for_files);
  gtk_widget_class_install_action (widget_class, "teach.add-folder", NULL, ask_for_files);
  gtk_widget_class_install_action (widget_class, "teach.add-layers", NULL, add_layers);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gesso_teach_dialog_init (GessoTeachDialog *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  self->pictures = g_list_store_new (GESSO_TYPE_TEACH_PICTURE);
  self->cancellable = g_cancellable_new ();
  g_object_set_data (G_OBJECT (self->cancellable), "dialog", self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->pictures), make_row, self, NULL);
  g_signal_connect_object (self->pictures, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

GessoTeachDialog *
gesso_teach_dialog_new (GtkWindow *parent, GessoEngine *engine, const char *model, guint native_size,
                        GListModel *embeddings, GListModel *loras)
{
  GessoTeachDialog *self = g_object_new (GESSO_TYPE_TEACH_DIALOG, "transient-for", parent, NULL);

  self->engine = g_object_ref (engine);
  self->model = g_strdup (model);
  self->native_size = native_size;
  g_set_object (&self->names[0], embeddings);
  g_set_object (&self->names[1], loras);
  self->steps_chosen = FALSE;
  on_kind_changed (self);

  return self;
}
