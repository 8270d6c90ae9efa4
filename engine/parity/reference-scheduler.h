/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The diffusers schedulers of whole runs, by the short names that the cases use. */
#pragma once

#include "sample/options.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The options of config's "scheduler" ("ddim", "dpmpp_2m_karras" ...) as Stable Diffusion 1.x's
 * pipelines set it up. */
gboolean gs_reference_scheduler (GsSamplerOptions *options, JsonObject *config, GError **error);

G_END_DECLS
