/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A button with a popover of four rows, which follow the layer as it follows them. */
#include "config.h"

#include "gesso-guide-button.h"

#include "document/gesso-guide.h"
#include "engine/gesso-library-item.h"

#include <glib/gi18n.h>
#include <math.h>

/* The engine's ids (gs-control.h), and what they make of the layer. */
static const struct
{
  const char *id, *name;
} preprocessors[] = {
  { "none", NC_("control", "The layer as it is") },
  { "canny", NC_("control", "Its edges") },
  { "soft-edge", NC_("control", "Its soft edges") },
  { "scribble", NC_("control", "A drawing in dark lines") },
  { "lines", NC_("control", "Its lines") },
  { "invert", NC_("control", "Inverted") },
  { "tile", NC_("control", "Its rough colors") },
  { "inpaint", NC_("control", "All but what is masked") },
};

struct _GessoGuideButton
{
  GtkWidget      parent_instance;

  GtkWidget     *button;
  GtkDropDown   *models, *preprocess;
  GtkAdjustment *strength, *start, *end;
  GtkWidget     *rest;      /* the rows below the first */

  GListModel    *items;
  GPtrArray     *paths;     /* of the models shown; the first, none, is NULL */
  GessoLayer    *layer;
  gboolean       following; /* the layer, not the hand */
  gboolean       changing;  /* the layer, by hand: the list stays as it is under it */
};

G_DEFINE_FINAL_TYPE (GessoGuideButton, gesso_guide_button, GTK_TYPE_WIDGET)

/* ---- From the layer ------------------------------------------------------------------------- */

static char *
dup_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char *name = g_filename_display_name (base);
  char *dot = strrchr (name, '.');

  if (dot && dot != name)
    *dot = '\0';
  return name;
}

static guint
find_model (GessoGuideButton *self, const char *path)
{
  for (guint i = 1; path && i < self->paths->len; i++)
    if (g_str_equal (g_ptr_array_index (self->paths, i), path))
      return i;

  return 0;
}

/* None, what fits of the library, and what the layer has if that is not among them. */
static void
list_models (GessoGuideButton *self, const char *own)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint n = self->items ? g_list_model_get_n_items (self->items) : 0;

  g_ptr_array_set_size (self->paths, 0);
  g_ptr_array_add (self->paths, NULL);
  gtk_string_list_append (names, C_("control", "None: a plain layer"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (self->items, i);

      if (gesso_library_item_get_kind (item) != GESSO_LIBRARY_CONTROL ||
          gesso_library_item_get_reason (item))
        continue;
      g_ptr_array_add (self->paths, g_strdup (gesso_library_item_get_path (item)));
      gtk_string_list_append (names, gesso_library_item_get_name (item));
    }
  if (own && find_model (self, own) == 0)
    {
      g_autofree char *name = dup_name (own);

      g_ptr_array_add (self->paths, g_strdup (own));
      gtk_string_list_append (names, name);
    }
  gtk_drop_down_set_model (self->models, G_LIST_MODEL (names));
}

static guint
find_preprocess (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (preprocessors); i++)
    if (g_str_equal (preprocessors[i].id, id))
      return i;

  return 0;
}

static void
follow_layer (GessoGuideButton *self)
{
  g_autoptr (GessoGuide) guide =
      self->layer ? gesso_guide_parse (gesso_layer_get_control (self->layer)) : NULL;

  if (self->button == NULL)
    return;

  self->following = TRUE;
  if (!self->changing)
    {
      list_models (self, guide ? guide->model : NULL);
      gtk_drop_down_set_selected (self->models, find_model (self, guide ? guide->model : NULL));
    }
  gtk_widget_set_sensitive (self->rest, guide != NULL);
  if (guide)
    {
      gtk_drop_down_set_selected (self->preprocess, find_preprocess (guide->preprocess));
      gtk_adjustment_set_value (self->strength, guide->strength);
      gtk_adjustment_set_value (self->start, guide->start * 100);
      gtk_adjustment_set_value (self->end, guide->end * 100);
      gtk_widget_add_css_class (self->button, "accent");
    }
  else
    gtk_widget_remove_css_class (self->button, "accent");
  self->following = FALSE;
}

/* ---- To the layer --------------------------------------------------------------------------- */

static void
on_changed (GessoGuideButton *self)
{
  g_autoptr (GessoGuide) guide = NULL;
  g_autofree char *text = NULL;
  guint model, preprocess;

  if (self->following || self->layer == NULL)
    return;

  model = gtk_drop_down_get_selected (self->models);
  preprocess = gtk_drop_down_get_selected (self->preprocess);
  if (model > 0 && model < self->paths->len)
    {
      gboolean is_new = gesso_layer_get_control (self->layer) == NULL;

      guide = gesso_guide_new (g_ptr_array_index (self->paths, model),
                               preprocessors[MIN (preprocess, G_N_ELEMENTS (preprocessors) - 1)].id);
      guide->strength = is_new ? 1 : gtk_adjustment_get_value (self->strength);
      guide->start = is_new ? 0 : gtk_adjustment_get_value (self->start) / 100;
      guide->end = is_new ? 1 : gtk_adjustment_get_value (self->end) / 100;
      text = gesso_guide_print (guide);
    }
  self->changing = TRUE;
  gesso_layer_set_control (self->layer, text);
  self->changing = FALSE;
}

void
gesso_guide_button_set_layer (GessoGuideButton *self, GessoLayer *layer)
{
  if (self->layer)
    g_signal_handlers_disconnect_by_func (self->layer, follow_layer, self);
  g_set_object (&self->layer, layer);
  if (layer)
    g_signal_connect_object (layer, "notify::control", G_CALLBACK (follow_layer), self,
                             G_CONNECT_SWAPPED);
  follow_layer (self);
}

void
gesso_guide_button_set_items (GessoGuideButton *self, GListModel *items)
{
  if (self->items)
    g_signal_handlers_disconnect_by_func (self->items, follow_layer, self);
  g_set_object (&self->items, items);
  if (items)
    g_signal_connect_object (items, "items-changed", G_CALLBACK (follow_layer), self,
                             G_CONNECT_SWAPPED);
  follow_layer (self);
}

/* ---- The popover ---------------------------------------------------------------------------- */

static void
attach (GtkWidget *grid, int row, const char *name, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_widget_set_halign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_grid_attach (GTK_GRID (grid), label, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), widget, 1, row, 1, 1);
}

static GtkWidget *
make_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);

  return grid;
}

static GtkWidget *
make_preprocess (GessoGuideButton *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (preprocessors); i++)
    gtk_string_list_append (names, g_dpgettext2 (NULL, "control", preprocessors[i].name));
  self->preprocess = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL));

  return GTK_WIDGET (self->preprocess);
}

static char *
format_percent (GtkScale *scale, double value, gpointer data)
{
  return g_strdup_printf (_("%d %%"), (int) lrint (value * 100));
}

static GtkWidget *
make_strength (GessoGuideButton *self)
{
  GtkWidget *scale;

  self->strength = gtk_adjustment_new (1, 0, 2, 0.05, 0.1, 0);
  scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->strength);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_format_value_func (GTK_SCALE (scale), format_percent, NULL, NULL);
  gtk_widget_set_size_request (scale, 160, -1);

  return scale;
}

static GtkWidget *
make_spin (GtkAdjustment **adjustment, double value, const char *name)
{
  GtkWidget *spin;

  *adjustment = gtk_adjustment_new (value, 0, 100, 5, 10, 0);
  spin = gtk_spin_button_new (*adjustment, 1, 0);
  gtk_widget_set_tooltip_text (spin, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);

  return spin;
}

static GtkWidget *
make_steps (GessoGuideButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (box),
                  make_spin (&self->start, 0, _("Percent of the Steps Before It Begins")));
  gtk_box_append (GTK_BOX (box), gtk_label_new ("–"));
  gtk_box_append (GTK_BOX (box), make_spin (&self->end, 100, _("Percent of the Steps When It Ends")));

  return box;
}

static GtkWidget *
make_popover (GessoGuideButton *self)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *first = make_grid ();

  self->rest = make_grid ();
  self->models = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  attach (first, 0, _("ControlNet"), GTK_WIDGET (self->models));
  attach (self->rest, 0, _("It sees"), make_preprocess (self));
  attach (self->rest, 1, _("Strength"), make_strength (self));
  attach (self->rest, 2, _("Steps (%)"), make_steps (self));
  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), self->rest);
  gtk_popover_set_child (GTK_POPOVER (popover), box);

  return popover;
}

static void
gesso_guide_button_dispose (GObject *object)
{
  GessoGuideButton *self = GESSO_GUIDE_BUTTON (object);

  self->following = TRUE; /* the rows lose what they show */
  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_object (&self->items);
  g_clear_object (&self->layer);

  G_OBJECT_CLASS (gesso_guide_button_parent_class)->dispose (object);
}

static void
gesso_guide_button_finalize (GObject *object)
{
  g_ptr_array_unref (GESSO_GUIDE_BUTTON (object)->paths);

  G_OBJECT_CLASS (gesso_guide_button_parent_class)->finalize (object);
}

static void
gesso_guide_button_class_init (GessoGuideButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_guide_button_dispose;
  G_OBJECT_CLASS (klass)->finalize = gesso_guide_button_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
gesso_guide_button_init (GessoGuideButton *self)
{
  const char *name = _("Guide by This Layer");

  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->button), "gesso-control-symbolic");
  /* The canvas is there, which has room. */
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->button), GTK_ARROW_LEFT);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), make_popover (self));
  gtk_widget_set_tooltip_text (self->button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  follow_layer (self);

  g_signal_connect_swapped (self->models, "notify::selected", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->preprocess, "notify::selected", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->strength, "value-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->start, "value-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->end, "value-changed", G_CALLBACK (on_changed), self);
}
