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

static inline int
multiply (int s, int sa, int b, int ba)
{
  return s * b;
}

static inline int
screen (int s, int sa, int b, int ba)
{
  return s * ba + b * sa - s * b;
}

/* Hard light with the layers exchanged. */
static inline int
overlay (int s, int sa, int b, int ba)
{
  if (2 * b <= ba)
    return 2 * s * b;
  return 2 * (b * sa + s * ba - s * b) - sa * ba;
}

static inline int
darken (int s, int sa, int b, int ba)
{
  return MIN (s * ba, b * sa);
}

static inline int
lighten (int s, int sa, int b, int ba)
{
  return MAX (s * ba, b * sa);
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

/* Two pixels at a time, in lanes of 16 bits. */
typedef guint8 Bytes __attribute__ ((vector_size (8)));
typedef guint16 Lanes __attribute__ ((vector_size (16)));

/* The upper halves of the products. */
static inline Lanes
multiply_high (Lanes a, Lanes b)
{
#ifdef __SSE2__
  return (Lanes) _mm_mulhi_epu16 ((__m128i) a, (__m128i) b);
#else
  for (guint i = 0; i < 8; i++)
    a[i] = (guint16) ((guint32) a[i] * b[i] >> 16);
  return a;
#endif
}

/* In units of 1 / 255: c = source * opacity of alpha a, and a b / 255 as a (257 b) / 65536, which is
 * less than 2 too small; so the rounded result is within 1/2 + 2/255 of the exact one. The sum is at
 * most 65027, which leaves room for the rounding. */
static inline Lanes
blend_lanes (Lanes b, Lanes source, guint16 opacity)
{
  Lanes c = source * opacity;
  Lanes a = __builtin_shufflevector (c, c, 3, 3, 3, 3, 7, 7, 7, 7);
  Lanes sum = c + b * 255 - multiply_high (a, b * 257) + 128;

  return (sum + (sum >> 8)) >> 8;
}

static void
blend_normal (guint8 *backdrop, const guint8 *source, gsize n, int opacity)
{
  for (; n > 0; n -= MIN (n, 2), backdrop += 8, source += 8)
    {
      gsize n_bytes = MIN (n, 2) * 4;
      Bytes b = { 0 }, s = { 0 };

      if (n_bytes == 8)
        {
          memcpy (&b, backdrop, 8);
          memcpy (&s, source, 8);
        }
      else
        {
          memcpy (&b, backdrop, 4);
          memcpy (&s, source, 4);
        }
      b = __builtin_convertvector (blend_lanes (__builtin_convertvector (b, Lanes),
                                                __builtin_convertvector (s, Lanes),
                                                (guint16) opacity),
                                   Bytes);
      memcpy (backdrop, &b, n_bytes);
    }
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
      blend_with (multiply, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_SCREEN:
      blend_with (screen, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_OVERLAY:
      blend_with (overlay, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_SOFT_LIGHT:
      blend_with (soft_light, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_DARKEN:
      blend_with (darken, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_LIGHTEN:
      blend_with (lighten, backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_ADD:
      blend_add (backdrop, source, n, opacity);
      break;
    case GESSO_BLEND_NORMAL:
    default:
      blend_normal (backdrop, source, n, opacity);
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
