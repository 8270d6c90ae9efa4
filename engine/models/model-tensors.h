/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tensors that a network of a given config asks for, and how a checkpoint compares with
 * them. */
#pragma once

#include "models/model-config.h"

G_BEGIN_DECLS

typedef struct
{
  char *name; /* canonical */
  guint n_dims;
  guint64 shape[4];
  gboolean optional; /* the network runs without it */
} GsTensorSpec;

/* All tensors of one component, as an array of GsTensorSpec; free with g_array_unref (). */
GArray *gs_model_tensors (const GsModelConfig *config, GsComponent component);

/* How the components that `config->has` compare; text in all three. */
typedef struct
{
  GPtrArray *missing; /* canonical names */
  GPtrArray
    *surplus; /* canonical names of tensors within a known component that it does not have */
  GPtrArray *misshapen; /* "name: (a, b) instead of (c, d)" */
} GsTensorComparison;

void gs_tensor_comparison_init (GsTensorComparison *comparison, const GsCheckpoint *checkpoint,
                                const GsModelConfig *config);
void gs_tensor_comparison_clear (GsTensorComparison *comparison);

/* TRUE if nothing is amiss; else GS_ERROR_BAD_FILE with the first few names and the counts. */
gboolean gs_tensor_comparison_check (const GsTensorComparison *comparison,
                                     const GsCheckpoint *checkpoint, GError **error);

G_END_DECLS
