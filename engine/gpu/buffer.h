/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Device memory: one VkBuffer with its own allocation and a 64-bit device address.
 *
 * Every buffer is padded by GS_BUFFER_PADDING_BYTES of zeros beyond the asked size: Mesa's CPU driver
 * loads uniform operands once more after a loop's last turn, and such a read must stay inside the
 * mapping; and kernels take the zeros around a picture from there (ops/lanes-private.h).
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

#define GS_BUFFER_PADDING_BYTES 65536

typedef enum
{
  GS_MEMORY_DEVICE,   /* fastest for kernels; host-visible only by luck (gs_buffer_get_data())    */
  GS_MEMORY_UPLOAD,   /* written by the host, read by kernels; device-local too where possible    */
  GS_MEMORY_READBACK, /* written by kernels, read by the host: cached                             */
  GS_MEMORY_HOST,     /* the host's own, to copy from: does not count as the device's             */
} GsMemoryKind;

/* name: for messages and debuggers. GS_ERROR_OUT_OF_MEMORY with needed and available figures. */
GsBuffer *gs_buffer_new (GsDevice *device, GsMemoryKind kind, guint64 n_bytes, const char *name,
                         GError **error);

/* Waits until the device no longer uses it. NULL is allowed. */
void gs_buffer_free (GsBuffer *buffer);

guint64 gs_buffer_get_bytes   (GsBuffer *buffer); /* without padding */
guint64 gs_buffer_get_address (GsBuffer *buffer);
/* The mapped memory, coherent; NULL if the host cannot reach it (GS_MEMORY_DEVICE). */
gpointer gs_buffer_get_data   (GsBuffer *buffer);

/* Copies host memory in or out at once, through a staging buffer where it is not mapped. Waits. */
gboolean gs_buffer_write (GsBuffer *buffer, guint64 offset, gconstpointer data, guint64 n_bytes,
                          GError **error);
gboolean gs_buffer_read  (GsBuffer *buffer, guint64 offset, gpointer data, guint64 n_bytes,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsBuffer, gs_buffer_free)

G_END_DECLS
