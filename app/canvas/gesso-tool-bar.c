/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of tools; buttons are made of it. */
#include "config.h"

#include "gesso-tool-bar.h"

#include <glib/gi18n.h>

#define GAP 6 /* all of them are seen in a window 600 pixels high */

struct _GessoToolBar
{
  GtkBox           parent_instance;

  GtkToggleButton *buttons[GESSO_N_TOOLS];
  GtkColorButton  *color;
  GessoToolbox    *toolbox;
};

G_DEFINE_FINAL_TYPE (GessoToolBar, gesso_tool_bar, GTK_TYPE_BOX)

/* In the order of the bar. Translators: the key of a tool stands in brackets after its name. */
static const struct
{
  GessoToolKind kind;
  const char   *icon, *name, *tooltip;
  gboolean      gap; /* before it */
} tools[] = {
  { GESSO_TOOL_BRUSH, "gesso-brush-symbolic", N_ ("Brush"), N_ ("Brush (B); Ctrl Picks a Color"),
    FALSE },
  { GESSO_TOOL_ERASER, "gesso-eraser-symbolic", N_ ("Eraser"),
    N_ ("Eraser (E, or the Right Button)"), FALSE },
  { GESSO_TOOL_FILL, "gesso-fill-symbolic", N_ ("Fill"), N_ ("Fill (F)"), FALSE },
  { GESSO_TOOL_PICKER, "gesso-picker-symbolic", N_ ("Color Picker"), N_ ("Color Picker (P)"), FALSE },
  { GESSO_TOOL_RECTANGLE, "gesso-rectangle-symbolic", N_ ("Rectangle Selection"),
    N_ ("Rectangle Selection (R); Shift Adds, Ctrl Subtracts"), TRUE },
  { GESSO_TOOL_LASSO, "gesso-lasso-symbolic", N_ ("Lasso Selection"),
    N_ ("Lasso Selection (L); Shift Adds, Ctrl Subtracts"), FALSE },
  { GESSO_TOOL_MOVE, "gesso-move-symbolic", N_ ("Move"), N_ ("Move the Layer or Selection (V or T)"),
    FALSE },
  { GESSO_TOOL_MASK_BRUSH, "gesso-mask-symbolic", N_ ("Mask Brush"),
    N_ ("Mask Brush: Paint What Is to Change (M)"), TRUE },
  { GESSO_TOOL_MASK_ERASER, "gesso-mask-eraser-symbolic", N_ ("Mask Eraser"),
    N_ ("Mask Eraser (E after M)"), FALSE },
  { GESSO_TOOL_FRAME, "gesso-frame-symbolic", N_ ("Frame"), N_ ("Frame: What Is Generated (G)"),
    FALSE },
};

static void
on_toggled (GtkToggleButton *button, GessoToolBar *self)
{
  if (self->toolbox && gtk_toggle_button_get_active (button))
    gesso_toolbox_set_kind (self->toolbox, GPOINTER_TO_UINT (
                                               g_object_get_data (G_OBJECT (button), "kind")));
}

static void
on_tool_changed (GessoToolBar *self)
{
  gtk_toggle_button_set_active (self->buttons[gesso_toolbox_get_kind (self->toolbox)], TRUE);
}

void
gesso_tool_bar_bind (GessoToolBar *self, GessoToolbox *toolbox)
{
  g_set_object (&self->toolbox, toolbox);
  g_signal_connect_object (toolbox, "notify::tool", G_CALLBACK (on_tool_changed), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (toolbox, "color", self->color, "rgba",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  on_tool_changed (self);
}

static void
gesso_tool_bar_dispose (GObject *object)
{
  g_clear_object (&GESSO_TOOL_BAR (object)->toolbox);

  G_OBJECT_CLASS (gesso_tool_bar_parent_class)->dispose (object);
}

static void
gesso_tool_bar_class_init (GessoToolBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_tool_bar_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "toolbar");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_TOOLBAR);
}

static void
add_button (GessoToolBar *self, guint i)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), tools[i].icon);
  gtk_widget_set_tooltip_text (button, _(tools[i].tooltip));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(tools[i].name), -1);
  gtk_widget_add_css_class (button, "flat");
  /* The keys belong to the canvas, and so does the focus after a click. */
  gtk_widget_set_focus_on_click (button, FALSE);
  if (tools[i].gap)
    gtk_widget_set_margin_top (button, GAP);
  g_object_set_data (G_OBJECT (button), "kind", GUINT_TO_POINTER (tools[i].kind));
  if (i > 0)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), self->buttons[tools[0].kind]);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
  self->buttons[tools[i].kind] = GTK_TOGGLE_BUTTON (button);
  gtk_box_append (GTK_BOX (self), button);
}

static void
gesso_tool_bar_init (GessoToolBar *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "tool-bar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Tools"),
                                  -1);
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    add_button (self, i);

  self->color = GTK_COLOR_BUTTON (gtk_color_button_new ());
  gtk_color_button_set_title (self->color, _("Brush Color"));
  /* The button within is what has the focus. */
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->color))),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _("Brush Color"), -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->color), _("Brush Color"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->color), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Brush color"), -1);
  gtk_widget_set_margin_top (GTK_WIDGET (self->color), GAP);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->color));
}
