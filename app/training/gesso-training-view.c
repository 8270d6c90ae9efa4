/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A training's page. */
#include "config.h"

#include "gesso-training-view.h"

#include "training/gesso-loss-plot.h"
#include "training/gesso-training-samples.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _GessoTrainingView
{
  GtkWidget       parent_instance;

  GtkStack       *stack;
  GtkDropDown    *choice;
  GtkLabel       *title;
  GtkLabel       *status;
  GtkProgressBar *progress;
  GtkLabel       *message;
  GessoLossPlot  *plot;
  GtkLabel       *pace;
  GtkFlowBox     *samples;
  GtkWidget      *pause_place, *resume_place, *stop_place, *use_place;

  GessoTrainings *trainings;
  GessoTraining  *training;   /* that is shown, or NULL           */
  gboolean        choosing;   /* the choice follows what is shown */
};

G_DEFINE_FINAL_TYPE (GessoTrainingView, gesso_training_view, GTK_TYPE_WIDGET)

static guint used_signal;

/* ---- What is shown -------------------------------------------------------------------------- */

static void
update_actions (GessoTrainingView *self)
{
  const GessoTrainingStatus status = gesso_training_get_status (self->training);
  const gboolean active = status == GESSO_TRAINING_RUNNING || status == GESSO_TRAINING_WAITING;
  const gboolean finished = status == GESSO_TRAINING_FINISHED;
  GtkWidget *widget = GTK_WIDGET (self);
  guint n;

  gesso_training_get_losses (self->training, &n);
  gtk_widget_set_visible (self->pause_place, active);
  gtk_widget_set_visible (self->resume_place, !active && !finished);
  gtk_widget_set_visible (self->stop_place, !finished);
  gtk_widget_set_visible (self->use_place, finished);
  gtk_widget_action_set_enabled (widget, "training.pause", active);
  gtk_widget_action_set_enabled (widget, "training.resume", !active && !finished);
  gtk_widget_action_set_enabled (widget, "training.stop", !finished && n > 0);
  gtk_widget_action_set_enabled (widget, "training.use",
                                 finished && gesso_training_get_result (self->training) != NULL);
}

static void
update (GessoTrainingView *self)
{
  const GessoLesson *lesson;
  g_autofree char *status = NULL, *pace = NULL;
  const char *message;
  const float *losses;
  guint n;

  gtk_stack_set_visible_child_name (self->stack, self->training ? "training" : "empty");
  if (self->training == NULL)
    return;

  lesson = gesso_training_get_lesson (self->training);
  status = gesso_training_dup_status (self->training);
  pace = gesso_training_dup_pace (self->training);
  message = gesso_training_get_message (self->training);
  losses = gesso_training_get_losses (self->training, &n);
  gtk_label_set_text (self->title, lesson->word);
  gtk_label_set_text (self->status, status);
  gtk_progress_bar_set_fraction (self->progress, gesso_training_get_fraction (self->training));
  gtk_label_set_text (self->message, message ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL);
  gtk_label_set_text (self->pace, pace);
  gtk_widget_set_visible (GTK_WIDGET (self->pace), *pace != '\0');
  gesso_loss_plot_set_losses (self->plot, losses, n, lesson->steps);
  update_actions (self);
}

GessoTraining *
gesso_training_view_get_training (GessoTrainingView *self)
{
  return self->training;
}

void
gesso_training_view_set_training (GessoTrainingView *self, GessoTraining *training)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->trainings));

  self->choosing = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoTraining) item = g_list_model_get_item (G_LIST_MODEL (self->trainings), i);

      if (item == training)
        gtk_drop_down_set_selected (self->choice, i);
    }
  self->choosing = FALSE;
  if (training != self->training)
    {
      if (self->training)
        g_signal_handlers_disconnect_by_func (self->training, update, self);
      g_set_object (&self->training, training);
      gesso_training_samples_bind (self->samples, training);
      if (training)
        g_signal_connect_object (training, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

static void
on_chosen (GessoTrainingView *self)
{
  GessoTraining *chosen = gtk_drop_down_get_selected_item (self->choice);

  if (!self->choosing && chosen)
    gesso_training_view_set_training (self, chosen);
}

static void
on_items_changed (GessoTrainingView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->trainings));
  GessoTraining *current = gesso_trainings_get_current (self->trainings);
  g_autoptr (GessoTraining) first = g_list_model_get_item (G_LIST_MODEL (self->trainings), 0);
  gboolean is_there = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoTraining) item = g_list_model_get_item (G_LIST_MODEL (self->trainings), i);

      is_there = is_there || item == self->training;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->choice), n > 1);
  gesso_training_view_set_training (self, is_there ? self->training : current ? current : first);
}

static char *
dup_name (GessoTraining *training)
{
  return g_strdup (gesso_training_get_lesson (training)->word);
}

/* ---- Actions -------------------------------------------------------------------------------- */

static void
activate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoTrainingView *self = GESSO_TRAINING_VIEW (widget);

  if (self->training == NULL)
    return;
  if (g_str_equal (name, "training.pause"))
    gesso_trainings_pause (self->trainings, self->training);
  else if (g_str_equal (name, "training.resume"))
    gesso_trainings_resume (self->trainings, self->training);
  else if (g_str_equal (name, "training.stop"))
    gesso_trainings_stop (self->trainings, self->training);
  else if (g_str_equal (name, "training.use"))
    g_signal_emit (self, used_signal, 0, self->training);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, GessoTrainingView *self)
{
  GessoTraining *training = g_object_get_data (G_OBJECT (dialog), "training");

  if (g_str_equal (response, "delete") && self->trainings)
    gesso_trainings_remove (self->trainings, training);
}

static void
ask_to_delete (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoTrainingView *self = GESSO_TRAINING_VIEW (widget);
  const gboolean finished = self->training
                            && gesso_training_get_status (self->training) == GESSO_TRAINING_FINISHED;
  GtkWidget *dialog;

  if (self->training == NULL)
    return;
  dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (widget)), _("Delete the Training?"),
      finished ? _("The pictures that it learned from and those on the way go. The word stays in the library.")
               : _("What was learned so far goes, and so do the pictures made on the way."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "delete",
                                    _("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "training", g_object_ref (self->training), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_training_view_dispose (GObject *object)
{
  GessoTrainingView *self = GESSO_TRAINING_VIEW (object);

  if (self->samples)
    gesso_training_samples_bind (self->samples, NULL);
  self->samples = NULL;
  self->choosing = TRUE;
  if (self->stack)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  if (self->training)
    g_signal_handlers_disconnect_by_func (self->training, update, self);
  g_clear_object (&self->training);
  g_clear_object (&self->trainings);

  G_OBJECT_CLASS (gesso_training_view_parent_class)->dispose (object);
}

static void
gesso_training_view_class_init (GessoTrainingViewClass *klass)
{
  static const char *const actions[] = { "training.pause", "training.resume", "training.stop",
                                         "training.use" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_training_view_dispose;
  used_signal = g_signal_new ("used", GESSO_TYPE_TRAINING_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, GESSO_TYPE_TRAINING);

  g_type_ensure (GESSO_TYPE_LOSS_PLOT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/training/gesso-training-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, stack);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, choice);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, title);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, status);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, progress);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, message);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, plot);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, pace);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, samples);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, pause_place);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, resume_place);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, stop_place);
  gtk_widget_class_bind_template_child (widget_class, GessoTrainingView, use_place);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate);
  gtk_widget_class_install_action (widget_class, "training.delete", NULL, ask_to_delete);
}

static void
gesso_training_view_init (GessoTrainingView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gesso_training_view_new (GessoTrainings *trainings)
{
  GessoTrainingView *self = g_object_new (GESSO_TYPE_TRAINING_VIEW, NULL);
  GtkExpression *name = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL,
                                                     G_CALLBACK (dup_name), NULL, NULL);

  self->trainings = g_object_ref (trainings);
  self->choosing = TRUE;
  gtk_drop_down_set_expression (self->choice, name);
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (trainings));
  self->choosing = FALSE;
  gtk_expression_unref (name);
  g_signal_connect_object (trainings, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  on_items_changed (self);

  return GTK_WIDGET (self);
}
