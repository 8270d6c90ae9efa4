/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places through which weights pass. */
#include "tensor/stream.h"

#include "gpu/buffer.h"
#include "gpu/transfer.h"

struct _GsStream
{
  GsDevice     *device;
  guint64       place_bytes;
  GsBuffer     *places[GS_STREAM_PLACES];
  gconstpointer holders[GS_STREAM_PLACES];
  /* Where the host does not reach the places, else NULL: */
  GsBuffer     *staging[GS_STREAM_PLACES];
  GsTransfer   *transfer;
};

GsStream *
gs_stream_new (GsDevice *device, guint64 place_bytes)
{
  GsStream *stream = g_new0 (GsStream, 1);

  stream->device = device;
  stream->place_bytes = place_bytes;
  return stream;
}

void
gs_stream_free (GsStream *stream)
{
  if (stream == NULL)
    return;
  gs_transfer_free (stream->transfer);
  for (guint i = 0; i < GS_STREAM_PLACES; i++)
    {
      gs_buffer_free (stream->places[i]);
      gs_buffer_free (stream->staging[i]);
    }
  g_free (stream);
}

guint64
gs_stream_get_bytes (GsStream *stream)
{
  return GS_STREAM_PLACES * (stream->place_bytes + GS_BUFFER_PADDING_BYTES);
}

GsDevice *
gs_stream_get_device (GsStream *stream)
{
  return stream->device;
}

guint64
gs_stream_get_place_bytes (GsStream *stream)
{
  return stream->place_bytes;
}

GsBuffer *
gs_stream_get_place (GsStream *stream, guint place)
{
  return stream->places[place];
}

gboolean
gs_stream_reserve (GsStream *stream, GError **error)
{
  for (guint i = 0; i < GS_STREAM_PLACES; i++)
    {
      if (stream->places[i] == NULL)
        stream->places[i] = gs_buffer_new (stream->device, GS_MEMORY_DEVICE, stream->place_bytes,
                                           "weights that pass", error);
      if (stream->places[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

gconstpointer
gs_stream_get_holder (GsStream *stream, guint place)
{
  return stream->holders[place];
}

void
gs_stream_set_holder (GsStream *stream, guint place, gconstpointer holder)
{
  stream->holders[place] = holder;
}

static gboolean
reserve_staging (GsStream *stream, guint place, GError **error)
{
  if (stream->transfer == NULL)
    stream->transfer = gs_transfer_new (stream->device, error);
  if (stream->transfer == NULL)
    return FALSE;
  if (stream->staging[place] == NULL)
    stream->staging[place] = gs_buffer_new (stream->device, GS_MEMORY_HOST,
                                            stream->place_bytes, "weights on their way", error);
  return stream->staging[place] != NULL;
}

gboolean
gs_stream_bring (GsStream *stream, guint place, GsBuffer *to, guint64 offset, guint64 n_bytes,
                 GsStreamFill fill, gpointer data, GError **error)
{
  guint8 *mapped = gs_buffer_get_data (to);

  g_assert (n_bytes <= stream->place_bytes);
  if (mapped != NULL)
    return fill (data, mapped + offset, error);
  /* One copy at a time: the other place's has long been made when this one's weights are packed. */
  return reserve_staging (stream, place, error)
         && fill (data, gs_buffer_get_data (stream->staging[place]), error)
         && gs_transfer_wait (stream->transfer, error)
         && gs_transfer_start (stream->transfer, stream->staging[place], 0, to, offset, n_bytes,
                               error);
}
