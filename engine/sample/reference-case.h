/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks samplers, schedules and forward noising against recorded runs of the reference
 * implementations.
 *
 * A case is an entry of a golden MANIFEST.json of the group "scheduler" and its tensors: a recorded
 * run is made again twice, once with the recorded model outputs (each input must then agree), once
 * with the stand-in model of the entry's "model_formula", so that errors add up as they would in
 * use. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A tensor of the case as floats; the caller frees it. *n: its elements. NULL if the case has none
 * of the name. */
typedef float *(*GsReferenceTensor) (const char *name, gsize *n, gpointer user_data);

typedef struct
{
  gboolean passed;
  /* Of the comparison that comes closest to its tolerance (or exceeds it most). */
  double max_absolute;
  double max_relative; /* to the largest expected magnitude; element by element in tables */
  double tolerance;
  char detail[160]; /* which tensor and step it was, or why the case could not be run */
} GsReferenceResult;

/* names: the case's tensors, ended by NULL (for tables, which have one output per name). FALSE with
 * an error only if the entry is malformed or its kind unknown. */
gboolean gs_reference_case_check (JsonObject *entry, const char *const *names,
                                  GsReferenceTensor tensor, gpointer user_data,
                                  GsReferenceResult *result, GError **error);

G_END_DECLS
