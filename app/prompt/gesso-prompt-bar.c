/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card under the canvas. */
#include "config.h"

#include "gesso-prompt-bar.h"

#include "prompt/gesso-history-popover.h"
#include "prompt/gesso-prompt-view.h"
#include "window/gesso-reflow-layout.h"

#include <glib/gi18n.h>

#define CHUNK 75 /* tokens that the text encoder reads at a time */

struct _GessoPromptBar
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GessoPromptView *prompt;
  GessoPromptView *negative_prompt;
  GtkStack *status_stack;
  GtkLabel *tokens;
  GtkLabel *status;
  GtkProgressBar *progress;
  GtkStack *button_stack;
  GtkWidget *generate;
  GtkWidget *cancel;
  GtkWidget *history_button;
  GessoHistoryPopover *history_popover;

  GessoJob *job;
  GessoPromptHistory *history;
  GessoPromptHistory *negative_history;
};

G_DEFINE_FINAL_TYPE (GessoPromptBar, gesso_prompt_bar, GTK_TYPE_WIDGET)

static gboolean
gesso_prompt_bar_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (GESSO_PROMPT_BAR (widget)->prompt));
}

/* Tab goes from the prompts to the buttons, however they lie. By their places GTK took the buttons for the
 * first, and having them behind it from the prompts on, never came to them. */
static gboolean
gesso_prompt_bar_focus (GtkWidget *widget, GtkDirectionType direction)
{
  GessoPromptBar *self = GESSO_PROMPT_BAR (widget);
  GtkWidget *order[] = { GTK_WIDGET (self->prompt), GTK_WIDGET (self->negative_prompt),
                         GTK_WIDGET (self->history_button), GTK_WIDGET (self->button_stack) };
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  int n = G_N_ELEMENTS (order), step = direction == GTK_DIR_TAB_FORWARD ? 1 : -1;
  int i = step > 0 ? 0 : n - 1;

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (gesso_prompt_bar_parent_class)->focus (widget, direction);

  for (int k = 0; k < n && focus; k++)
    if (focus == order[k] || gtk_widget_is_ancestor (focus, order[k]))
      i = k + step;
  for (; i >= 0 && i < n; i += step)
    if (gtk_widget_child_focus (order[i], direction))
      return TRUE;

  return FALSE;
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
gesso_prompt_bar_set_tokens (GessoPromptBar *self, guint n_tokens, guint n_available)
{
  guint n_chunks = n_available / CHUNK;
  g_autofree char *shown = NULL;
  g_autofree char *said = NULL;

  if (n_tokens > 0)
    {
      /* Translators: the words of a prompt as the model counts them, and how many fit */
      said = g_strdup_printf (ngettext ("%u of %u token", "%u of %u tokens", n_available), n_tokens,
                              n_available);
      if (n_chunks > 1)
        /* Translators: tokens used and tokens that fit, and in how many pieces the prompt is read */
        shown = g_strdup_printf (ngettext ("%u / %u · %u chunk", "%u / %u · %u chunks", n_chunks),
                                 n_tokens, n_available, n_chunks);
      else
        shown = g_strdup_printf ("%u / %u", n_tokens, n_available);
    }

  gtk_label_set_label (self->tokens, shown ? shown : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->tokens), said);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->tokens), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  said ? said : "", -1);
}

void
gesso_prompt_bar_set_names (GessoPromptBar *self, GListModel *loras, GListModel *embeddings)
{
  gesso_prompt_view_set_loras (self->prompt, loras);
  gesso_prompt_view_set_embeddings (self->prompt, embeddings);
  gesso_prompt_view_set_embeddings (self->negative_prompt, embeddings);
}

void
gesso_prompt_bar_add_words (GessoPromptBar *self, const char *words)
{
  g_autofree char *text = NULL;
  g_autofree char *more = NULL;

  g_object_get (self->prompt, "text", &text, NULL);
  g_strchomp (text);
  more = g_strconcat (text, *text == '\0' ? "" : g_str_has_suffix (text, ",") ? " " : ", ", words,
                      NULL);
  gesso_prompt_view_replace (self->prompt, more);
}

/* ---- Former prompts ------------------------------------------------------------------------- */

static void
remember (GessoPromptView *view, GessoPromptHistory *history)
{
  g_autofree char *text = NULL;

  g_object_get (view, "text", &text, NULL);
  gesso_prompt_history_add (history, text);
}

void
gesso_prompt_bar_remember (GessoPromptBar *self)
{
  remember (self->prompt, self->history);
  remember (self->negative_prompt, self->negative_history);
}

static void
on_prompt_chosen (GessoHistoryPopover *popover, const char *prompt, GessoPromptBar *self)
{
  gesso_prompt_view_replace (self->prompt, prompt);
  gtk_widget_grab_focus (GTK_WIDGET (self->prompt));
}

static void
update_history_button (GessoPromptBar *self)
{
  gtk_widget_set_sensitive (self->history_button,
                            gesso_prompt_history_get (self->history, 0) != NULL);
}

static void
init_history (GessoPromptBar *self)
{
  self->history = gesso_prompt_history_new ("prompts");
  self->negative_history = gesso_prompt_history_new ("negative-prompts");
  gesso_prompt_view_set_history (self->prompt, self->history);
  gesso_prompt_view_set_history (self->negative_prompt, self->negative_history);
  gesso_history_popover_bind (self->history_popover, self->history);
  g_signal_connect (self->history_popover, "chosen", G_CALLBACK (on_prompt_chosen), self);
  g_signal_connect_object (gesso_prompt_history_get_list (self->history), "items-changed",
                           G_CALLBACK (update_history_button), self, G_CONNECT_SWAPPED);
  update_history_button (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

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
  g_clear_object (&self->history);
  g_clear_object (&self->negative_history);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_prompt_bar_parent_class)->dispose (object);
}

static void
gesso_prompt_bar_class_init (GessoPromptBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_prompt_bar_dispose;
  widget_class->grab_focus = gesso_prompt_bar_grab_focus;
  widget_class->focus = gesso_prompt_bar_focus;

  g_type_ensure (GESSO_TYPE_HISTORY_POPOVER);
  g_type_ensure (GESSO_TYPE_PROMPT_VIEW);
  g_type_ensure (GESSO_TYPE_REFLOW_LAYOUT);
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
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, history_button);
  gtk_widget_class_bind_template_child (widget_class, GessoPromptBar, history_popover);
}

static void
gesso_prompt_bar_init (GessoPromptBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  init_history (self);
}
