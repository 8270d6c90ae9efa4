/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of reference-case.c that need no run: tables of noise levels, and forward noising. */
#pragma once

#include "sample/reference-case.h"

G_BEGIN_DECLS

/* Adds a comparison to the result. step: -1 for none. */
void gs_reference_note (GsReferenceResult *result, const char *what, gint step, double absolute,
                        double relative, double tolerance);
void gs_reference_compare (GsReferenceResult *result, const char *what, gint step, const float *got,
                           const float *want, gsize n, double tolerance);

gboolean gs_reference_check_noising (JsonObject *entry, JsonObject *config,
                                     GsReferenceTensor tensor, gpointer user_data,
                                     GsReferenceResult *result, GError **error);
gboolean gs_reference_check_tables (JsonObject *entry, JsonObject *config, const char *const *names,
                                    GsReferenceTensor tensor, gpointer user_data,
                                    GsReferenceResult *result, GError **error);

G_END_DECLS
