/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the two it is follows from the width alone, so that nothing jumps to and fro. */
#include "config.h"

#include "gesso-reflow-layout.h"

struct _GessoReflowLayout
{
  GtkLayoutManager parent_instance;

  int              spacing, room;
};

enum
{
  PROP_0,
  PROP_SPACING,
  PROP_ROOM,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoReflowLayout, gesso_reflow_layout, GTK_TYPE_LAYOUT_MANAGER)

static GParamSpec *properties[N_PROPS];

static GtkWidget *
skip_hidden (GtkWidget *child)
{
  while (child && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);

  return child;
}

#define FOR_CHILDREN(child, widget)                                                        \
  for (GtkWidget *child = skip_hidden (gtk_widget_get_first_child (widget)); child;        \
       child = skip_hidden (gtk_widget_get_next_sibling (child)))

static gboolean
expands (GtkWidget *child)
{
  return gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL);
}

/* Of those that stand side by side: what they take, and how many share the rest. */
static int
get_fixed_width (GessoReflowLayout *self, GtkWidget *widget, int *wanted, guint *n_expanding)
{
  int fixed = 0;
  guint n = 0;

  *wanted = 0;
  *n_expanding = 0;
  FOR_CHILDREN (child, widget)
    {
      int minimum, natural;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
      if (n++ > 0)
        fixed += self->spacing;
      if (expands (child))
        {
          *wanted += MAX (minimum, self->room);
          ++*n_expanding;
        }
      else
        fixed += natural;
    }
  *wanted += fixed;

  return fixed;
}

/* The width of a child where the whole has that much. */
static int
get_share (GtkWidget *child, int width, int fixed, guint n_expanding)
{
  int natural;

  if (expands (child))
    return (width - fixed) / (int) n_expanding;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static void
measure_height (GessoReflowLayout *self, GtkWidget *widget, int width, int *minimum, int *natural)
{
  guint n_expanding, n = 0;
  int wanted, fixed = get_fixed_width (self, widget, &wanted, &n_expanding);
  gboolean beside = width < 0 || width >= wanted;

  FOR_CHILDREN (child, widget)
    {
      int child_width = !beside ? width : width < 0 ? -1 : get_share (child, width, fixed, n_expanding);
      int child_minimum, child_natural;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, child_width, &child_minimum, &child_natural,
                          NULL, NULL);
      if (beside)
        {
          *minimum = MAX (*minimum, child_minimum);
          *natural = MAX (*natural, child_natural);
          continue;
        }
      *minimum += child_minimum + (n > 0 ? self->spacing : 0);
      *natural += child_natural + (n > 0 ? self->spacing : 0);
      n++;
    }
}

static void
measure (GtkLayoutManager *layout,
         GtkWidget        *widget,
         GtkOrientation    orientation,
         int               for_size,
         int              *minimum,
         int              *natural,
         int              *minimum_baseline,
         int              *natural_baseline)
{
  GessoReflowLayout *self = GESSO_REFLOW_LAYOUT (layout);

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      measure_height (self, widget, for_size, minimum, natural);
      return;
    }

  FOR_CHILDREN (child, widget)
    {
      int child_minimum, child_natural;

      gtk_widget_measure (child, orientation, -1, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural += child_natural + (*natural > 0 ? self->spacing : 0);
    }
}

static void
allocate_beside (GessoReflowLayout *self, GtkWidget *widget, int width, int height, int fixed,
                 guint n_expanding)
{
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0;

  FOR_CHILDREN (child, widget)
    {
      GtkAllocation place = { x, 0, get_share (child, width, fixed, n_expanding), height };

      if (rtl)
        place.x = width - x - place.width;
      gtk_widget_size_allocate (child, &place, -1);
      x += place.width + self->spacing;
    }
}

static void
allocate_below (GessoReflowLayout *self, GtkWidget *widget, int width, int height)
{
  int minimum = 0, natural = 0, y = 0;

  measure_height (self, widget, width, &minimum, &natural);
  FOR_CHILDREN (child, widget)
    {
      GtkAllocation place = { 0, y, width, 0 };
      int least;

      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &least, &place.height, NULL, NULL);
      if (height < natural)
        place.height = least;
      gtk_widget_size_allocate (child, &place, -1);
      y += place.height + self->spacing;
    }
}

static void
allocate (GtkLayoutManager *layout, GtkWidget *widget, int width, int height, int baseline)
{
  GessoReflowLayout *self = GESSO_REFLOW_LAYOUT (layout);
  guint n_expanding;
  int wanted, fixed = get_fixed_width (self, widget, &wanted, &n_expanding);

  if (width >= wanted)
    allocate_beside (self, widget, width, height, fixed, n_expanding);
  else
    allocate_below (self, widget, width, height);
}

static GtkSizeRequestMode
get_request_mode (GtkLayoutManager *layout, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_reflow_layout_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoReflowLayout *self = GESSO_REFLOW_LAYOUT (object);

  g_value_set_int (value, prop_id == PROP_SPACING ? self->spacing : self->room);
}

static void
gesso_reflow_layout_set_property (GObject *object, guint prop_id, const GValue *value,
                                  GParamSpec *pspec)
{
  GessoReflowLayout *self = GESSO_REFLOW_LAYOUT (object);

  if (prop_id == PROP_SPACING)
    self->spacing = g_value_get_int (value);
  else
    self->room = g_value_get_int (value);
  gtk_layout_manager_layout_changed (GTK_LAYOUT_MANAGER (self));
}

static void
gesso_reflow_layout_class_init (GessoReflowLayoutClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  object_class->get_property = gesso_reflow_layout_get_property;
  object_class->set_property = gesso_reflow_layout_set_property;
  layout_class->measure = measure;
  layout_class->allocate = allocate;
  layout_class->get_request_mode = get_request_mode;

  properties[PROP_SPACING] = g_param_spec_int ("spacing", NULL, NULL, 0, G_MAXSHORT, 0, flags);
  properties[PROP_ROOM] = g_param_spec_int ("room", NULL, NULL, 0, G_MAXSHORT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_reflow_layout_init (GessoReflowLayout *self)
{
}
