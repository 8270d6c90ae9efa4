/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list follows the painting; what is done in it goes to the painting alone. */
#include "config.h"

#include "gesso-layers-pane.h"

#include "gesso-guide-button.h"
#include "gesso-layer-row.h"

#include <glib/gi18n.h>
#include <math.h>

#define LOOKS_A_FRAME 2

struct _GessoLayersPane
{
  GtkWidget      parent_instance;

  GtkWidget     *box;
  GtkWidget     *settings;
  GtkDropDown   *blend;
  GtkScale      *opacity;
  GtkAdjustment *opacity_adjustment;
  GtkListBox    *list;
  GessoGuideButton *guide;

  GessoPainting *painting;
  GessoLayer    *active;        /* whose blend mode and opacity are shown */
  GBinding      *bindings[2];
  gboolean       selecting;     /* the list follows the painting          */
  guint          tick;          /* while there may be looks to draw       */
};

G_DEFINE_FINAL_TYPE (GessoLayersPane, gesso_layers_pane, GTK_TYPE_WIDGET)

static guint message_signal;

/* ---- Actions -------------------------------------------------------------------------------- */

static void
say (GessoLayersPane *self, const GError *error)
{
  if (error)
    g_signal_emit (self, message_signal, 0, error->message);
}

static void
activate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoLayersPane *self = GESSO_LAYERS_PANE (widget);
  GessoLayer *active = self->painting ? gesso_painting_get_active (self->painting) : NULL;
  g_autoptr (GError) error = NULL;
  guint position = 0;

  if (self->painting == NULL || gesso_painting_is_changing (self->painting))
    return;
  if (g_str_equal (name, "layers.add"))
    gesso_painting_new_layer (self->painting, GESSO_LAYER_RASTER);
  else if (g_str_equal (name, "layers.add-mask"))
    gesso_painting_new_layer (self->painting, GESSO_LAYER_MASK);
  if (active == NULL)
    return;

  gesso_painting_find_layer (self->painting, active, &position);
  if (g_str_equal (name, "layers.duplicate"))
    gesso_painting_duplicate_layer (self->painting, active);
  else if (g_str_equal (name, "layers.merge"))
    gesso_painting_merge_down (self->painting, active, &error);
  else if (g_str_equal (name, "layers.raise") && position > 0)
    gesso_painting_reorder_layer (self->painting, active, position - 1);
  else if (g_str_equal (name, "layers.lower"))
    gesso_painting_reorder_layer (self->painting, active, position + 1);
  else if (g_str_equal (name, "layers.delete"))
    gesso_painting_remove_layer (self->painting, active);
  else if (g_str_equal (name, "layers.rename"))
    gesso_layer_row_rename (
        GESSO_LAYER_ROW (gtk_list_box_get_row_at_index (self->list, (int) position)));
  say (self, error);
}

static void
update_actions (GessoLayersPane *self)
{
  static const char *const of_active[] = { "layers.duplicate", "layers.delete", "layers.rename" };
  GtkWidget *widget = GTK_WIDGET (self);
  guint n = self->painting ? gesso_painting_get_n_layers (self->painting) : 0, position = 0;
  gboolean has_active =
      self->painting && gesso_painting_find_layer (self->painting, self->active, &position);

  gtk_widget_action_set_enabled (widget, "layers.add", self->painting != NULL);
  gtk_widget_action_set_enabled (widget, "layers.add-mask", self->painting != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (of_active); i++)
    gtk_widget_action_set_enabled (widget, of_active[i], has_active);
  gtk_widget_action_set_enabled (widget, "layers.raise", has_active && position > 0);
  gtk_widget_action_set_enabled (widget, "layers.lower", has_active && position + 1 < n);
  gtk_widget_action_set_enabled (widget, "layers.merge", has_active && position + 1 < n);
  gtk_widget_set_sensitive (self->settings, has_active);
}

/* ---- The active layer ----------------------------------------------------------------------- */

static void
select_active (GessoLayersPane *self)
{
  GtkListBoxRow *row = NULL;
  guint position;

  if (self->painting && gesso_painting_find_layer (self->painting, self->active, &position))
    row = gtk_list_box_get_row_at_index (self->list, (int) position);
  self->selecting = TRUE;
  gtk_list_box_select_row (self->list, row);
  self->selecting = FALSE;
}

static void
on_active_changed (GessoLayersPane *self)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  GessoLayer *active = self->painting ? gesso_painting_get_active (self->painting) : NULL;

  if (active != self->active)
    {
      for (guint i = 0; i < G_N_ELEMENTS (self->bindings); i++)
        if (self->bindings[i])
          g_binding_unbind (self->bindings[i]);
      self->bindings[0] = self->bindings[1] = NULL;
      g_set_object (&self->active, active);
      if (active)
        {
          self->bindings[0] = g_object_bind_property (active, "opacity", self->opacity_adjustment,
                                                      "value", flags);
          self->bindings[1] = g_object_bind_property (active, "blend", self->blend, "selected", flags);
        }
      gesso_guide_button_set_layer (self->guide, active);
      gtk_widget_set_visible (GTK_WIDGET (self->settings),
                              active && gesso_layer_get_kind (active) != GESSO_LAYER_MASK);
    }
  select_active (self);
  update_actions (self);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, GessoLayersPane *self)
{
  if (row && !self->selecting && self->painting)
    gesso_painting_set_active (self->painting, gesso_layer_row_get_layer (GESSO_LAYER_ROW (row)));
}

/* ---- Looks ---------------------------------------------------------------------------------- */

/* A few a frame: a stroke changes one, and a file of hundreds of layers does not stall. */
static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GessoLayersPane *self = GESSO_LAYERS_PANE (widget);
  guint n_drawn = 0;
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)); i++)
    {
      n_drawn += gesso_layer_row_update_look (GESSO_LAYER_ROW (row)) ? 1 : 0;
      if (n_drawn == LOOKS_A_FRAME)
        return G_SOURCE_CONTINUE;
    }

  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
queue_looks (GessoLayersPane *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
on_size_changed (GessoLayersPane *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)); i++)
    gesso_layer_row_forget_look (GESSO_LAYER_ROW (row));
  queue_looks (self);
}

/* The pixels are the same, but elsewhere. */
static void
on_layer_moved (GessoLayerRow *row)
{
  GtkWidget *pane = gtk_widget_get_ancestor (GTK_WIDGET (row), GESSO_TYPE_LAYERS_PANE);

  gesso_layer_row_forget_look (row);
  if (pane)
    queue_looks (GESSO_LAYERS_PANE (pane));
}

/* ---- Below the list ------------------------------------------------------------------------- */

/* The rows take what is dropped on them. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, GessoLayersPane *self)
{
  guint n = self->painting ? gesso_painting_get_n_layers (self->painting) : 0;

  if (n == 0 || gtk_list_box_get_row_at_y (self->list, (int) y) ||
      !gesso_painting_find_layer (self->painting, g_value_get_object (value), NULL))
    return FALSE;

  gesso_painting_reorder_layer (self->painting, g_value_get_object (value), n - 1);
  return TRUE;
}

static void
take_drops (GessoLayersPane *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GESSO_TYPE_LAYER, GDK_ACTION_MOVE);

  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (target));
}

/* ---- The list ------------------------------------------------------------------------------- */

static void
on_layers_changed (GessoLayersPane *self)
{
  select_active (self);
  update_actions (self);
  queue_looks (self);
}

static GtkWidget *
make_row (gpointer layer, gpointer data)
{
  GtkWidget *row = gesso_layer_row_new (GESSO_LAYERS_PANE (data)->painting, layer);

  g_signal_connect_object (layer, "notify::x", G_CALLBACK (on_layer_moved), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (layer, "notify::y", G_CALLBACK (on_layer_moved), row, G_CONNECT_SWAPPED);

  return row;
}

void
gesso_layers_pane_set_painting (GessoLayersPane *self, GessoPainting *painting)
{
  if (self->painting == painting)
    return;

  if (self->painting)
    {
      g_signal_handlers_disconnect_by_data (self->painting, self);
      g_signal_handlers_disconnect_by_data (gesso_painting_get_layers (self->painting), self);
      gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
    }
  g_set_object (&self->painting, painting);
  if (painting)
    {
      gtk_list_box_bind_model (self->list, gesso_painting_get_layers (painting), make_row, self,
                               NULL);
      g_signal_connect_swapped (painting, "notify::active-layer", G_CALLBACK (on_active_changed),
                                self);
      g_signal_connect_swapped (painting, "changed", G_CALLBACK (queue_looks), self);
      g_signal_connect_swapped (painting, "notify::width", G_CALLBACK (on_size_changed), self);
      g_signal_connect_swapped (painting, "notify::height", G_CALLBACK (on_size_changed), self);
      queue_looks (self);
      /* After the list box has its rows. */
      g_signal_connect_data (gesso_painting_get_layers (painting), "items-changed",
                             G_CALLBACK (on_layers_changed), self, NULL,
                             G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  on_active_changed (self);
}

void
gesso_layers_pane_set_library (GessoLayersPane *self, GListModel *items)
{
  gesso_guide_button_set_items (self->guide, items);
}

/* ---- The object ----------------------------------------------------------------------------- */

static char *
format_percent (GtkScale *scale, double value, gpointer data)
{
  return g_strdup_printf (_("%d %%"), (int) lrint (value * 100));
}

static void
gesso_layers_pane_dispose (GObject *object)
{
  GessoLayersPane *self = GESSO_LAYERS_PANE (object);

  if (self->box)
    gesso_layers_pane_set_painting (self, NULL);
  g_clear_object (&self->active);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_layers_pane_parent_class)->dispose (object);
}

static void
gesso_layers_pane_class_init (GessoLayersPaneClass *klass)
{
  static const char *const actions[] = { "layers.add",   "layers.add-mask", "layers.duplicate",
                                         "layers.merge", "layers.raise",    "layers.lower",
                                         "layers.delete", "layers.rename" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (GESSO_TYPE_GUIDE_BUTTON);
  G_OBJECT_CLASS (klass)->dispose = gesso_layers_pane_dispose;
  message_signal = g_signal_new ("message", GESSO_TYPE_LAYERS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "layers.delete", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "layers.rename", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_CONTROL_MASK, "layers.raise",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_CONTROL_MASK, "layers.lower",
                                       NULL);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/canvas/gesso-layers-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, box);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, settings);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, blend);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, opacity);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, opacity_adjustment);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, list);
  gtk_widget_class_bind_template_child (widget_class, GessoLayersPane, guide);
}

static void
gesso_layers_pane_init (GessoLayersPane *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint blend = 0; blend < GESSO_N_BLENDS; blend++)
    gtk_string_list_append (names, gesso_blend_get_name (blend));
  gtk_drop_down_set_model (self->blend, G_LIST_MODEL (names));
  /* The button within is what has the focus. */
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->blend))),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _("Blend mode"), -1);
  gtk_scale_set_format_value_func (self->opacity, format_percent, NULL, NULL);
  g_signal_connect (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  take_drops (self);
  update_actions (self);
}
