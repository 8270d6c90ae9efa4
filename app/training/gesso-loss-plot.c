/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plot of the loss. The axis of values is from zero to what nine tenths of the points are below,
 * for a few of them are always far out.
 */
#include "config.h"

#include "gesso-loss-plot.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEIGHT 160
#define MARGIN 6
#define MAX_POINTS 4000 /* that are drawn */

struct _GessoLossPlot
{
  GtkWidget parent_instance;

  GArray   *losses;
  GArray   *smooth;
  guint     n_steps;
  float     top;
};

G_DEFINE_FINAL_TYPE (GessoLossPlot, gesso_loss_plot, GTK_TYPE_WIDGET)

void
gesso_loss_plot_smooth (const float *losses, guint n, float *smooth)
{
  float mean = n > 0 ? losses[0] : 0;

  for (guint i = 0; i < n; i++)
    {
      /* The mean of all at first, and of some fiftieth part of them later. */
      const float part = fmaxf (1.0f / (float) (i + 1), 2.0f / (float) (2 + MAX (n / 25, 10)));

      if (isfinite (losses[i]))
        mean += part * (losses[i] - mean);
      smooth[i] = mean;
    }
}

char *
gesso_loss_plot_describe (const float *losses, guint n, guint n_steps)
{
  g_autofree float *smooth = g_new (float, MAX (n, 1));

  if (n == 0)
    return g_strdup (_("There is no loss yet"));
  gesso_loss_plot_smooth (losses, n, smooth);
  /* Translators: the loss says how far off the model still is */
  return g_strdup_printf (_("Loss %.3f after step %u of %u, at first %.3f"), (double) smooth[n - 1], n,
                          n_steps, (double) smooth[MIN (n, 10) - 1]);
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

static float
find_top (const float *losses, guint n)
{
  g_autofree float *sorted = g_memdup2 (losses, n * sizeof (float));
  float top = 0;

  if (n == 0)
    return 1;
  qsort (sorted, n, sizeof (float), compare_floats);
  top = sorted[(gsize) n * 9 / 10 < n ? (gsize) n * 9 / 10 : n - 1] * 1.1f;
  return isfinite (top) && top > 0 ? top : 1;
}

void
gesso_loss_plot_set_losses (GessoLossPlot *self, const float *losses, guint n, guint n_steps)
{
  g_autofree char *words = gesso_loss_plot_describe (losses, n, n_steps);

  g_array_set_size (self->losses, 0);
  g_array_append_vals (self->losses, losses, n);
  g_array_set_size (self->smooth, n);
  gesso_loss_plot_smooth (losses, n, (float *) (gpointer) self->smooth->data);
  self->n_steps = MAX (n_steps, MAX (n, 1));
  self->top = find_top (losses, n);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words,
                                  -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Drawing -------------------------------------------------------------------------------- */

typedef struct
{
  double x, y, width, height;
} Area;

static double
x_of (const Area *area, GessoLossPlot *self, guint i)
{
  return area->x + area->width * (i + 1) / self->n_steps;
}

static double
y_of (const Area *area, GessoLossPlot *self, float value)
{
  const double part = CLAMP ((double) (value / self->top), 0, 1);

  return area->y + area->height * (1 - (isfinite (part) ? part : 1));
}

static void
draw_axes (GessoLossPlot *self, cairo_t *cr, const Area *area, const GdkRGBA *color)
{
  GdkRGBA faint = *color;

  faint.alpha *= 0.2f;
  gdk_cairo_set_source_rgba (cr, &faint);
  cairo_set_line_width (cr, 1);
  for (int i = 0; i <= 4; i++)
    {
      const double y = floor (area->y + area->height * i / 4) + 0.5;

      cairo_move_to (cr, area->x, y);
      cairo_line_to (cr, area->x + area->width, y);
    }
  cairo_stroke (cr);
}

static void
draw_points (GessoLossPlot *self, cairo_t *cr, const Area *area, const GdkRGBA *color)
{
  const guint every = self->losses->len / MAX_POINTS + 1;
  GdkRGBA faint = *color;

  faint.alpha *= 0.3f;
  gdk_cairo_set_source_rgba (cr, &faint);
  for (guint i = 0; i < self->losses->len; i += every)
    cairo_rectangle (cr, x_of (area, self, i) - 1,
                     y_of (area, self, g_array_index (self->losses, float, i)) - 1, 2, 2);
  cairo_fill (cr);
}

static void
draw_line (GessoLossPlot *self, cairo_t *cr, const Area *area, const GdkRGBA *color)
{
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->smooth->len; i++)
    cairo_line_to (cr, x_of (area, self, i),
                   y_of (area, self, g_array_index (self->smooth, float, i)));
  cairo_stroke (cr);
}

/* The largest value on the axis, and the last step. */
static void
draw_numbers (GessoLossPlot *self, GtkSnapshot *snapshot, const Area *area, const GdkRGBA *color)
{
  g_autofree char *top = g_strdup_printf ("%.2g", (double) self->top);
  g_autofree char *steps = g_strdup_printf ("%u", self->n_steps);
  g_autoptr (PangoLayout) first = gtk_widget_create_pango_layout (GTK_WIDGET (self), top);
  g_autoptr (PangoLayout) last = gtk_widget_create_pango_layout (GTK_WIDGET (self), steps);
  int width, height;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) area->x + 4, (float) area->y + 2));
  gtk_snapshot_append_layout (snapshot, first, color);
  gtk_snapshot_restore (snapshot);

  pango_layout_get_pixel_size (last, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (area->x + area->width) - (float) width - 4,
                                                          (float) (area->y + area->height) - (float) height - 2));
  gtk_snapshot_append_layout (snapshot, last, color);
  gtk_snapshot_restore (snapshot);
}

static void
gesso_loss_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GessoLossPlot *self = GESSO_LOSS_PLOT (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const Area area = { MARGIN, MARGIN, MAX (width - 2 * MARGIN, 1), MAX (height - 2 * MARGIN, 1) };
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA color, accent;
  cairo_t *cr;

  gtk_style_context_get_color (style, &color);
  if (!gtk_style_context_lookup_color (style, "accent_color", &accent))
    accent = color;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_axes (self, cr, &area, &color);
  draw_points (self, cr, &area, &color);
  draw_line (self, cr, &area, &accent);
  cairo_destroy (cr);
  if (self->losses->len > 0)
    draw_numbers (self, snapshot, &area, &color);
}

static void
gesso_loss_plot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                         int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 120;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 400;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_loss_plot_finalize (GObject *object)
{
  GessoLossPlot *self = GESSO_LOSS_PLOT (object);

  g_array_unref (self->losses);
  g_array_unref (self->smooth);

  G_OBJECT_CLASS (gesso_loss_plot_parent_class)->finalize (object);
}

static void
gesso_loss_plot_class_init (GessoLossPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gesso_loss_plot_finalize;
  widget_class->snapshot = gesso_loss_plot_snapshot;
  widget_class->measure = gesso_loss_plot_measure;
  gtk_widget_class_set_css_name (widget_class, "lossplot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
gesso_loss_plot_init (GessoLossPlot *self)
{
  self->losses = g_array_new (FALSE, FALSE, sizeof (float));
  self->smooth = g_array_new (FALSE, FALSE, sizeof (float));
  self->n_steps = 1;
  self->top = 1;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  /* Translators: the plot of how far off the model is */
                                  _("Loss of each step"), -1);
}

GtkWidget *
gesso_loss_plot_new (void)
{
  return g_object_new (GESSO_TYPE_LOSS_PLOT, NULL);
}
