/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recording work for the device: recorded once, submitted many times.
 *
 * Barriers are automatic: a recorder says what each dispatch reads and writes, and a barrier is put
 * before a dispatch that would meet a hazard with one since the last barrier. No op writes a barrier.
 *
 * A long recording is cut into several command buffers by estimated work (gpu/pace.h), so that one
 * submit stays short: the desktop keeps its share of the device and a cancel is heard between
 * submits.
 */
#pragma once

#include "gpu/buffer.h"
#include "gpu/kernel.h"
#include "gpu/timer.h"

G_BEGIN_DECLS

GsCommands *gs_commands_new (GsDevice *device, const char *name);
/* Records nothing: what is dispatched into it only has its kernel compiled in time, on other threads.
 * Addresses are 0, ranges and buffers are not looked at. */
GsCommands *gs_commands_new_dry (GsDevice *device);
void        gs_commands_free (GsCommands *commands); /* waits for the device; NULL is allowed */

GsDevice   *gs_commands_get_device (GsCommands *commands);

/* Declares that the next dispatch reads (or writes) a range, and returns its device address. */
guint64 gs_commands_read  (GsCommands *commands, GsBuffer *buffer, guint64 offset, guint64 n_bytes);
guint64 gs_commands_write (GsCommands *commands, GsBuffer *buffer, guint64 offset, guint64 n_bytes);

typedef enum
{
  GS_TEXELS_RGBA32F, /* 16 bytes a texel */
  GS_TEXELS_RGBA16F, /* 8 bytes a texel  */
} GsTexelFormat;

/* Makes a whole buffer readable as texel buffer number binding (0 or 1) of the next dispatch. */
void gs_commands_bind_texels (GsCommands *commands, guint binding, GsBuffer *buffer,
                              GsTexelFormat format);

/* Runs a kernel on groups_x * groups_y * groups_z workgroups. work: estimated floating-point
 * operations, for cutting into submits. Errors are sticky: see gs_commands_finish(). */
void gs_commands_dispatch (GsCommands *commands, GsKernel *kernel, gconstpointer push,
                           gsize push_bytes, guint32 groups_x, guint32 groups_y, guint32 groups_z,
                           double work);

/* Records a plain copy between buffers. */
void gs_commands_copy (GsCommands *commands, GsBuffer *from, guint64 from_offset, GsBuffer *to,
                       guint64 to_offset, guint64 n_bytes);

/* Records the timer's next mark; see gs_timer_read(). */
void gs_commands_mark (GsCommands *commands, GsTimer *timer);

/* Calls of gs_commands_dispatch() so far: one that is cut into several submits counts once. */
guint gs_commands_get_n_dispatches (GsCommands *commands);

/* Remembers the first error met while recording (for callers of fallible look-ups). Takes it. */
void gs_commands_take_error (GsCommands *commands, GError *error);

/* Ends the recording. FALSE and the first error if anything in it failed. */
gboolean gs_commands_finish (GsCommands *commands, GError **error);

/* Submits all of it, in order, polling between submits, and waits for the end. */
gboolean gs_commands_run (GsCommands *commands, GError **error);

/* The same in two parts: after the first, up to two submits are still at work, and the host may prepare
 * what comes next. Nothing else may be submitted in between. */
gboolean gs_commands_start (GsCommands *commands, GError **error);
gboolean gs_commands_wait  (GsCommands *commands, GError **error);

/* Whether it should be recorded again, because its submits take far longer, or are far more, than
 * they need be. */
gboolean gs_commands_is_stale (GsCommands *commands);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsCommands, gs_commands_free)

G_END_DECLS
