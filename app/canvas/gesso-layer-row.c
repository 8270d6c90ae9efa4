/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is dragged within the list to reorder, and out of it as a picture. */
#include "config.h"

#include "gesso-layer-row.h"

#include "gesso-layer-content.h"
#include "gesso-layer-look.h"
#include "gesso-layer-name.h"

#include <glib/gi18n.h>

#define LOOK_SIZE 30     /* pixels of the widget */
#define LOOK_PIXELS 48   /* sharp on finer displays too, and cheap */

struct _GessoLayerRow
{
  GtkListBoxRow   parent_instance;

  GessoPainting  *painting;
  GessoLayer     *layer;
  GessoLayerName *name;
  GtkPicture     *look;
  GessoTiles     *seen;  /* what the look shows: a copy, as a stroke may go on in the layer's own */
};

G_DEFINE_FINAL_TYPE (GessoLayerRow, gesso_layer_row, GTK_TYPE_LIST_BOX_ROW)

GessoLayer *
gesso_layer_row_get_layer (GessoLayerRow *self)
{
  return self->layer;
}

void
gesso_layer_row_rename (GessoLayerRow *self)
{
  gesso_layer_name_edit (self->name);
}

gboolean
gesso_layer_row_update_look (GessoLayerRow *self)
{
  GessoTiles *tiles = gesso_layer_get_tiles (self->layer);
  g_autoptr (GdkTexture) texture = NULL;
  GdkRectangle area;

  if (self->seen && !gesso_tiles_diff_area (self->seen, tiles, &area))
    return FALSE;

  g_clear_pointer (&self->seen, gesso_tiles_unref);
  self->seen = gesso_tiles_copy (tiles);
  texture = gesso_layer_look (self->layer, gesso_painting_get_width (self->painting),
                              gesso_painting_get_height (self->painting), LOOK_PIXELS);
  gtk_picture_set_paintable (self->look, GDK_PAINTABLE (texture));
  return TRUE;
}

void
gesso_layer_row_forget_look (GessoLayerRow *self)
{
  g_clear_pointer (&self->seen, gesso_tiles_unref);
}

/* ---- Dragging ------------------------------------------------------------------------------- */

static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, GessoLayerRow *self)
{
  return gesso_layer_content_new (self->layer);
}

static void
on_drag_begin (GtkDragSource *source, GdkDrag *drag, GessoLayerRow *self)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));

  gtk_drag_source_set_icon (source, paintable, 0, 0);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, GessoLayerRow *self)
{
  guint position;

  if (!gesso_painting_find_layer (self->painting, self->layer, &position) ||
      !gesso_painting_find_layer (self->painting, g_value_get_object (value), NULL))
    return FALSE;

  gesso_painting_reorder_layer (self->painting, g_value_get_object (value), position);
  return TRUE;
}

static void
init_dragging (GessoLayerRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (GESSO_TYPE_LAYER, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE | GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_drag_begin), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* ---- The object ----------------------------------------------------------------------------- */

static gboolean
seen_to_icon (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_static_string (to, g_value_get_boolean (from) ? "view-reveal-symbolic"
                                                            : "view-conceal-symbolic");
  return TRUE;
}

static gboolean
locked_to_icon (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_static_string (to, g_value_get_boolean (from) ? "changes-prevent-symbolic"
                                                            : "changes-allow-symbolic");
  return TRUE;
}

static GtkWidget *
make_toggle (GessoLayerRow *self, const char *property, const char *label, GBindingTransformFunc func)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_bind_property (self->layer, property, button, "active", flags);
  g_object_bind_property_full (self->layer, property, button, "icon-name", G_BINDING_SYNC_CREATE,
                               func, NULL, NULL, NULL);

  return button;
}

static void
on_kind_changed (GessoLayer *layer, GParamSpec *pspec, GtkImage *image)
{
  static const char *const icons[] = {
    [GESSO_LAYER_RASTER] = "gesso-brush-symbolic",
    [GESSO_LAYER_MASK] = "gesso-mask-symbolic",
    [GESSO_LAYER_GENERATED] = "gesso-dice-symbolic",
  };
  const char *const names[] = {
    [GESSO_LAYER_RASTER] = _("Painted"),
    [GESSO_LAYER_MASK] = _("Mask"),
    [GESSO_LAYER_GENERATED] = _("Generated"),
  };

  const gboolean guides = gesso_layer_get_control (layer) != NULL;

  gtk_image_set_from_icon_name (image, guides ? "gesso-control-symbolic"
                                              : icons[gesso_layer_get_kind (layer)]);
  gtk_widget_set_tooltip_text (GTK_WIDGET (image), guides ? _("Guides what is generated")
                                                          : names[gesso_layer_get_kind (layer)]);
}

static GtkWidget *
make_kind (GessoLayer *layer)
{
  GtkWidget *image = gtk_image_new ();

  gtk_widget_add_css_class (image, "dim-label");
  g_signal_connect_object (layer, "notify::kind", G_CALLBACK (on_kind_changed), image, 0);
  g_signal_connect_object (layer, "notify::control", G_CALLBACK (on_kind_changed), image, 0);
  on_kind_changed (layer, NULL, GTK_IMAGE (image));

  return image;
}

/* For the eye alone: its row has a name. */
static GtkPicture *
make_look (void)
{
  GtkPicture *look = g_object_new (GTK_TYPE_PICTURE, "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_set_size_request (GTK_WIDGET (look), LOOK_SIZE, LOOK_SIZE);
  gtk_widget_set_valign (GTK_WIDGET (look), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (look), "layer-look");

  return look;
}

static void
gesso_layer_row_dispose (GObject *object)
{
  GessoLayerRow *self = GESSO_LAYER_ROW (object);

  g_clear_object (&self->painting);
  g_clear_object (&self->layer);
  gesso_layer_row_forget_look (self);

  G_OBJECT_CLASS (gesso_layer_row_parent_class)->dispose (object);
}

static void
gesso_layer_row_class_init (GessoLayerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_layer_row_dispose;
}

static void
gesso_layer_row_init (GessoLayerRow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "layer-row");
}

GtkWidget *
gesso_layer_row_new (GessoPainting *painting, GessoLayer *layer)
{
  GessoLayerRow *self = g_object_new (GESSO_TYPE_LAYER_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->painting = g_object_ref (painting);
  self->layer = g_object_ref (layer);
  self->name = GESSO_LAYER_NAME (gesso_layer_name_new (painting, layer));
  gtk_widget_set_hexpand (GTK_WIDGET (self->name), TRUE);

  gtk_box_append (GTK_BOX (box), make_toggle (self, "visible", _("Visible"), seen_to_icon));
  self->look = make_look ();
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->look));
  gtk_box_append (GTK_BOX (box), make_kind (layer));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->name));
  gtk_box_append (GTK_BOX (box), make_toggle (self, "locked", _("Locked"), locked_to_icon));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  init_dragging (self);

  return GTK_WIDGET (self);
}
