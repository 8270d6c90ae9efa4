/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GtkTextView with a placeholder and its text as a property. */
#include "config.h"

#include "gesso-prompt-view.h"

struct _GessoPromptView
{
  GtkTextView parent_instance;

  char       *placeholder_text;
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

static gboolean
is_empty (GessoPromptView *self)
{
  return gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self))) == 0;
}

static void
gesso_prompt_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (widget);

  GTK_WIDGET_CLASS (gesso_prompt_view_parent_class)->snapshot (widget, snapshot);

  if (self->placeholder_text && is_empty (self))
    {
      g_autoptr (PangoLayout) layout =
          gtk_widget_create_pango_layout (widget, self->placeholder_text);
      GtkTextView *view = GTK_TEXT_VIEW (self);
      GdkRGBA color;
      int width = gtk_widget_get_width (widget) - gtk_text_view_get_left_margin (view) -
                  gtk_text_view_get_right_margin (view);

      gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
      color.alpha *= 0.55f;
      pango_layout_set_width (layout, MAX (width, 0) * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot,
                              &GRAPHENE_POINT_INIT ((float) gtk_text_view_get_left_margin (view),
                                                    (float) gtk_text_view_get_top_margin (view)));
      gtk_snapshot_append_layout (snapshot, layout, &color);
      gtk_snapshot_restore (snapshot);
    }
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

static void
on_text_changed (GtkTextBuffer *buffer, GParamSpec *pspec, GessoPromptView *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static char *
dup_text (GessoPromptView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  return text;
}

static void
set_text (GessoPromptView *self, const char *text)
{
  g_autofree char *old = dup_text (self);

  text = text ? text : "";
  if (g_strcmp0 (old, text) != 0)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), text, -1);
}

static void
gesso_prompt_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoPromptView *self = GESSO_PROMPT_VIEW (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_take_string (value, dup_text (self));
      break;
    case PROP_PLACEHOLDER_TEXT:
      g_value_set_string (value, self->placeholder_text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_prompt_view_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
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

  object_class->get_property = gesso_prompt_view_get_property;
  object_class->set_property = gesso_prompt_view_set_property;
  object_class->finalize = gesso_prompt_view_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = gesso_prompt_view_snapshot;
  GTK_TEXT_VIEW_CLASS (klass)->paste_clipboard = gesso_prompt_view_paste_clipboard;

  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_PLACEHOLDER_TEXT] =
      g_param_spec_string ("placeholder-text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_prompt_view_init (GessoPromptView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, 12);
  gtk_text_view_set_right_margin (view, 12);
  g_signal_connect (gtk_text_view_get_buffer (view), "notify::text", G_CALLBACK (on_text_changed),
                    self);
}
