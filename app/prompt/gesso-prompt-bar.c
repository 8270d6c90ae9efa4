/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card under the canvas. */
#include "config.h"

#include "gesso-prompt-bar.h"

#include "gesso-prompt-view.h"

struct _GessoPromptBar
{
  GtkWidget        parent_instance;

  GtkWidget       *box;
  GessoPromptView *prompt;
  GessoPromptView *negative_prompt;
  GtkStack        *status_stack;
  GtkLabel        *tokens;
  GtkLabel        *status;
  GtkProgressBar  *progress;
  GtkStack        *button_stack;
  GtkWidget       *generate;
  GtkWidget       *cancel;

  GessoJob        *job;
};

G_DEFINE_FINAL_TYPE (GessoPromptBar, gesso_prompt_bar, GTK_TYPE_WIDGET)

static gboolean
gesso_prompt_bar_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (GESSO_PROMPT_BAR (widget)->prompt));
}

static void
on_job_changed (GessoJob *job, GessoPromptBar *self)
{
  g_autofree char *status = gesso_job_dup_status (job);
  double fraction = gesso_job_get_fraction (job);

  gtk_label_set_label (self->status, status);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, MIN (fraction, 1));
  else
    gtk_progress_bar_pulse (self->progress);
}

void
gesso_prompt_bar_set_job (GessoPromptBar *self, GessoJob *job)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  gboolean had_focus = focus == self->generate || focus == self->cancel;

  if (self->job)
    g_signal_handlers_disconnect_by_func (self->job, on_job_changed, self);
  g_set_object (&self->job, job);

  gtk_stack_set_visible_child_name (self->button_stack, job ? "cancel" : "generate");
  gtk_stack_set_visible_child_name (self->status_stack, job ? "busy" : "idle");
  if (had_focus)
    gtk_widget_grab_focus (job ? self->cancel : self->generate);

  gtk_progress_bar_set_fraction (self->progress, 0);
  if (job)
    {
      g_signal_connect (job, "changed", G_CALLBACK (on_job_changed), self);
      on_job_changed (job, self);
    }
}

void
gesso_prompt_bar_set_note (GessoPromptBar *self, const char *note)
{
  gtk_label_set_label (self->tokens, note ? note : "");
}

void
gesso_prompt_bar_bind (GessoPromptBar *self, GessoSettings *settings)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  g_object_bind_property (settings, "prompt", self->prompt, "text", flags);
  g_object_bind_property (settings, "negative-prompt", self->negative_prompt, "text", flags);
}

static void
gesso_prompt_bar_dispose (GObject *object)
{
  GessoPromptBar *self = GESSO_PROMPT_BAR (object);

  if (self->job)
    g_signal_handlers_disconnect_by_func (self->job, on_job_changed, self);
  g_clear_object (&self->job);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_prompt_bar_parent_class)->dispose (object);
}

static void
gesso_prompt_bar_class_init (GessoPromptBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_prompt_bar_dispose;
  widget_class->grab_focus = gesso_prompt_bar_grab_focus;

  g_type_ensure (GESSO_TYPE_PROMPT_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-prompt-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, box);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, prompt);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, negative_prompt);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, status_stack);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, tokens);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, status);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, progress);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, button_stack);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, generate);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, cancel);
}

static void
gesso_prompt_bar_init (GessoPromptBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
