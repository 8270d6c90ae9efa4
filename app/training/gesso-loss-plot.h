/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLossPlot: how far off the model was at each step, as points, and a line that is smooth. Says the
 * same in words to assistive technology.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_LOSS_PLOT (gesso_loss_plot_get_type ())
G_DECLARE_FINAL_TYPE (GessoLossPlot, gesso_loss_plot, GESSO, LOSS_PLOT, GtkWidget)

GtkWidget *gesso_loss_plot_new (void);

/* Of the steps done; copied. n_steps: of all, which is how far the axis reaches. */
void gesso_loss_plot_set_losses (GessoLossPlot *self, const float *losses, guint n, guint n_steps);

/* A running mean that begins as the first value: each next one is a part of what is new, a smaller one
 * the more there are. smooth: n of them. */
void gesso_loss_plot_smooth     (const float *losses, guint n, float *smooth);

/* "Loss 0.12 after step 40 of 100, at first 0.35", as it is told; free it. */
char *gesso_loss_plot_describe  (const float *losses, guint n, guint n_steps);

G_END_DECLS
