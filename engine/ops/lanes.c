/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texels and zeros for the kernels made for Mesa's CPU driver. */
#include "ops/lanes-private.h"

/* The kernels take texel 0x7f000000 for one beyond all buffers. */
#define MAX_TEXELS 0x7f000000

static guint
four_bytes (const GsTensor *tensor)
{
  return 4 * gs_dtype_bytes (tensor->dtype);
}

gboolean
gs_lanes_fits_texels (GsCommands *commands, GsTensor *tensor)
{
  const guint64 limit = gs_device_get_info (gs_commands_get_device (commands))->max_texels;

  return gs_buffer_get_bytes (gs_tensor_root (tensor)->buffer) + GS_BUFFER_PADDING_BYTES
         <= MIN (limit, MAX_TEXELS) * four_bytes (tensor);
}

guint32
gs_lanes_first_texel (GsTensor *tensor)
{
  return gs_tensor_root (tensor)->offset / four_bytes (tensor) + tensor->first / 4;
}

guint32
gs_lanes_bind_texels (GsCommands *commands, guint binding, GsTensor *tensor)
{
  gs_commands_bind_texels (commands, binding, gs_tensor_root (tensor)->buffer,
                           tensor->dtype == GS_DTYPE_F16 ? GS_TEXELS_RGBA16F : GS_TEXELS_RGBA32F);
  return gs_lanes_first_texel (tensor);
}

guint64
gs_lanes_zeros (GsTensor *tensor, guint64 n)
{
  GsBuffer *buffer = gs_tensor_root (tensor)->buffer;
  const guint64 end = gs_buffer_get_address (buffer) + gs_buffer_get_bytes (buffer);

  /* Every buffer has zeros behind it that nobody writes (gpu/buffer.h). */
  return n * gs_dtype_bytes (tensor->dtype) + 32 <= GS_BUFFER_PADDING_BYTES ? (end + 15) / 16 * 16
                                                                            : 0;
}
