/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scales and a toggle, of which those are shown that the tool at hand knows. */
#include "config.h"

#include "gesso-brush-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#define SCALE_WIDTH 72

struct _GessoBrushBar
{
  GtkBox        parent_instance;

  GtkWidget    *size, *hardness, *opacity, *tolerance, *follow; /* each with its label */
  GtkWidget    *hint;
  GessoToolbox *toolbox;
};

G_DEFINE_FINAL_TYPE (GessoBrushBar, gesso_brush_bar, GTK_TYPE_BOX)

static void
on_tool_changed (GessoBrushBar *self)
{
  GessoToolKind kind = gesso_toolbox_get_kind (self->toolbox);
  gboolean brush = kind <= GESSO_TOOL_MASK_ERASER, fill = kind == GESSO_TOOL_FILL;
  gboolean masks = kind == GESSO_TOOL_MASK_BRUSH || kind == GESSO_TOOL_MASK_ERASER ||
                   kind == GESSO_TOOL_FRAME;
  const char *hint = NULL;

  gtk_widget_set_visible (self->size, brush);
  gtk_widget_set_visible (self->hardness, brush);
  gtk_widget_set_visible (self->opacity, brush || fill);
  gtk_widget_set_visible (self->tolerance, fill);
  gtk_widget_set_visible (self->follow, masks);

  if (kind == GESSO_TOOL_RECTANGLE || kind == GESSO_TOOL_LASSO)
    hint = _("Shift adds, Ctrl subtracts, a click selects all");
  else if (kind == GESSO_TOOL_PICKER)
    hint = _("Click a color in the picture");
  else if (kind == GESSO_TOOL_MOVE)
    hint = _("Drag, or use the arrow keys");
  gtk_widget_set_visible (self->hint, hint != NULL);
  gtk_label_set_label (GTK_LABEL (self->hint), hint ? hint : "");
}

/* ---- The scale of sizes is logarithmic: 1 and 1000 pixels are equally far from 32 ------------ */

static gboolean
size_to_scale (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_double (to, log (g_value_get_double (from)));
  return TRUE;
}

static gboolean
scale_to_size (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_double (to, CLAMP (round (exp (g_value_get_double (from))), 1, 1000));
  return TRUE;
}

static char *
format_size (GtkScale *scale, double value, gpointer data)
{
  /* Translators: a brush's size in pixels */
  return g_strdup_printf (_("%d px"), (int) lrint (exp (value)));
}

static char *
format_percent (GtkScale *scale, double value, gpointer data)
{
  return g_strdup_printf (_("%d %%"), (int) lrint (value * 100));
}

static GtkWidget *
add_scale (GessoBrushBar *self, const char *name, const char *tooltip, double lower, double upper,
           double step, GtkAdjustment **adjustment)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *scale;

  *adjustment = gtk_adjustment_new (lower, lower, upper, step, step * 5, 0);
  scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, *adjustment);
  gtk_widget_set_size_request (scale, SCALE_WIDTH, -1);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_widget_set_tooltip_text (scale, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), scale);
  gtk_box_append (GTK_BOX (self), box);

  return box;
}

static GtkScale *
get_scale (GtkWidget *box)
{
  return GTK_SCALE (gtk_widget_get_last_child (box));
}

static GtkAdjustment *
get_adjustment (GtkWidget *box)
{
  return gtk_range_get_adjustment (GTK_RANGE (get_scale (box)));
}

void
gesso_brush_bar_bind (GessoBrushBar *self, GessoToolbox *toolbox)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  g_set_object (&self->toolbox, toolbox);
  g_object_bind_property_full (toolbox, "size", get_adjustment (self->size), "value", flags,
                               size_to_scale, scale_to_size, NULL, NULL);
  g_object_bind_property (toolbox, "hardness", get_adjustment (self->hardness), "value", flags);
  g_object_bind_property (toolbox, "opacity", get_adjustment (self->opacity), "value", flags);
  g_object_bind_property (toolbox, "tolerance", get_adjustment (self->tolerance), "value", flags);
  g_object_bind_property (toolbox, "follow-mask", self->follow, "active", flags);
  g_signal_connect_object (toolbox, "notify::tool", G_CALLBACK (on_tool_changed), self,
                           G_CONNECT_SWAPPED);
  on_tool_changed (self);
}

static void
gesso_brush_bar_dispose (GObject *object)
{
  g_clear_object (&GESSO_BRUSH_BAR (object)->toolbox);

  G_OBJECT_CLASS (gesso_brush_bar_parent_class)->dispose (object);
}

static void
gesso_brush_bar_class_init (GessoBrushBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_brush_bar_dispose;
}

static void
gesso_brush_bar_init (GessoBrushBar *self)
{
  GtkAdjustment *adjustment;

  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "brush-bar");
  self->size = add_scale (self, _("Size"), _("Brush Size ([ and ])"), 0, log (1000), 0.1, &adjustment);
  gtk_scale_set_format_value_func (get_scale (self->size), format_size, NULL, NULL);
  self->hardness = add_scale (self, _("Hardness"), _("Brush Hardness"), 0, 1, 0.05, &adjustment);
  gtk_scale_set_format_value_func (get_scale (self->hardness), format_percent, NULL, NULL);
  self->opacity = add_scale (self, _("Opacity"), _("Brush Opacity"), 0, 1, 0.05, &adjustment);
  gtk_scale_set_format_value_func (get_scale (self->opacity), format_percent, NULL, NULL);
  self->tolerance = add_scale (self, _("Tolerance"), _("How Far a Filled Color May Differ"), 0, 255,
                               1, &adjustment);
  gtk_scale_set_digits (get_scale (self->tolerance), 0);

  self->follow = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->follow), "gesso-follow-symbolic");
  gtk_widget_set_tooltip_text (self->follow, _("The Frame Follows the Mask"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->follow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("The frame follows the mask"), -1);
  gtk_widget_add_css_class (self->follow, "flat");
  gtk_box_append (GTK_BOX (self), self->follow);

  self->hint = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->hint), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->hint, "dim-label");
  gtk_box_append (GTK_BOX (self), self->hint);
}
