/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reader and the writer of OpenRaster share: names, stack.xml and gesso/document.json. */
#pragma once

#include "gesso-ora.h"

G_BEGIN_DECLS

#define GESSO_ORA_MIMETYPE "image/openraster"
#define GESSO_ORA_DOCUMENT "gesso/document.json"

/* A picture among the members, and where it belongs. */
typedef struct
{
  char            *src;
  guint            n_channels;
  int              x, y;        /* of its corner, in the picture (in the candidate)      */
  int              offset_x, offset_y; /* of the tiles' origin, in the same              */
  GdkRectangle     area;        /* writing: in the tiles' coordinates                    */
  GessoTiles      *tiles;       /* writing: its pixels; reading: NULL until it was found */

  GessoLayerState *layer;       /* if it is a layer's, which is held                     */
  gboolean         is_selection;
  gboolean         selected;    /* a layer that stack.xml says is the active one         */
  int              candidate;   /* its place among the candidates, or -1                 */
  int              width, height; /* of a candidate                                      */
  char            *recipe;      /* of a candidate                                        */
} GessoOraPlane;

GessoOraPlane *gesso_ora_plane_new  (const char *src, guint n_channels);
void           gesso_ora_plane_free (gpointer plane);

/* stack.xml of planes that are layers, top first. */
char     *gesso_ora_stack_print (GessoSnapshot *snapshot, GPtrArray *planes);
/* Sizes of the snapshot and planes of its layers; nothing of it is believed. */
gboolean  gesso_ora_stack_parse (GBytes *text, GessoSnapshot *snapshot, GPtrArray *planes,
                                 GError **error);

char     *gesso_ora_extras_print (GessoSnapshot *snapshot, GPtrArray *planes);
/* Adds to what stack.xml said. Anything odd is passed over: the picture counts more. */
void      gesso_ora_extras_parse (GBytes *text, GessoSnapshot *snapshot, GPtrArray *planes);

G_END_DECLS
