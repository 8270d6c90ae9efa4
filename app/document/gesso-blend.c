/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With Cs, as and Cb, ab the colour and alpha of source and backdrop (W3C Compositing and Blending
 * Level 1, sections 5.1 and 10):
 *
 *   co = as (1 - ab) Cs + (1 - as) ab Cb + as ab B (Cb, Cs)      premultiplied result
 *   ao = as + (1 - as) ab
 *
 * and "add" is the lighter operator of section 9: co = min (1, as Cs + ab Cb). Premultiplied
 * s = as Cs and b = ab Cb turn each as ab B into sums of products of bytes, which are kept exact;
 * only the result is rounded.
 */
#include "config.h"

#include "gesso-blend.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const struct
{
  const char *id;
  const char *name;
  const char *composite_op;
} blends[GESSO_N_BLENDS] = {
  /* Translators: how a layer mixes with those below it */
  [GESSO_BLEND_NORMAL] = { "normal", NC_ ("blend mode", "Normal"), "svg:src-over" },
  [GESSO_BLEND_MULTIPLY] = { "multiply", NC_ ("blend mode", "Multiply"), "svg:multiply" },
  [GESSO_BLEND_SCREEN] = { "screen", NC_ ("blend mode", "Screen"), "svg:screen" },
  [GESSO_BLEND_OVERLAY] = { "overlay", NC_ ("blend mode", "Overlay"), "svg:overlay" },
  [GESSO_BLEND_SOFT_LIGHT] = { "soft-light", NC_ ("blend mode", "Soft Light"), "svg:soft-light" },
  [GESSO_BLEND_DARKEN] = { "darken", NC_ ("blend mode", "Darken"), "svg:darken" },
  [GESSO_BLEND_LIGHTEN] = { "lighten", NC_ ("blend mode", "Lighten"), "svg:lighten" },
  [GESSO_BLEND_ADD] = { "add", NC_ ("blend mode", "Add"), "svg:plus" },
};

const char *
gesso_blend_get_id (GessoBlend blend)
{
  return blends[blend].id;
}

const char *
gesso_blend_get_name (GessoBlend blend)
{
  return g_dpgettext2 (NULL, "blend mode", blends[blend].name);
}

const char *
gesso_blend_get_composite_op (GessoBlend blend)
{
  return blends[blend].composite_op;
}

gboolean
gesso_blend_from_id (const char *id, GessoBlend *blend)
{
  for (*blend = 0; *blend < GESSO_N_BLENDS; (*blend)++)
    if (g_strcmp0 (id, blends[*blend].id) == 0)
      return TRUE;

  *blend = GESSO_BLEND_NORMAL;
  return FALSE;
}

gboolean
gesso_blend_from_composite_op (const char *name, GessoBlend *blend)
{
  for (*blend = 0; *blend < GESSO_N_BLENDS; (*blend)++)
    if (g_strcmp0 (name, blends[*blend].composite_op) == 0)
      return TRUE;

  *blend = GESSO_BLEND_NORMAL;
  return FALSE;
}

/* ---- Formulas ------------------------------------------------------------------------------- */

/* Each gives 255 * 65025 times as ab B for a channel: source s and as (sa) are of 65025, their
 * opacity multiplied in; backdrop b and ab (ba) are of 255. */
typedef int (*BlendFunc) (int s, int sa, int b, int ba);

/* Hard light with the layers exchanged. */
static inline int
overlay (int s, int sa, int b, int ba)
{
  if (2 * b <= ba)
    return 2 * s * b;
  return 2 * (b * sa + s * ba - s * b) - sa * ba;
}

static inline int
soft_light (int s, int sa, int b, int ba)
{
  float cs, cb, d, result;

  if (sa == 0 || ba == 0)
    return 0;

  cs = (float) s / (float) sa;
  cb = (float) b / (float) ba;
  d = cb <= 0.25f ? ((16 * cb - 12) * cb + 4) * cb : sqrtf (cb);
  if (cs <= 0.5f)
    result = cb - (1 - 2 * cs) * cb * (1 - cb);
  else
    result = cb + (2 * cs - 1) * (d - cb);

  return (int) lrintf (result * (float) (sa * ba));
}

static inline guint8
divide (int x)
{
  return (guint8) ((x + 32512) / 65025);
}

/* Made for each mode by inlining, so that the loop over pixels holds no call. */
static inline void
blend_with (BlendFunc func, guint8 *backdrop, const guint8 *source, gsize n, int opacity)
{
  for (gsize i = 0; i < n; i++, backdrop += 4, source += 4)
    {
      int sa = source[3] * opacity, ba = backdrop[3];

      if (sa == 0)
        continue;
      for (int c = 0; c < 3; c++)
        {
          int s = source[c] * opacity, b = backdrop[c];
          int sum = s * (255 - ba) + (65025 - sa) * b + func (s, sa, b, ba);

          backdrop[c] = divide (sum);
        }
      backdrop[3] = divide (sa * 255 + (65025 - sa) * ba);
    }
}

/* ---- Four pixels at a time ------------------------------------------------------------------ */

/*
 * In lanes of 16 bits, two pixels each, and units of 1 / 255: c = opacity Cs as and a = opacity as of
 * 65025, b = Cb ab and ba = ab of 255. x y / 255 of one of the former and one of the latter is less than
 * 2 too small as x (257 y) / 65536, so that a result with one such product is within 1/2 + 2/255 of the
 * exact one; with two, rounding from 2 units lower keeps it there. Sums are at most 65029, which leaves
 * room for rounding.
 */
typedef guint8 Bytes __attribute__ ((vector_size (16)));
typedef guint16 Lanes __attribute__ ((vector_size (16)));
typedef gint16 Signed __attribute__ ((vector_size (16)));
typedef Lanes (*LanesFunc) (Lanes c, Lanes a, Lanes b, Lanes ba);

#define HALF 128

static inline Lanes
times (Lanes x, Lanes y)
{
  Lanes z = y * 257;

#ifdef __SSE2__
  return (Lanes) _mm_mulhi_epu16 ((__m128i) x, (__m128i) z);
#else
  for (guint i = 0; i < 8; i++)
    x[i] = (guint16) ((guint32) x[i] * z[i] >> 16);
  return x;
#endif
}

static inline Lanes
at_most (Lanes x, Lanes y)
{
  Lanes less = (Lanes) (x < y);

  return (x & less) | (y & ~less);
}

static inline Lanes
at_least (Lanes x, Lanes y)
{
  return x + y - at_most (x, y);
}

static inline Lanes
normal (Lanes c, Lanes a, Lanes b, Lanes ba)
{
  return c + b * 255 - times (a, b) + HALF;
}

static inline Lanes
multiply (Lanes c, Lanes a, Lanes b, Lanes ba)
{
  return c + b * 255 - times (c, ba - b) - times (a, b) + (HALF - 2);
}

static inline Lanes
screen (Lanes c, Lanes a, Lanes b, Lanes ba)
{
  return c + b * 255 - times (c, b) + HALF;
}

static inline Lanes
darken (Lanes c, Lanes a, Lanes b, Lanes ba)
{
  return c + b * 255 - at_least (times (c, ba), times (a, b)) + HALF;
}

static inline Lanes
lighten (Lanes c, Lanes a, Lanes b, Lanes ba)
{
  return c + b * 255 - at_most (times (c, ba), times (a, b)) + HALF;
}

static inline Lanes
spread_alpha (Lanes x)
{
  return __builtin_shufflevector (x, x, 3, 3, 3, 3, 7, 7, 7, 7);
}

static inline Lanes
blend_two (LanesFunc func, Lanes b, Lanes source, guint16 opacity)
{
  Lanes c = source * opacity;
  Lanes sum = func (c, spread_alpha (c), b, spread_alpha (b));
  Lanes result = (sum + (sum >> 8)) >> 8, alpha = spread_alpha (result);
  Lanes less = (Lanes) ((Signed) result < (Signed) alpha);

  /* With normal, nothing is rounded up past its alpha. */
  return func == normal ? result : (result & less) | (alpha & ~less);
}

static inline Lanes
low_half (Bytes x)
{
  return (Lanes) __builtin_shufflevector (x, (Bytes) { 0 }, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                          6, 22, 7, 23);
}

static inline Lanes
high_half (Bytes x)
{
  return (Lanes) __builtin_shufflevector (x, (Bytes) { 0 }, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                          29, 14, 30, 15, 31);
}

static inline Bytes
blend_four (LanesFunc func, Bytes b, Bytes s, guint16 opacity)
{
  Bytes low = (Bytes) blend_two (func, low_half (b), low_half (s), opacity);
  Bytes high = (Bytes) blend_two (func, high_half (b), high_half (s), opacity);

  return __builtin_shufflevector (low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

static inline gboolean
is_nothing (Bytes x)
{
  guint64 words[2];

  memcpy (words, &x, sizeof words);
  return (words[0] | words[1]) == 0;
}

/* Made for each mode by inlining. What is transparent, most of many a layer, is passed over. */
static inline void
blend_with_lanes (LanesFunc func, guint8 *backdrop, const guint8 *source, gsize n, guint8 opacity)
{
  Bytes b = { 0 }, s = { 0 };

  for (; n >= 4; n -= 4, backdrop += 16, source += 16)
    {
      memcpy (&s, source, 16);
      if (is_nothing (s))
        continue;
      memcpy (&b, backdrop, 16);
      b = blend_four (func, b, s, opacity);
      memcpy (backdrop, &b, 16);
    }
  if (n == 0)
    return;

  memcpy (&s, source, 4 * n);
  memcpy (&b, backdrop, 4 * n);
  b = blend_four (func, b, s, opacity);
  memcpy (backdrop, &b, 4 * n);
}

static void
blend_add (guint8 *backdrop, const guint8 *source, gsize n, int opacity)
{
  for (gsize i = 0; i < 4 * n; i++)
    backdrop[i] = (guint8) MIN (backdrop[i] + gesso_multiply_8 (source[i], (guint) opacity), 255);
}

void
gesso_blend_pixels (GessoBlend    blend,
                    guint8       *backdrop,
                    const guint8 *source,
                    gsize         n,
                    guint8        opacity)
{
  switch (blend)
    {
    case GESSO_BLEND_MULTIPLY:
      blend_with_lanes (multiply, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_SCREEN:
      blend_with_lanes (screen, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_OVERLAY:
      blend_with (overlay, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_SOFT_LIGHT:
      blend_with (soft_light, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_DARKEN:
      blend_with_lanes (darken, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_LIGHTEN:
      blend_with_lanes (lighten, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_ADD:
      blend_add (backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_NORMAL:
    default:
      blend_with_lanes (normal, backdrop, source, n, opacity);
      break;
    }
}

/* ---- Alpha ---------------------------------------------------------------------------------- */

void
gesso_premultiply (guint8 *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++, pixels += 4)
    for (guint c = 0; c < 3; c++)
      pixels[c] = (guint8) gesso_multiply_8 (pixels[c], pixels[3]);
}

/* With c <= a, rounding c * 255 / a is off by at most one half, which a / 255 < 1 makes less than one
 * half on the way back: multiplying again is exact. */
void
gesso_unpremultiply (guint8 *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++, pixels += 4)
    {
      guint a = pixels[3];

      if (a == 255 || a == 0)
        continue;
      for (guint c = 0; c < 3; c++)
        pixels[c] = (guint8) MIN ((pixels[c] * 255u + a / 2) / a, 255);
    }
}
