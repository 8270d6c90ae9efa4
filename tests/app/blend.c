/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blend modes against the W3C's formulas in double precision, and alpha there and back. */
#include "document/gesso-blend.h"

#include <math.h>
#include <string.h>

#define MAX_RUN 9

static double
mix (GessoBlend blend, double cb, double cs)
{
  double d;

  switch (blend)
    {
    case GESSO_BLEND_MULTIPLY:
      return cb * cs;
    case GESSO_BLEND_SCREEN:
      return 1 - (1 - cb) * (1 - cs);
    case GESSO_BLEND_OVERLAY:
      return cb <= 0.5 ? 2 * cb * cs : 1 - 2 * (1 - cb) * (1 - cs);
    case GESSO_BLEND_SOFT_LIGHT:
      d = cb <= 0.25 ? ((16 * cb - 12) * cb + 4) * cb : sqrt (cb);
      return cs <= 0.5 ? cb - (1 - 2 * cs) * cb * (1 - cb) : cb + (2 * cs - 1) * (d - cb);
    case GESSO_BLEND_DARKEN:
      return MIN (cb, cs);
    case GESSO_BLEND_LIGHTEN:
      return MAX (cb, cs);
    default:
      return cs;
    }
}

/* Premultiplied, of 255. */
static void
reference (GessoBlend blend, const guint8 *b, const guint8 *s, double opacity, double *out)
{
  double ab = b[3] / 255.0, as = s[3] / 255.0 * opacity;

  for (guint c = 0; c < 3; c++)
    {
      double pb = b[c] / 255.0, ps = s[c] / 255.0 * opacity;
      double cb = ab > 0 ? pb / ab : 0, cs = as > 0 ? ps / as : 0;

      if (blend == GESSO_BLEND_ADD)
        out[c] = 255 * MIN (pb + ps, 1);
      else
        out[c] = 255 * (as * (1 - ab) * cs + (1 - as) * ab * cb + as * ab * mix (blend, cb, cs));
    }
  out[3] = 255 * (blend == GESSO_BLEND_ADD ? MIN (ab + as, 1) : as + (1 - as) * ab);
}

static void
random_pixel (GRand *rand, guint8 *pixel)
{
  static const guint8 corners[] = { 0, 1, 64, 127, 128, 254, 255 };

  if (g_rand_boolean (rand))
    pixel[3] = (guint8) g_rand_int (rand);
  else
    pixel[3] = corners[g_rand_int_range (rand, 0, G_N_ELEMENTS (corners))];
  for (guint c = 0; c < 3; c++)
    pixel[c] = (guint8) g_rand_int_range (rand, 0, pixel[3] + 1);
}

static void
assert_blended (GessoBlend blend, const guint8 *b, const guint8 *s, guint8 opacity, const guint8 *is)
{
  double expected[4];

  reference (blend, b, s, opacity / 255.0, expected);
  for (guint c = 0; c < 4; c++)
    {
      g_assert_cmpfloat (fabs (is[c] - expected[c]), <=, 0.51);
      g_assert_cmpuint (is[c], <=, is[3]);
    }
}

/* Runs of all lengths: some pixels go several at a time. */
static void
test_formulas (gconstpointer data)
{
  GessoBlend blend = GPOINTER_TO_UINT (data);
  g_autoptr (GRand) rand = g_rand_new_with_seed (blend + 1);

  for (guint n = 0; n < 50000; n++)
    {
      guint8 before[MAX_RUN][4], b[MAX_RUN + 1][4], s[MAX_RUN][4];
      guint8 opacity = n % 2 ? 255 : (guint8) g_rand_int (rand);
      guint run = 1 + n % MAX_RUN;

      memset (b, 77, sizeof b);
      for (guint i = 0; i < run; i++)
        {
          random_pixel (rand, b[i]);
          random_pixel (rand, s[i]);
        }
      memcpy (before, b, sizeof before);
      gesso_blend_pixels (blend, b[0], s[0], run, opacity);
      for (guint i = 0; i < run; i++)
        assert_blended (blend, before[i], s[i], opacity, b[i]);
      g_assert_cmpuint (b[run][0], ==, 77);
    }
}

static void
test_exact (void)
{
  guint8 b[4] = { 1, 2, 3, 4 };
  const guint8 opaque[4] = { 10, 200, 30, 255 }, none[4] = { 0 };

  gesso_blend_pixels (GESSO_BLEND_NORMAL, b, none, 1, 255);
  g_assert_cmpmem (b, 4, "\1\2\3\4", 4);
  gesso_blend_pixels (GESSO_BLEND_NORMAL, b, opaque, 1, 255);
  g_assert_cmpmem (b, 4, opaque, 4);
}

/* Every premultiplied value of every alpha comes back. */
static void
test_alpha (void)
{
  for (guint a = 1; a < 256; a++)
    for (guint c = 0; c <= a; c++)
      {
        guint8 pixel[4] = { (guint8) c, 0, (guint8) a, (guint8) a };

        gesso_unpremultiply (pixel, 1);
        g_assert_cmpuint (pixel[2], ==, 255);
        gesso_premultiply (pixel, 1);
        g_assert_cmpuint (pixel[0], ==, c);
        g_assert_cmpuint (pixel[2], ==, a);
      }
}

static void
test_names (void)
{
  for (GessoBlend i = 0; i < GESSO_N_BLENDS; i++)
    {
      GessoBlend blend = GESSO_N_BLENDS;

      g_assert_true (gesso_blend_from_id (gesso_blend_get_id (i), &blend));
      g_assert_cmpint (blend, ==, i);
      blend = GESSO_N_BLENDS;
      g_assert_true (gesso_blend_from_composite_op (gesso_blend_get_composite_op (i), &blend));
      g_assert_cmpint (blend, ==, i);
      g_assert_cmpint (strlen (gesso_blend_get_name (i)), >, 0);
      g_assert_false (gesso_blend_from_composite_op ("svg:nonsense", &blend));
      g_assert_cmpint (blend, ==, GESSO_BLEND_NORMAL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (GessoBlend i = 0; i < GESSO_N_BLENDS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/app/blend/%s", gesso_blend_get_id (i));

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_formulas);
    }
  g_test_add_func ("/app/blend/exact", test_exact);
  g_test_add_func ("/app/blend/alpha", test_alpha);
  g_test_add_func ("/app/blend/names", test_names);

  return g_test_run ();
}
