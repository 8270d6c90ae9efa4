/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Canny, "A Computational Approach to Edge Detection" (1986), as cv2.Canny (picture, low, high) does it,
 * which ControlNets were trained with: no smoothing; Sobel gradients of the channel where |dx| + |dy| is
 * largest; thinning along the nearest of four directions; edges begin above `high` and go on, also
 * diagonally, above `low`.
 */
#include "session/preprocess.h"

#include <math.h>
#include <stdlib.h>

/* tan (22.5 degrees) in 15 bits after the point */
#define TAN_22_5 13573

typedef struct
{
  guint32 width, height;
  int    *magnitude; /* with a frame of zeros: (h + 2, w + 2) */
  int    *dx, *dy;   /* (h, w) */
} Gradients;

static int
at (const guint8 *in, guint32 width, guint32 height, gint64 x, gint64 y, guint c)
{
  x = CLAMP (x, 0, (gint64) width - 1);
  y = CLAMP (y, 0, (gint64) height - 1);
  return in[3 * (y * width + x) + c];
}

static void
measure (const guint8 *in, gint64 x, gint64 y, Gradients *g)
{
  const gsize i = (gsize) y * g->width + x;
  int largest = -1;

#define P(a, b) at (in, g->width, g->height, x + (a), y + (b), c)
  for (guint c = 0; c < 3; c++)
    {
      int dx = P (1, -1) - P (-1, -1) + 2 * (P (1, 0) - P (-1, 0)) + P (1, 1) - P (-1, 1);
      int dy = P (-1, 1) - P (-1, -1) + 2 * (P (0, 1) - P (0, -1)) + P (1, 1) - P (1, -1);

      if (abs (dx) + abs (dy) <= largest)
        continue;
      largest = abs (dx) + abs (dy);
      g->dx[i] = dx;
      g->dy[i] = dy;
    }
#undef P
  g->magnitude[(gsize) (y + 1) * (g->width + 2) + x + 1] = largest;
}

/* Whether it is the largest across the edge. */
static gboolean
is_ridge (const Gradients *g, guint32 x, guint32 y)
{
  const gsize stride = g->width + 2, i = (gsize) y * g->width + x;
  const int *m = g->magnitude + (y + 1) * stride + x + 1;
  const gint64 ax = abs (g->dx[i]), ay = (gint64) abs (g->dy[i]) << 15;
  const gint64 flat = ax * TAN_22_5, steep = flat + (ax << 16);
  int side;

  if (ay < flat)
    return m[0] > m[-1] && m[0] >= m[1];
  if (ay > steep)
    return m[0] > m[-(gssize) stride] && m[0] >= m[stride];
  side = (g->dx[i] ^ g->dy[i]) < 0 ? -1 : 1;
  return m[0] > m[-(gssize) stride - side] && m[0] > m[stride + side];
}

/* From each pixel above the upper threshold on to its neighbours. */
static void
follow (guint32 width, guint32 height, GArray *stack, guint8 *out)
{
  while (stack->len > 0)
    {
      const gsize i = g_array_index (stack, gsize, stack->len - 1);
      const gint64 x = i % width, y = i / width;

      g_array_set_size (stack, stack->len - 1);
      for (gint64 v = MAX (y - 1, 0); v <= MIN (y + 1, (gint64) height - 1); v++)
        for (gint64 u = MAX (x - 1, 0); u <= MIN (x + 1, (gint64) width - 1); u++)
          {
            const gsize k = (gsize) v * width + u;

            if (out[k] != 1)
              continue;
            out[k] = 255;
            g_array_append_val (stack, k);
          }
    }
}

void
gs_canny (const guint8 *in, guint32 width, guint32 height, float low, float high, guint8 *out)
{
  const gsize n = (gsize) width * height;
  const int least = (int) floorf (MIN (low, high)), most = (int) floorf (MAX (low, high));
  g_autofree int *magnitude = g_new0 (int, ((gsize) width + 2) * (height + 2));
  g_autofree int *dx = g_new (int, n), *dy = g_new (int, n);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (gsize));
  Gradients g = { width, height, magnitude, dx, dy };

  for (guint32 y = 0; y < height; y++)
    for (guint32 x = 0; x < width; x++)
      measure (in, x, y, &g);
  /* 1: an edge if it hangs together with one */
  for (guint32 y = 0; y < height; y++)
    for (guint32 x = 0; x < width; x++)
      {
        const gsize i = (gsize) y * width + x;
        const int m = magnitude[(gsize) (y + 1) * (width + 2) + x + 1];

        out[i] = m > least && is_ridge (&g, x, y);
        if (out[i] == 0 || m <= most)
          continue;
        out[i] = 255;
        g_array_append_val (stack, i);
      }
  follow (width, height, stack, out);
  for (gsize i = 0; i < n; i++)
    out[i] = out[i] == 255 ? 255 : 0;
}
