/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoSnapshot: everything of a painting at one moment. It shares its tiles with the painting, so
 * taking one costs some pointers; it never changes, so another thread can save it while the
 * painting is painted on.
 *
 * GessoLayerState is one layer's part of it. Both are reference counted; any thread.
 */
#pragma once

#include "gesso-blend.h"
#include "gesso-candidate.h"
#include "gesso-tiles.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_LAYER_RASTER,    /* RGBA, painted                                            */
  GESSO_LAYER_MASK,      /* 1 byte: what a generation changes; never in the picture  */
  GESSO_LAYER_GENERATED  /* RGBA with the recipe that made it, until it is painted on */
} GessoLayerKind;

/* Fields are read by anyone and written only by the holder of the only reference. */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;

  /*< public >*/
  guint64         id;      /* of this layer for as long as its painting lives          */
  GessoLayerKind  kind;
  char           *name;
  double          opacity; /* 0 .. 1                                                   */
  gboolean        visible;
  gboolean        locked;  /* its pixels and place are not to be changed               */
  GessoBlend      blend;
  int             x, y;    /* where in the picture the tiles' origin lies              */
  GessoTiles     *tiles;   /* 4 channels, a mask's 1                                   */
  char           *recipe;  /* opaque text of a generated layer (JSON by convention), or
                              NULL: prompt, seed, model, mask, region, parents; a
                              raster layer has one if it was generated                 */
  char           *control; /* how it guides what is generated (gesso-guide.h), or NULL: it
                              does not; a layer that does is no part of the picture    */
} GessoLayerState;

GessoLayerState *gesso_layer_state_new           (GessoLayerKind kind, const char *name);
GessoLayerState *gesso_layer_state_ref           (GessoLayerState *self);
void             gesso_layer_state_unref         (GessoLayerState *self);
/* Takes the reference and gives one that nobody else holds; tiles are shared until edited. */
GessoLayerState *gesso_layer_state_make_writable (GessoLayerState *self);
/* Whether all is the same but for the tiles, and the tiles by identity. */
gboolean         gesso_layer_state_same          (const GessoLayerState *a,
                                                  const GessoLayerState *b);

/* Fields as above: written only by who made it, before anybody else holds it. */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;

  /*< public >*/
  guint         width, height;
  int           origin_x, origin_y; /* how far the picture grew to the left and to the top since it
                                       was opened; for those who remember places in it; the
                                       journal keeps it, files do not                   */
  GPtrArray    *layers;      /* of GessoLayerState, top first                            */
  guint64       active;      /* the id of the active layer, 0: none                      */
  GessoTiles   *selection;   /* 1 channel, in the picture's coordinates; NULL: all of it */
  GdkRectangle  frame;       /* what is generated; may lie partly outside the picture    */
  GPtrArray    *candidates;  /* of GessoCandidate, oldest first                          */
  GVariant     *settings;    /* the owner's: prompt and so on, or NULL                   */
  GHashTable   *members;     /* name -> GBytes: what an .ora held that we do not know    */
} GessoSnapshot;

GessoSnapshot *gesso_snapshot_new   (guint width, guint height);
GessoSnapshot *gesso_snapshot_ref   (GessoSnapshot *self);
void           gesso_snapshot_unref (GessoSnapshot *self);

/* The same, with layers of its own: of a painting in mid change, whose planes are still written to. */
GessoSnapshot *gesso_snapshot_detach (const GessoSnapshot *self);

/* Of the layer with that id; NULL if there is none. */
GessoLayerState *gesso_snapshot_find_layer (const GessoSnapshot *self, guint64 id);
/* Whether an area shows something that is painted by hand or came from outside: pixels of a visible
 * raster layer that are not all alike. A ground of one colour is nothing, nor is what was generated
 * and not painted on since. */
gboolean         gesso_snapshot_is_painted (const GessoSnapshot *self, const GdkRectangle *area);
/* By content, pixels to the byte. */
gboolean         gesso_snapshot_equal      (const GessoSnapshot *a, const GessoSnapshot *b);

/* What a painting may be at most; checked wherever sizes come from outside. */
#define GESSO_MAX_SIZE 16384
#define GESSO_MAX_LAYERS 1000
/* Of all layers of a file together: 4 GiB of RGBA. */
#define GESSO_MAX_TOTAL_PIXELS ((guint64) 1 << 30)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoLayerState, gesso_layer_state_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoSnapshot, gesso_snapshot_unref)

G_END_DECLS
