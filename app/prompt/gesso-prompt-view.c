/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GtkTextView with a placeholder, its text as a property, and keys for what a prompt needs. */
#include "config.h"

#include "gesso-prompt-view.h"

#include "prompt/gesso-placeholder.h"
#include "prompt/gesso-prompt-buffer.h"
#include "prompt/gesso-prompt-highlight.h"
#include "prompt/gesso-prompt-recall.h"

struct _GessoPromptView
{
  GtkTextView parent_instance;

  char *placeholder_text;
  GessoPromptHighlight *highlight;
  GessoPromptCompletion *completion;
  gboolean composing; /* an input method's text stands at the cursor */
  gboolean editing;   /* the text is being changed by other than typing */

  GessoPromptRecall recall;
};

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_PLACEHOLDER_TEXT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoPromptView, gesso_prompt_view, GTK_TYPE_TEXT_VIEW)

static GParamSpec *properties[N_PROPS];

static GtkTextBuffer *
get_buffer (GessoPromptView *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
}

/* ---- The placeholder ------------------------------------------------------------------------ */

static gboolean
is_empty (GessoPromptView *self)
{
  return gtk_text_buffer_get_char_count (get_buffer (self)) == 0;
}

static void
gesso_prompt_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (widget);

  GTK_WIDGET_CLASS (gesso_prompt_view_parent_class)->snapshot (widget, snapshot);

  if (self->placeholder_text && !self->composing && is_empty (self))
    gesso_placeholder_snapshot (GTK_TEXT_VIEW (self), self->placeholder_text, snapshot);
}

/* A list beside the cursor is placed anew with the text. */
static void
gesso_prompt_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (gesso_prompt_view_parent_class)
    ->size_allocate (widget, width, height, baseline);

  gtk_popover_present (GTK_POPOVER (GESSO_PROMPT_VIEW (widget)->completion));
}

/* ---- Edits ---------------------------------------------------------------------------------- */

static void
apply (GessoPromptView *self, const GessoPromptEdit *edit)
{
  self->editing = TRUE;
  gesso_prompt_buffer_apply (get_buffer (self), edit);
  self->editing = FALSE;
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self),
                                      gtk_text_buffer_get_insert (get_buffer (self)));
}

static void
change_weight (GtkWidget *widget, const char *action_name, GVariant *n_steps)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (widget);
  g_autofree char *text = gesso_prompt_buffer_dup_text (get_buffer (self));
  g_auto (GessoPromptEdit) edit = { 0 };
  guint start, end;

  gesso_prompt_buffer_get_selection (get_buffer (self), &start, &end);
  if (gesso_prompt_weight_change (text, start, end, g_variant_get_int32 (n_steps), &edit))
    apply (self, &edit);
  else
    gtk_widget_error_bell (widget);
}

void
gesso_prompt_view_replace (GessoPromptView *self, const char *text)
{
  guint n_chars = (guint) g_utf8_strlen (text, -1);
  GessoPromptEdit edit = { 0, (guint) gtk_text_buffer_get_char_count (get_buffer (self)),
                           (char *) text, n_chars, n_chars };

  apply (self, &edit);
}

/* ---- Former prompts ------------------------------------------------------------------------- */

static void
go_through_history (GtkWidget *widget, const char *action_name, GVariant *n_steps)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (widget);
  g_autofree char *text = gesso_prompt_buffer_dup_text (get_buffer (self));
  const char *former =
      gesso_prompt_recall_step (&self->recall, text, g_variant_get_int32 (n_steps) > 0);

  if (former)
    gesso_prompt_view_replace (self, former);
  else
    gtk_widget_error_bell (widget);
}

void
gesso_prompt_view_set_history (GessoPromptView *self, GessoPromptHistory *history)
{
  gesso_prompt_recall_set_history (&self->recall, history);
}

/* ---- Names ---------------------------------------------------------------------------------- */

void
gesso_prompt_view_set_loras (GessoPromptView *self, GListModel *names)
{
  gesso_prompt_completion_set_loras (self->completion, names);
  gesso_prompt_highlight_set_loras (self->highlight, names);
}

void
gesso_prompt_view_set_embeddings (GessoPromptView *self, GListModel *names)
{
  gesso_prompt_completion_set_embeddings (self->completion, names);
  gesso_prompt_highlight_set_embeddings (self->highlight, names);
}

GessoPromptCompletion *
gesso_prompt_view_get_completion (GessoPromptView *self)
{
  return self->completion;
}

static void
on_typed (GessoPromptView *self)
{
  gesso_prompt_completion_update (self->completion,
                                  !self->editing && gtk_widget_is_focus (GTK_WIDGET (self)));
}

static void
on_cursor_moved (GessoPromptView *self)
{
  gesso_prompt_completion_update (self->completion, FALSE);
}

static void
on_focus_left (GtkEventControllerFocus *controller, GessoPromptView *self)
{
  gesso_prompt_completion_dismiss (self->completion);
}

/* ---- Keys ----------------------------------------------------------------------------------- */

/* Before the text view's own bindings and input method, but for a text that is being composed. */
static gboolean
on_key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                GessoPromptView *self)
{
  if (self->composing || !gesso_prompt_completion_is_open (self->completion) ||
      (state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      gesso_prompt_completion_move (self->completion, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      gesso_prompt_completion_move (self->completion, 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Tab:
    case GDK_KEY_KP_Tab:
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      gesso_prompt_completion_accept (self->completion);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      gesso_prompt_completion_dismiss (self->completion);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
on_preedit_changed (GessoPromptView *self, const char *preedit)
{
  self->composing = preedit && *preedit;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The window's accelerator comes first, but only while a picture can be made; at other times the key
 * must not end up as a new line in the text. */
static gboolean
generate (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  if (!gtk_widget_activate_action (widget, "win.generate", NULL))
    gtk_widget_error_bell (widget);

  return TRUE;
}

static void
add_generate_shortcut (GtkShortcutController *controller, guint key)
{
  GtkShortcutTrigger *trigger = gtk_keyval_trigger_new (key, GDK_CONTROL_MASK);
  GtkShortcutAction *action = gtk_callback_action_new (generate, NULL, NULL);

  gtk_shortcut_controller_add_shortcut (controller, gtk_shortcut_new (trigger, action));
}

/* The text view has meanings of its own for these keys, so ours are looked at first. */
static void
add_shortcuts (GessoPromptView *self)
{
  static const struct
  {
    guint keys[2];
    GdkModifierType modifiers;
    const char *action;
    int n_steps;
  } shortcuts[] = {
    { { GDK_KEY_Up, GDK_KEY_KP_Up }, GDK_CONTROL_MASK, "prompt.weight", 1 },
    { { GDK_KEY_Down, GDK_KEY_KP_Down }, GDK_CONTROL_MASK, "prompt.weight", -1 },
    { { GDK_KEY_Up, GDK_KEY_KP_Up }, GDK_ALT_MASK, "prompt.history", 1 },
    { { GDK_KEY_Down, GDK_KEY_KP_Down }, GDK_ALT_MASK, "prompt.history", -1 },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    for (guint k = 0; k < G_N_ELEMENTS (shortcuts[i].keys); k++)
      {
        GtkShortcut *shortcut =
          gtk_shortcut_new (gtk_keyval_trigger_new (shortcuts[i].keys[k], shortcuts[i].modifiers),
                            gtk_named_action_new (shortcuts[i].action));

        gtk_shortcut_set_arguments (shortcut, g_variant_new_int32 (shortcuts[i].n_steps));
        gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
      }
  add_generate_shortcut (GTK_SHORTCUT_CONTROLLER (controller), GDK_KEY_Return);
  add_generate_shortcut (GTK_SHORTCUT_CONTROLLER (controller), GDK_KEY_KP_Enter);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

/* Text goes into the view, a picture to the window. */
static void
gesso_prompt_view_paste_clipboard (GtkTextView *view)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (view));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE) &&
      !gdk_content_formats_contain_gtype (formats, G_TYPE_STRING))
    gtk_widget_activate_action (GTK_WIDGET (view), "win.paste", NULL);
  else
    GTK_TEXT_VIEW_CLASS (gesso_prompt_view_parent_class)->paste_clipboard (view);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
on_text_changed (GessoPromptView *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
set_text (GessoPromptView *self, const char *text)
{
  GtkTextBuffer *buffer = get_buffer (self);
  g_autofree char *old = gesso_prompt_buffer_dup_text (buffer);

  text = text ? text : "";
  if (g_strcmp0 (old, text) != 0)
    gtk_text_buffer_set_text (buffer, text, -1);
}

static void
gesso_prompt_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_take_string (value, gesso_prompt_buffer_dup_text (get_buffer (self)));
      break;
    case PROP_PLACEHOLDER_TEXT:
      g_value_set_string (value, self->placeholder_text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_prompt_view_set_property (GObject *object, guint prop_id, const GValue *value,
                                GParamSpec *pspec)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      set_text (self, g_value_get_string (value));
      break;
    case PROP_PLACEHOLDER_TEXT:
      g_free (self->placeholder_text);
      self->placeholder_text = g_value_dup_string (value);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER,
                                      self->placeholder_text, -1);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_prompt_view_dispose (GObject *object)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (object);

  g_clear_object (&self->highlight);
  gesso_prompt_recall_clear (&self->recall);
  if (self->completion)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->completion)));

  G_OBJECT_CLASS (gesso_prompt_view_parent_class)->dispose (object);
}

static void
gesso_prompt_view_finalize (GObject *object)
{
  g_free (GESSO_PROMPT_VIEW (object)->placeholder_text);

  G_OBJECT_CLASS (gesso_prompt_view_parent_class)->finalize (object);
}

static void
gesso_prompt_view_class_init (GessoPromptViewClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_prompt_view_get_property;
  object_class->set_property = gesso_prompt_view_set_property;
  object_class->dispose = gesso_prompt_view_dispose;
  object_class->finalize = gesso_prompt_view_finalize;
  widget_class->snapshot = gesso_prompt_view_snapshot;
  widget_class->size_allocate = gesso_prompt_view_size_allocate;
  GTK_TEXT_VIEW_CLASS (klass)->paste_clipboard = gesso_prompt_view_paste_clipboard;

  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_PLACEHOLDER_TEXT] =
    g_param_spec_string ("placeholder-text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "prompt.weight", "i", change_weight);
  gtk_widget_class_install_action (widget_class, "prompt.history", "i", go_through_history);
}

static void
gesso_prompt_view_init (GessoPromptView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, 12);
  gtk_text_view_set_right_margin (view, 12);

  self->highlight = gesso_prompt_highlight_new (buffer);
  self->completion = gesso_prompt_completion_new (view);
  g_signal_connect_object (buffer, "notify::text", G_CALLBACK (on_text_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "end-user-action", G_CALLBACK (on_typed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "notify::cursor-position", G_CALLBACK (on_cursor_moved), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "preedit-changed", G_CALLBACK (on_preedit_changed), NULL);

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (focus, "leave", G_CALLBACK (on_focus_left), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  add_shortcuts (self);
}
