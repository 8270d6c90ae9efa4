/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sessions do for gs_prepare_process() (gs.h). */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* Forgets a choice that was measured with another version of the driver. */
void gs_vector_width_check (const GsGpuInfo *info);

G_END_DECLS
