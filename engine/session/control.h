/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The networks that a request guides its pictures with: opened, kept with the session's model, and what
 * of them acts in which step.
 */
#pragma once

#include "models/controlnet.h"
#include "models/t2i-adapter.h"
#include "nn/weights.h"
#include "session/session-private.h"

G_BEGIN_DECLS

/* One opened network. Its weights are called "unet.control<id>...." in graphs. */
typedef struct
{
  guint              id;
  char              *path;
  GsCheckpoint      *checkpoint;
  gboolean           is_adapter; /* a T2I-Adapter, else a ControlNet */
  GsControlNetConfig net;
  GsT2iAdapterConfig adapter;
  GsWeightSource    *source;     /* the store's */
  GsWeightStore     *store;
  float              strength;
  gboolean           in_use;     /* by the current request */

  GBytes            *seen;       /* the picture that these were made of, or NULL */
  guint32            seen_width; /* of the result                                     */
  gpointer           hint;       /* what its hint's program made of it */
} GsControlModel;

/* One of a request. */
typedef struct
{
  GsControlModel *model;    /* the session's model's */
  float           strength, start, end;
  float          *picture;  /* (H, W, channels) floats as the hint's program takes them; NULL: not yet */
} GsControlUse;

/* Bit i: use i acts. */
typedef guint GsControlMask;

/* Those of a request, opened or found again; others are closed. uses: GS_MAX_CONTROLS of them, zeroed;
 * to be cleared, also on error. Programs that were made before may be gone. */
gboolean gs_controls_open  (GsSession *session, const GsRequest *request, GsControlUse *uses,
                            GError **error);
void     gs_controls_clear (GsControlUse *uses);

/* A network of random weights and the loaded model's sizes, for measuring. */
void     gs_controls_open_synthetic (GsSession *session, GsControlUse *uses);

/* Which act in step i of n: those whose part of the steps has all of it. */
GsControlMask gs_controls_active (const GsControlUse *uses, guint n_uses, guint step,
                                  guint n_steps);

/* For a model's own ends. */
void gs_control_model_free (GsControlModel *control);

/* Device memory of their weights, as gs_weight_store_get_declared_bytes(). */
guint64 gs_controls_get_declared_bytes (GsModel *model);
/* Gives it back; programs must be gone. */
void    gs_controls_evict              (GsModel *model);

/* Pixels of a side of the pictures (or of what is read of them) for a latent of that many. */
guint32 gs_control_hint_size     (const GsControlModel *control, guint32 latent);
guint32 gs_control_hint_channels (const GsControlModel *control);

G_END_DECLS
