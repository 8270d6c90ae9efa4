/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a brush covers between two points: a dab that glides from one to the other while its radius
 * and strength change. That is what ever more dabs ever closer together come to, so a stroke has no
 * beads, whatever the size, and costs one pass over each pixel.
 *
 * A dab of radius r and hardness h covers 1 up to the lesser of h * r and r - 1/2 from its centre,
 * and less and less from there (1 - t * t * (3 - 2 * t), t from 0 to 1) to 0 at r + 1/2: even the
 * hardest edge is spread over a pixel.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  float x, y;     /* of its centre; the centre of pixel (0, 0) is (0.5, 0.5) */
  float radius;
  float strength; /* 0 .. 1 */
} GessoDab;

/* The coverage of one row, n pixels from x: each of row becomes the greater of itself and the
 * dab's. */
void gesso_dab_row  (const GessoDab *from,
                     const GessoDab *to,
                     float           hardness,
                     int             x,
                     int             y,
                     guint8         *row,
                     guint           n);
/* Which pixels of row y it may touch: from *x1 up to but not *x2. FALSE if none. */
gboolean gesso_dab_span (const GessoDab *from, const GessoDab *to, int y, int *x1, int *x2);

G_END_DECLS
