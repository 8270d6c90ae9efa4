/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session is, for the files of this folder.
 */
#pragma once

#include "session/progress.h"
#include "tensor/program.h"

G_BEGIN_DECLS

typedef struct _GsModel GsModel;
typedef struct _GsMemoryPlan GsMemoryPlan;

struct _GsSession
{
  GsDevice       *device;
  GsDeviceInfo   *info;
  char           *reason;
  GsDtype         dtype;    /* of activations: F16 or F32 */
  GsArena        *arena;    /* shared by all programs: one runs at a time */
  guint64         memory_limit; /* device memory to use at most, see GsSessionOptions */
  GsMemoryPlan   *plan;     /* of the job at work, borrowed, or NULL: see session/memory-stages.h */
  GsStream       *stream;   /* through which weights pass, or NULL */
  GsModel        *model;    /* NULL until one is loaded   */
  GsModel        *refiner;  /* the other of two models, see session/refine.h; or NULL */
  double          load_seconds; /* that opening it took, until a result has taken them over */
  GsProgressState progress;
  char          **folders;   /* of the library, or NULL          */
  GPtrArray      *library;   /* the files there, NULL: to be listed */
  gint64          listed_at;
};

/* FALSE with GS_ERROR_INVALID_ARGUMENT if no model is loaded. */
gboolean gs_session_require_model (GsSession *session, GError **error);

/* Side of the pictures that its model was trained on; see GsModelInfo. */
guint gs_session_native_size (GsSession *session);

/* Makes a model the session's; the previous one is freed. Takes it. */
void gs_session_set_model (GsSession *session, GsModel *model);

G_END_DECLS
