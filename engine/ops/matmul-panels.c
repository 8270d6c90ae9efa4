/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights of matrix products, packed into the panels of shaders/matmul.h.
 *
 * A panel of 16 columns is read from the file as one run, a few if they are small, into memory that stays
 * in the cache. It is made in blocks of some channels: the block's runs of all columns are transposed into
 * a tile, and the tile's part of each tap goes out as one run. So source and destination are touched once
 * each, and both in order within runs of a kibibyte or more.
 */
#include "ops/matmul-private.h"

#include "base/parallel.h"
#include "matmul.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Elements of a column in a block: 64 channels of 3x3 taps. A tile of halfs is 18 KiB then. */
#define BLOCK_ELEMENTS 576
/* A thread more has to be worth being woken. */
#define LEAST_BYTES_A_THREAD (512 * 1024)
/* Of a file at a time: half of a small second-level cache. */
#define READ_BYTES (256 * 1024)

typedef struct
{
  const GsHostTensor *source;
  guint8 *destination;
  GsDtype dtype; /* there */
  guint64 columns, channels, taps;
  guint64 padded;        /* channels, to a multiple of 4        */
  guint64 element_bytes; /* at the destination                  */
  gint has_failed;
} Panels;

static Panels
panels_of (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  Panels panels = { .dtype = dtype, .columns = dims[0], .channels = n_dims > 1 ? dims[1] : 1,
                    .taps = 1, .element_bytes = gs_dtype_bytes (dtype) };

  for (guint i = 2; i < n_dims; i++)
    panels.taps *= dims[i];
  panels.padded = (panels.channels + 3) / 4 * 4;
  return panels;
}

/* Of all columns of a k. */
static guint64
row_bytes (const Panels *panels)
{
  return GS_MATMUL_PANEL * panels->element_bytes;
}

/* Of one panel. */
static guint64
panel_bytes (const Panels *panels)
{
  return panels->taps * panels->padded * row_bytes (panels);
}

static guint64
block_channels (const Panels *panels)
{
  return CLAMP (BLOCK_ELEMENTS / MAX (panels->taps, 1), 1, MAX (panels->padded, 1));
}

static guint64
panels_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const Panels panels = panels_of (dims, n_dims, dtype);

  if (gs_dtype_block (dtype) > 1)
    return gs_matmul_blocks_bytes (dims, n_dims, dtype);
  return gs_groups (panels.columns, GS_MATMUL_PANEL) * panel_bytes (&panels);
}

/* ---- Runs of all columns, each [channel][tap], into the tile [tap][channel][column] ---- */

/* Walks along the runs; says where in the tile their element lies. */
typedef struct
{
  guint64 channel, tap;
  guint64 n_channels, taps;
} Cursor;

static inline guint64
next_row (Cursor *cursor)
{
  const guint64 row = cursor->tap * cursor->n_channels + cursor->channel;

  if (++cursor->tap == cursor->taps)
    {
      cursor->tap = 0;
      cursor->channel++;
    }
  return row;
}

/* The elements of one column from a cursor on. */
static void
spread_elements (guint8 *tile, const guint8 *run, guint64 begin, guint64 end, Cursor cursor,
                 guint64 element_bytes)
{
  for (guint64 e = begin; e < end; e++)
    {
      guint8 *to = tile + next_row (&cursor) * GS_MATMUL_PANEL * element_bytes;

      if (element_bytes == 2)
        memcpy (to, run + e * 2, 2);
      else
        memcpy (to, run + e * 4, 4);
    }
}

#if defined __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define HAS_VECTORS
#endif
#endif

#ifdef HAS_VECTORS

typedef guint16 Eight __attribute__ ((vector_size (16)));
typedef guint32 Four __attribute__ ((vector_size (16)));

/* Without it arrays of registers lie on the stack. */
#define UNROLL _Pragma ("GCC unroll 8")
#define LOW(a, b) __builtin_shufflevector (a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector (a, b, 4, 12, 5, 13, 6, 14, 7, 15)

/* Elements e ... e + 7 of eight columns: an 8 x 8 transposition in three rounds of interleaving. */
static void
transpose_halves (guint8 *tile, const guint8 *const *runs, guint64 e, const guint64 *rows)
{
  Eight a[8], b[8];

  UNROLL for (guint i = 0; i < 8; i++)
    memcpy (&a[i], runs[i] + e * 2, 16);
  UNROLL for (guint round = 0; round < 3; round++)
    {
      UNROLL for (guint i = 0; i < 4; i++)
        {
          b[2 * i] = LOW (a[i], a[i + 4]);
          b[2 * i + 1] = HIGH (a[i], a[i + 4]);
        }
      UNROLL for (guint i = 0; i < 8; i++)
        a[i] = b[i];
    }
  UNROLL for (guint i = 0; i < 8; i++)
    memcpy (tile + rows[i] * GS_MATMUL_PANEL * 2, &a[i], 16);
}

/* Elements e ... e + 3 of four columns. */
static void
transpose_floats (guint8 *tile, const guint8 *const *runs, guint64 e, const guint64 *rows)
{
  Four a[4], b[4];

  for (guint i = 0; i < 4; i++)
    memcpy (&a[i], runs[i] + e * 4, 16);
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < 2; i++)
        {
          b[2 * i] = __builtin_shufflevector (a[i], a[i + 2], 0, 4, 1, 5);
          b[2 * i + 1] = __builtin_shufflevector (a[i], a[i + 2], 2, 6, 3, 7);
        }
      memcpy (a, b, sizeof a);
    }
  for (guint i = 0; i < 4; i++)
    memcpy (tile + rows[i] * GS_MATMUL_PANEL * 4, &a[i], 16);
}

#endif

/* All sixteen columns, as far as whole squares go; returns how many elements of each that is. */
static guint64
transpose (const Panels *panels, guint8 *tile, const guint8 *const *runs, guint64 n,
           Cursor *cursor)
{
  guint64 e = 0;

#ifdef HAS_VECTORS
  const guint side = 16 / panels->element_bytes;

  for (; e + side <= n; e += side)
    {
      guint64 rows[8];

      for (guint i = 0; i < side; i++)
        rows[i] = next_row (cursor);
      for (guint column = 0; column < GS_MATMUL_PANEL; column += side)
        if (side == 8)
          transpose_halves (tile + column * 2, runs + column, e, rows);
        else
          transpose_floats (tile + column * 4, runs + column, e, rows);
    }
#endif
  return e;
}

/* ---- Panels ---- */

/* Bytes of some columns in the source. */
static guint64
source_bytes (const Panels *panels, guint64 n_columns)
{
  return n_columns * panels->channels * panels->taps * gs_dtype_bytes (panels->source->dtype);
}

/* The elements [channel][tap] of some channels of a column, as they are in the panel's source or converted
 * in buffer. */
static const guint8 *
column_run (const Panels *panels, const guint8 *from, guint64 column, guint64 channel,
            guint64 n_channels, guint8 *buffer)
{
  const GsHostTensor source = { .dtype = panels->source->dtype, .data = from };
  const guint64 first = (column * panels->channels + channel) * panels->taps;
  const guint64 n = n_channels * panels->taps;

  if (panels->dtype == source.dtype)
    return from + first * panels->element_bytes;
  if (panels->dtype == GS_DTYPE_F16)
    gs_host_tensor_to_halves (&source, first, n, (guint16 *) (gpointer) buffer);
  else
    gs_host_tensor_to_floats (&source, first, n, (float *) (gpointer) buffer);
  return buffer;
}

/* Past the caches, which would read the destination first: a sixth of the time. Four channels or
 * more make whole cache lines, as a row is 32 or 64 bytes. */
static void
write_run (guint8 *to, const guint8 *from, guint64 n_bytes)
{
#ifdef __SSE2__
  if ((guintptr) to % sizeof (__m128i) == 0)
    {
      for (guint64 i = 0; i < n_bytes; i += sizeof (__m128i))
        _mm_stream_si128 ((__m128i *) (gpointer) (to + i),
                          _mm_loadu_si128 ((const __m128i *) (gconstpointer) (from + i)));
      return;
    }
#endif
  memcpy (to, from, n_bytes);
}

static void
pack_block (const Panels *panels, const guint8 *from, guint64 n_columns, guint64 channel,
            guint64 n_channels, guint8 *tile, guint8 *buffer)
{
  const guint64 present = MIN (n_channels, panels->channels - channel);
  const guint64 n = present * panels->taps;
  const guint8 *runs[GS_MATMUL_PANEL];
  Cursor cursor = { .n_channels = n_channels, .taps = panels->taps };
  guint64 done = 0;

  if (n_columns < GS_MATMUL_PANEL || present < n_channels)
    memset (tile, 0, panels->taps * n_channels * row_bytes (panels));
  for (guint64 i = 0; i < n_columns; i++)
    runs[i] = column_run (panels, from, i, channel, present,
                          buffer + i * n_channels * panels->taps * panels->element_bytes);
  if (n_columns == GS_MATMUL_PANEL)
    done = transpose (panels, tile, runs, n, &cursor);
  for (guint64 i = 0; i < n_columns; i++)
    spread_elements (tile + i * panels->element_bytes, runs[i], done, n, cursor,
                     panels->element_bytes);
}

static void
pack_panel (const Panels *panels, const guint8 *from, guint64 panel, guint8 *tile, guint8 *buffer)
{
  const guint64 n_columns = MIN (GS_MATMUL_PANEL, panels->columns - panel * GS_MATMUL_PANEL);
  guint8 *out = panels->destination + panel * panel_bytes (panels);

  for (guint64 channel = 0, n_channels; channel < panels->padded; channel += n_channels)
    {
      n_channels = MIN (block_channels (panels), panels->padded - channel);
      pack_block (panels, from, n_columns, channel, n_channels, tile, buffer);
      for (guint64 tap = 0; tap < panels->taps; tap++)
        write_run (out + (tap * panels->padded + channel) * row_bytes (panels),
                   tile + tap * n_channels * row_bytes (panels), n_channels * row_bytes (panels));
    }
}

/* Those that are read at once; read: room for their columns. */
static gboolean
pack_group (const Panels *panels, guint64 begin, guint64 end, guint8 *read, guint8 *tile,
            guint8 *buffer)
{
  const guint64 first = begin * GS_MATMUL_PANEL;
  const guint64 n_columns = MIN (end * GS_MATMUL_PANEL, panels->columns) - first;
  const guint64 column_elements = panels->channels * panels->taps;
  const guint8 *from = gs_host_tensor_get_bytes (panels->source, first * column_elements,
                                                 n_columns * column_elements, read);

  for (guint64 panel = begin; from != NULL && panel < end; panel++)
    pack_panel (panels, from + source_bytes (panels, (panel - begin) * GS_MATMUL_PANEL), panel, tile,
                buffer);
  return from != NULL;
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  Panels *panels = data;
  const guint64 tile_bytes = panels->taps * block_channels (panels) * row_bytes (panels);
  const guint64 one_bytes
    = MAX (source_bytes (panels, MIN (GS_MATMUL_PANEL, panels->columns)), 1);
  const guint64 n = CLAMP (READ_BYTES / one_bytes, 1, end - begin);
  g_autofree guint8 *read = g_malloc (n * one_bytes);
  g_autofree guint8 *buffer = g_malloc (tile_bytes);
  g_autofree guint8 *tile = g_malloc (tile_bytes);

  for (guint64 panel = begin; panel < end; panel += n)
    if (!pack_group (panels, panel, MIN (panel + n, end), read, tile, buffer))
      {
        g_atomic_int_set (&panels->has_failed, TRUE);
        break;
      }
#ifdef __SSE2__
  _mm_sfence (); /* such stores are seen by others only after it */
#endif
}

static gboolean
panels_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  Panels panels = panels_of (source->dims, source->n_dims, dtype);
  const guint64 n = gs_groups (panels.columns, GS_MATMUL_PANEL);

  if (gs_dtype_block (dtype) > 1)
    return gs_matmul_pack_blocks (source, destination);
  panels.source = source;
  panels.destination = destination;
  gs_parallel (n, gs_groups (LEAST_BYTES_A_THREAD, MAX (panel_bytes (&panels), 1)), pack_some,
               &panels);
  return !panels.has_failed;
}

const GsLayout gs_layout_matmul = {
  .name = "matmul",
  .bytes = panels_bytes,
  .pack = panels_pack,
  .rows_apart = GS_MATMUL_PANEL,
  .takes_blocks = gs_matmul_keeps_blocks,
};
