/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop is free of branches and calls, for the compiler to make vectors of. */
#include "config.h"

#include "gesso-dab.h"

#include <math.h>

#define MIN_RADIUS 0.5f /* thinner ones are this wide and fainter */

static inline float
clamp (float x)
{
  return fmaxf (fminf (x, 1), 0);
}

static float
get_reach (const GessoDab *dab)
{
  return MAX (dab->radius, MIN_RADIUS) + 0.5f;
}

gboolean
gesso_dab_span (const GessoDab *from, const GessoDab *to, int y, int *x1, int *x2)
{
  float reach = MAX (get_reach (from), get_reach (to));
  float dx = to->x - from->x, dy = to->y - from->y, middle = (float) y + 0.5f;
  float left = MIN (from->x, to->x) - reach, right = MAX (from->x, to->x) + reach;

  if (middle < MIN (from->y, to->y) - reach || middle > MAX (from->y, to->y) + reach)
    return FALSE;
  /* A long slanting line touches only a part of each row of its bounding box. */
  if (fabsf (dy) > 1e-3f)
    {
      float across = reach * hypotf (dx, dy) / fabsf (dy);
      float line = from->x + (middle - from->y) * dx / dy;

      left = MAX (left, line - across);
      right = MIN (right, line + across);
    }
  *x1 = (int) floorf (left);
  *x2 = (int) ceilf (right);

  return *x2 > *x1;
}

void
gesso_dab_row (const GessoDab *from,
               const GessoDab *to,
               float           hardness,
               int             x,
               int             y,
               guint8         *row,
               guint           n)
{
  float dx = to->x - from->x, dy = to->y - from->y;
  float square = dx * dx + dy * dy, scale = square > 1e-6f ? 1 / square : 0;
  float py = (float) y + 0.5f - from->y, first = (float) x + 0.5f - from->x;
  float d_radius = to->radius - from->radius, d_strength = to->strength - from->strength;

  float start_radius = from->radius, start_strength = from->strength * 255;

  d_strength *= 255;
  for (int k = 0; k < (int) n; k++)
    {
      float px = first + (float) k;
      float at = clamp ((px * dx + py * dy) * scale);
      float ex = px - at * dx, ey = py - at * dy;
      float distance = sqrtf (ex * ex + ey * ey);
      float thin = start_radius + at * d_radius, radius = fmaxf (thin, MIN_RADIUS);
      float faint = fminf (thin * (1 / MIN_RADIUS), 1);
      float inner = fminf (hardness * radius, radius - 0.5f);
      float t = clamp ((distance - inner) / (radius + 0.5f - inner));
      float value = 1 - t * t * (3 - 2 * t);
      float byte = value * faint * (start_strength + at * d_strength) + 0.5f;

      row[k] = (guint8) (int) fmaxf (byte, row[k]);
    }
}
