/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plot of the loss: its smooth line, what it says, and that it draws what it is given. */
#include "widgets.h"

#include "training/gesso-loss-plot.h"

#include <math.h>
#include <string.h>

/* A constant stays one, a step is followed, noise goes. */
static void
test_smooth (void)
{
  float losses[400], smooth[400];
  float lowest = 1, highest = 0;

  for (guint i = 0; i < 400; i++)
    losses[i] = 0.25f;
  gesso_loss_plot_smooth (losses, 400, smooth);
  for (guint i = 0; i < 400; i++)
    g_assert_cmpfloat_with_epsilon (smooth[i], 0.25f, 1e-6f);

  for (guint i = 0; i < 400; i++)
    losses[i] = i < 200 ? 1 : 0;
  gesso_loss_plot_smooth (losses, 400, smooth);
  g_assert_cmpfloat_with_epsilon (smooth[199], 1, 1e-6f);
  g_assert_cmpfloat (smooth[399], <, 1e-3f);
  g_assert_cmpfloat (smooth[201], >, 0.5f);

  for (guint i = 0; i < 400; i++)
    losses[i] = i % 2 ? 0.2f : 0.4f;
  losses[300] = NAN;
  gesso_loss_plot_smooth (losses, 400, smooth);
  for (guint i = 50; i < 400; i++)
    {
      lowest = fminf (lowest, smooth[i]);
      highest = fmaxf (highest, smooth[i]);
    }
  g_assert_cmpfloat (lowest, >, 0.27f);
  g_assert_cmpfloat (highest, <, 0.33f);
}

static void
test_words (void)
{
  float losses[40];
  g_autofree char *none = gesso_loss_plot_describe (NULL, 0, 40);
  g_autofree char *some = NULL;

  for (guint i = 0; i < 40; i++)
    losses[i] = 0.5f;
  some = gesso_loss_plot_describe (losses, 40, 100);
  g_assert_cmpstr (none, ==, "There is no loss yet");
  g_assert_cmpstr (some, ==, "Loss 0.500 after step 40 of 100, at first 0.500");
}

/* How many pixels are of the line's colour, and where: the share of the width that they reach to. */
static guint
draw (GtkWidget *window, double *reach)
{
  const int width = gtk_widget_get_width (window), height = gtk_widget_get_height (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree guint8 *pixels = g_malloc ((gsize) width * height * 4);
  guint n = 0;

  widgets_wait_ms (100);
  paintable = gtk_widget_paintable_new (window);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  gdk_texture_download (texture, pixels, (gsize) width * 4);
  *reach = 0;
  for (int i = 0; i < width * height; i++)
    if (pixels[4 * i] > pixels[4 * i + 2] + 60) /* blue, before red */
      {
        n++;
        *reach = MAX (*reach, (double) (i % width) / width);
      }
  return n;
}

static void
test_drawn (void)
{
  GtkWidget *window = gtk_window_new (), *plot = gesso_loss_plot_new ();
  float losses[50];
  double reach;

  gtk_window_set_default_size (GTK_WINDOW (window), 400, 200);
  gtk_window_set_titlebar (GTK_WINDOW (window), gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_window_set_child (GTK_WINDOW (window), plot);
  gtk_window_present (GTK_WINDOW (window));
  widgets_wait_ms (500);
  g_assert_cmpuint (draw (window, &reach), ==, 0);

  for (guint i = 0; i < 50; i++)
    losses[i] = 1.0f / (float) (i + 1);
  gesso_loss_plot_set_losses (GESSO_LOSS_PLOT (plot), losses, 50, 100);
  g_assert_cmpuint (draw (window, &reach), >, 100);
  g_assert_cmpfloat (reach, >, 0.4);
  g_assert_cmpfloat (reach, <, 0.6);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/loss-plot/smooth", test_smooth);
  g_test_add_func ("/app/loss-plot/words", test_words);
  g_test_add_func ("/app/loss-plot/drawn", test_drawn);

  return g_test_run ();
}
