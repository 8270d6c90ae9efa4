/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of two products of bytes fit 16 bits, and (t + (t >> 8)) >> 8 with t = sum + 128 is the sum
 * over 255, rounded to nearest. */
#include "config.h"

#include "gesso-coverage.h"

#include <string.h>

static inline guint8
mix (guint from, guint to, guint c)
{
  guint16 t = (guint16) (from * (255 - c) + to * c + 128);

  return (guint8) ((guint16) (t + (t >> 8)) >> 8);
}

/* Two pixels at a time. */
typedef guint8 Bytes __attribute__ ((vector_size (8)));
typedef guint16 Lanes __attribute__ ((vector_size (16)));

void
gesso_coverage_lay_4 (const guint8 *base,
                      const guint8 *coverage,
                      const guint8 *color,
                      guint8       *out,
                      guint         n)
{
  const Lanes to = { color[0], color[1], color[2], color[3],
                     color[0], color[1], color[2], color[3] };

  for (guint k = 0; k + 1 < n; k += 2)
    {
      guint16 c1 = coverage[k], c2 = coverage[k + 1];
      const Lanes c = { c1, c1, c1, c1, c2, c2, c2, c2 };
      Bytes bytes;
      Lanes t;

      memcpy (&bytes, base + (gsize) 4 * k, 8);
      t = __builtin_convertvector (bytes, Lanes) * (255 - c) + to * c + 128;
      bytes = __builtin_convertvector ((t + (t >> 8)) >> 8, Bytes);
      memcpy (out + (gsize) 4 * k, &bytes, 8);
    }
  if (n & 1)
    for (guint i = 4 * (n - 1); i < 4 * n; i++)
      out[i] = mix (base[i], color[i & 3], coverage[n - 1]);
}

void
gesso_coverage_lay_1 (const guint8 *base,
                      const guint8 *coverage,
                      guint8        value,
                      guint8       *out,
                      guint         n)
{
  for (guint k = 0; k < n; k++)
    out[k] = mix (base[k], value, coverage[k]);
}

void
gesso_coverage_multiply (guint8 *coverage, guint8 factor, const guint8 *with, guint n)
{
  for (guint k = 0; k < n; k++)
    coverage[k] = mix (0, coverage[k], factor);
  if (with)
    for (guint k = 0; k < n; k++)
      coverage[k] = mix (0, coverage[k], with[k]);
}
