/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says, as values at builder's place. */
#pragma once

#include "cli/serve/worker.h"

G_BEGIN_DECLS

/* {"images", "parameters", "info"}; info is JSON in a string, as in A1111. */
void gs_serve_add_answer    (JsonBuilder *builder, const GsServeAnswer *answer, const GsServeRequest *request);
/* {"progress", "eta_relative", "state", "current_image", "textinfo"} */
void gs_serve_add_progress  (JsonBuilder *builder, const GsServeProgress *progress);
void gs_serve_add_samplers  (JsonBuilder *builder);
void gs_serve_add_schedules (JsonBuilder *builder);
/* A picture's settings: {"info", "items", "parameters"}; text may be NULL. */
void gs_serve_add_png_info  (JsonBuilder *builder, const char *text);

G_END_DECLS
