/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kernels: an embedded SPIR-V module plus specialization constants make a compute pipeline. Asking
 * for a kernel starts its compilation on another thread, so whoever needs many asks for all of them
 * first (gs_commands_new_dry()).
 *
 * All kernels share one interface: up to GS_PUSH_BYTES of push constants, which hold the operands'
 * device addresses and the sizes, and for the few that read through texture units two uniform texel
 * buffers at set 0, bindings 0 and 1.
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

#define GS_PUSH_BYTES 128
#define GS_MAX_SPEC_CONSTANTS 16

/* The embedded module called name ("group-norm.f16"), specialised: constant i has constant_id i.
 * Cached in the device, so asking again is a look-up. A missing name is our own bug; a driver that
 * cannot compile it is GS_ERROR_UNSUPPORTED of the commands that dispatch it. */
GsKernel *gs_kernel_get (GsDevice *device, const char *name, const guint32 *constants,
                         guint n_constants);

/* Whether a module of that name was compiled in. */
gboolean gs_kernel_exists (const char *name);

/* Writes the pipeline cache to disk if kernels were added; called by gs_device_free() too. */
void gs_kernel_save_cache (GsDevice *device);

G_END_DECLS
