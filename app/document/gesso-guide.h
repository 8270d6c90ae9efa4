/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGuide: how a layer guides what is generated, as a layer keeps it ("control") and as widgets and
 * requests read it. Such a layer is shown while it is drawn, acts while it is visible, and is no part of
 * the picture.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char   *model;      /* a path of the library's, or a name in it */
  char   *preprocess; /* the engine's id: "none", "canny" ...     */
  double  strength;   /* 0 .. 2                                   */
  double  start, end; /* part of the steps, 0 .. 1                */
} GessoGuide;

/* Of the strength 1 in all steps. */
GessoGuide *gesso_guide_new   (const char *model, const char *preprocess);
void        gesso_guide_free  (GessoGuide *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoGuide, gesso_guide_free)

/* NULL if the text is none; numbers out of range are clamped. */
GessoGuide *gesso_guide_parse (const char *text);
char       *gesso_guide_print (const GessoGuide *self);

G_END_DECLS
