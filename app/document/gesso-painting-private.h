/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sources of GessoPainting share: its fields, and how an operation becomes an entry. */
#pragma once

#include "gesso-layer-private.h"
#include "gesso-painting.h"

#include <gio/gio.h>

G_BEGIN_DECLS

struct _GessoPainting
{
  GObject        parent_instance;

  guint          width, height;
  GListStore    *layers;     /* of GessoLayer, top first                            */
  GListStore    *candidates; /* of GessoCandidate, oldest first                     */
  GessoLayer    *active;     /* in layers, or NULL                                  */
  GessoTiles    *selection;
  GdkRectangle   frame;
  GVariant      *settings;
  GHashTable    *members;    /* of the .ora it was read from, or NULL               */

  GHashTable    *known;      /* id -> GessoLayer: those that undo may bring back too */
  guint64        last_id;

  GessoHistory  *history;
  guint64        saved_state;
  gboolean       touched;    /* changed without an entry since it was saved         */

  guint          depth;      /* of nested changes                                   */
  gboolean       cancelled;
  GessoSnapshot *before;     /* the outermost begin                                 */
  char          *name;
  const char    *key;        /* of a merging change                                 */
  gpointer       what;

  gpointer       last_change; /* that a merging one may join, while ...             */
  guint64        joinable;    /* ... the history stands at this state               */
  const char    *last_key;
  gpointer       last_what;
  gint64         last_time;
};

/* An operation: begin, with what was before; end damages what differs from then on. */
GessoSnapshot *gesso_painting_begin_operation (GessoPainting *self, const char *name);
void           gesso_painting_end_operation   (GessoPainting *self, GessoSnapshot *before);

/* Layers by their ids, in that order. */
gboolean       gesso_painting_same_order (GessoSnapshot *a, GessoSnapshot *b);
/* All that an entry of the history may be about. */
gboolean       gesso_painting_is_same    (GessoSnapshot *a, GessoSnapshot *b);
/* Bytes that an entry keeps from being freed. */
gsize          gesso_painting_get_cost   (GessoSnapshot *before, GessoSnapshot *after);
void           gesso_painting_damage_difference (GessoPainting *self,
                                                 GessoSnapshot *a,
                                                 GessoSnapshot *b);

/* Makes it what "to" is wherever "from" differs from it, and damages. */
void           gesso_painting_apply  (GessoPainting *self, GessoSnapshot *from, GessoSnapshot *to);

/* Gives an id if it has none, and remembers it. */
void           gesso_painting_adopt  (GessoPainting *self, GessoLayer *layer);
void           gesso_painting_take_active (GessoPainting *self, GessoLayer *layer);
/* Parts of the state without an entry of their own, for operations and undo; they notify. */
void           gesso_painting_take_size      (GessoPainting *self, guint width, guint height);
void           gesso_painting_take_frame     (GessoPainting *self, const GdkRectangle *frame);
void           gesso_painting_take_selection (GessoPainting *self, GessoTiles *selection);
/* After a change: "modified", and "changed". */
void           gesso_painting_emit_changed   (GessoPainting *self);

/* FALSE with a sentence for a layer that is locked or hidden, or not in the painting. */
gboolean       gesso_painting_check_layer (GessoPainting *self, GessoLayer *layer, GError **error);

G_END_DECLS
