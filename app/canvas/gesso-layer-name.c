/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A label and an entry, of which one is shown. */
#include "config.h"

#include "gesso-layer-name.h"

#include <glib/gi18n.h>

struct _GessoLayerName
{
  GtkWidget      parent_instance;

  GtkWidget     *label, *entry;
  GessoPainting *painting;
  GessoLayer    *layer;
  guint          left; /* source, once the focus has left the entry */
};

G_DEFINE_FINAL_TYPE (GessoLayerName, gesso_layer_name, GTK_TYPE_WIDGET)

static void
show_entry (GessoLayerName *self, gboolean shown)
{
  gtk_widget_set_visible (self->label, !shown);
  gtk_widget_set_visible (self->entry, shown);
}

void
gesso_layer_name_edit (GessoLayerName *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), gesso_layer_get_name (self->layer));
  show_entry (self, TRUE);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

/* A layer keeps its name where there is none to take, and while something is done to the painting. */
static void
end (GessoLayerName *self, gboolean take)
{
  g_autofree char *name = NULL;

  g_clear_handle_id (&self->left, g_source_remove);
  if (!gtk_widget_get_visible (self->entry))
    return;

  name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  show_entry (self, FALSE);
  if (take && *name && !gesso_painting_is_changing (self->painting) &&
      gesso_painting_find_layer (self->painting, self->layer, NULL))
    gesso_layer_set_name (self->layer, name);
}

static void
end_and_go_back (GessoLayerName *self, gboolean take)
{
  GtkWidget *row = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_LIST_BOX_ROW);

  end (self, take);
  if (row)
    gtk_widget_grab_focus (row);
}

static void
on_activate (GtkEntry *entry, GessoLayerName *self)
{
  end_and_go_back (self, TRUE);
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoLayerName        *self)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;

  end_and_go_back (self, FALSE);
  return GDK_EVENT_STOP;
}

static gboolean
on_left (gpointer data)
{
  GessoLayerName *self = data;

  self->left = 0;
  end (self, TRUE);

  return G_SOURCE_REMOVE;
}

/* Not at once: the row may be on its way out, in the middle of an undo. */
static void
on_focus_left (GtkEventControllerFocus *controller, GessoLayerName *self)
{
  if (self->left == 0 && self->layer)
    self->left = g_idle_add (on_left, self);
}

static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, GessoLayerName *self)
{
  if (n_press != 2)
    return;

  /* Or the row takes the focus. */
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gesso_layer_name_edit (self);
}

static void
gesso_layer_name_dispose (GObject *object)
{
  GessoLayerName *self = GESSO_LAYER_NAME (object);

  g_clear_object (&self->layer);
  g_clear_object (&self->painting);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  g_clear_pointer (&self->entry, gtk_widget_unparent);
  g_clear_handle_id (&self->left, g_source_remove);

  G_OBJECT_CLASS (gesso_layer_name_parent_class)->dispose (object);
}

static void
gesso_layer_name_class_init (GessoLayerNameClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_layer_name_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
gesso_layer_name_init (GessoLayerName *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->label = gtk_label_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (self->label), 6);
  gtk_widget_set_hexpand (self->label, TRUE);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));

  self->entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 6);
  gtk_widget_set_hexpand (self->entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Rename Layer"), -1);
  gtk_widget_set_parent (self->entry, GTK_WIDGET (self));
  show_entry (self, FALSE);

  g_signal_connect (self->entry, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (self->entry, keys);
  g_signal_connect (focus, "leave", G_CALLBACK (on_focus_left), self);
  gtk_widget_add_controller (self->entry, focus);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (self->label, GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
gesso_layer_name_new (GessoPainting *painting, GessoLayer *layer)
{
  GessoLayerName *self = g_object_new (GESSO_TYPE_LAYER_NAME, NULL);

  self->painting = g_object_ref (painting);
  self->layer = g_object_ref (layer);
  g_object_bind_property (layer, "name", self->label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (layer, "name", self->label, "tooltip-text", G_BINDING_SYNC_CREATE);

  return GTK_WIDGET (self);
}
