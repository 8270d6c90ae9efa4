/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blend modes: how a layer's colour meets what lies below it, by the formulas of the W3C's
 * Compositing and Blending Level 1 (https://www.w3.org/TR/compositing-1/), on sRGB values as all
 * painting programs do it.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* In the order of the drop-down; stored by id, never by number. */
typedef enum
{
  GESSO_BLEND_NORMAL,
  GESSO_BLEND_MULTIPLY,
  GESSO_BLEND_SCREEN,
  GESSO_BLEND_OVERLAY,
  GESSO_BLEND_SOFT_LIGHT,
  GESSO_BLEND_DARKEN,
  GESSO_BLEND_LIGHTEN,
  GESSO_BLEND_ADD,
  GESSO_N_BLENDS
} GessoBlend;

/* "normal", "soft-light"; for settings and journals. */
const char *gesso_blend_get_id        (GessoBlend blend);
/* Translated, for people. */
const char *gesso_blend_get_name      (GessoBlend blend);
/* OpenRaster's composite-op: "svg:src-over", "svg:soft-light", "svg:plus". */
const char *gesso_blend_get_composite_op  (GessoBlend blend);
/* FALSE for ids that are not known; *blend is then GESSO_BLEND_NORMAL. */
gboolean    gesso_blend_from_id           (const char *id, GessoBlend *blend);
gboolean    gesso_blend_from_composite_op (const char *name, GessoBlend *blend);

/* Lays n pixels of source over backdrop, both premultiplied RGBA; opacity is of 255. The result is
 * within 1 of the exact one in each byte, and exact for GESSO_BLEND_NORMAL of opaque pixels. */
void        gesso_blend_pixels        (GessoBlend    blend,
                                       guint8       *backdrop,
                                       const guint8 *source,
                                       gsize         n,
                                       guint8        opacity);

/* a * b / 255, rounded to nearest. */
static inline guint
gesso_multiply_8 (guint a, guint b)
{
  guint t = a * b + 128;

  return (t + (t >> 8)) >> 8;
}

/* Straight RGBA to premultiplied and back, in place. Premultiplied pixels survive the way there
 * and back to the byte; straight ones lose what their alpha cannot show. */
void        gesso_premultiply         (guint8 *pixels, gsize n);
void        gesso_unpremultiply       (guint8 *pixels, gsize n);

G_END_DECLS
