/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights of matrix products, packed into the panels of shaders/matmul.h.
 *
 * A panel of 16 columns is made in blocks of some channels: the block's run of each column is read in
 * order, spread over a tile that stays in the cache, and the tile's part of each tap goes out as one
 * run. So source and destination are touched once each, and both in order within runs of a kibibyte
 * or more.
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

typedef struct
{
  const GsHostTensor *source;
  guint8 *destination;
  GsDtype dtype; /* there */
  guint64 columns, channels, taps;
  guint64 fours; /* of channels */
  guint64 word_bytes; /* of four elements at the destination */
} Panels;

static Panels
panels_of (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  Panels panels = { .dtype = dtype, .columns = dims[0], .channels = n_dims > 1 ? dims[1] : 1,
                    .taps = 1, .word_bytes = 4 * gs_dtype_bytes (dtype) };

  for (guint i = 2; i < n_dims; i++)
    panels.taps *= dims[i];
  panels.fours = (panels.channels + 3) / 4;
  return panels;
}

/* Of one panel. */
static guint64
panel_bytes (const Panels *panels)
{
  return panels->taps * panels->fours * GS_MATMUL_PANEL * panels->word_bytes;
}

static guint64
block_fours (const Panels *panels)
{
  return CLAMP (BLOCK_ELEMENTS / 4 / MAX (panels->taps, 1), 1, MAX (panels->fours, 1));
}

static guint64
panels_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const Panels panels = panels_of (dims, n_dims, dtype);

  return gs_groups (panels.columns, GS_MATMUL_PANEL) * panel_bytes (&panels);
}

/* ---- A column's run into the tile: [channel][tap] to [tap][four][column][4] ---- */

static void
spread_one_tap (guint8 *tile, const guint8 *run, guint64 n_fours, guint64 word_bytes)
{
  for (guint64 four = 0; four < n_fours; four++)
    if (word_bytes == 8)
      memcpy (tile + four * GS_MATMUL_PANEL * 8, run + four * 8, 8);
    else
      memcpy (tile + four * GS_MATMUL_PANEL * 16, run + four * 16, 16);
}

static void
spread_16 (guint8 *tile, const guint8 *run, guint64 n_fours, guint64 taps)
{
  for (guint64 four = 0; four < n_fours; four++)
    for (guint64 tap = 0; tap < taps; tap++)
      for (guint64 c = 0; c < 4; c++)
        memcpy (tile + ((tap * n_fours + four) * GS_MATMUL_PANEL * 4 + c) * 2,
                run + ((four * 4 + c) * taps + tap) * 2, 2);
}

static void
spread_32 (guint8 *tile, const guint8 *run, guint64 n_fours, guint64 taps)
{
  for (guint64 four = 0; four < n_fours; four++)
    for (guint64 tap = 0; tap < taps; tap++)
      for (guint64 c = 0; c < 4; c++)
        memcpy (tile + ((tap * n_fours + four) * GS_MATMUL_PANEL * 4 + c) * 4,
                run + ((four * 4 + c) * taps + tap) * 4, 4);
}

#if defined __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define HAS_VECTORS
#endif
#endif

#ifdef HAS_VECTORS

typedef guint16 Vector __attribute__ ((vector_size (16)));

static inline Vector
load (const guint8 *from)
{
  Vector vector;

  memcpy (&vector, from, sizeof vector);
  return vector;
}

/* The two words of a vector, at two taps that follow each other. */
static inline void
store (guint8 *to, guint64 tap_bytes, Vector words)
{
  memcpy (to, &words, 8);
  memcpy (to + tap_bytes, (const guint8 *) &words + 8, 8);
}

/* The halves of 3x3 convolutions are most of a U-Net. Four channels are the rows of a 4 x 9 matrix,
 * eight taps of which are transposed in registers. */
static void
spread_16_nine_taps (guint8 *tile, const guint8 *run, guint64 n_fours)
{
  const guint64 tap_bytes = n_fours * GS_MATMUL_PANEL * 8;

  for (guint64 four = 0; four < n_fours; four++)
    {
      const guint8 *from = run + four * 36 * 2;
      guint8 *to = tile + four * GS_MATMUL_PANEL * 8;
      const Vector a = load (from), b = load (from + 18), c = load (from + 36),
                   d = load (from + 54);
      const Vector ab = __builtin_shufflevector (a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      const Vector cd = __builtin_shufflevector (c, d, 0, 8, 1, 9, 2, 10, 3, 11);
      const Vector ab_4 = __builtin_shufflevector (a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      const Vector cd_4 = __builtin_shufflevector (c, d, 4, 12, 5, 13, 6, 14, 7, 15);

      store (to, tap_bytes, __builtin_shufflevector (ab, cd, 0, 1, 8, 9, 2, 3, 10, 11));
      store (to + 2 * tap_bytes, tap_bytes,
             __builtin_shufflevector (ab, cd, 4, 5, 12, 13, 6, 7, 14, 15));
      store (to + 4 * tap_bytes, tap_bytes,
             __builtin_shufflevector (ab_4, cd_4, 0, 1, 8, 9, 2, 3, 10, 11));
      store (to + 6 * tap_bytes, tap_bytes,
             __builtin_shufflevector (ab_4, cd_4, 4, 5, 12, 13, 6, 7, 14, 15));
      for (guint64 i = 0; i < 4; i++)
        memcpy (to + 8 * tap_bytes + 2 * i, from + (9 * i + 8) * 2, 2);
    }
}

#endif

static void
spread (const Panels *panels, guint8 *tile, const guint8 *run, guint64 n_fours)
{
  if (panels->taps == 1)
    spread_one_tap (tile, run, n_fours, panels->word_bytes);
#ifdef HAS_VECTORS
  else if (panels->taps == 9 && panels->word_bytes == 8)
    spread_16_nine_taps (tile, run, n_fours);
#endif
  else if (panels->word_bytes == 8)
    spread_16 (tile, run, n_fours, panels->taps);
  else
    spread_32 (tile, run, n_fours, panels->taps);
}

/* ---- Panels ---- */

/* The elements [channel][tap] of four * n_fours channels of a column, as they are in the source or
 * converted in buffer, with zeros where the channels end. */
static const guint8 *
column_run (const Panels *panels, guint64 column, guint64 four, guint64 n_fours, guint8 *buffer)
{
  const GsHostTensor *source = panels->source;
  const guint64 first = (column * panels->channels + four * 4) * panels->taps;
  const guint64 n_channels = MIN (n_fours * 4, panels->channels - four * 4);
  const guint64 n = n_channels * panels->taps;

  if (panels->dtype == source->dtype && n_channels == n_fours * 4)
    return (const guint8 *) source->data + first * (panels->word_bytes / 4);
  if (n_channels < n_fours * 4)
    memset (buffer, 0, n_fours * panels->taps * panels->word_bytes);
  if (panels->dtype == GS_DTYPE_F16)
    gs_host_tensor_to_halves (source, first, n, (guint16 *) (gpointer) buffer);
  else
    gs_host_tensor_to_floats (source, first, n, (float *) (gpointer) buffer);
  return buffer;
}

/* Runs are too short for processors to see them coming: without this, half of the time is waiting
 * for the first lines of each. */
static inline void
prefetch_run (const Panels *panels, guint64 column, guint64 four, guint64 n_fours)
{
  const guint64 n_bytes = gs_dtype_bytes (panels->source->dtype);
  const guint8 *run = (const guint8 *) panels->source->data
                      + (column * panels->channels + four * 4) * panels->taps * n_bytes;

  for (guint64 i = 0; i < n_fours * 4 * panels->taps * n_bytes; i += 64)
    __builtin_prefetch (run + i);
}

/* Past the caches, which would read the destination first: a sixth of the time. Runs are whole cache
 * lines, as a word of all of a panel's columns is 128 or 256 bytes. */
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
pack_panel (const Panels *panels, guint64 panel, guint8 *tile, guint8 *buffer)
{
  const guint64 first_column = panel * GS_MATMUL_PANEL;
  const guint64 n_columns = MIN (GS_MATMUL_PANEL, panels->columns - first_column);
  const guint64 four_bytes = GS_MATMUL_PANEL * panels->word_bytes;
  guint8 *out = panels->destination + panel * panel_bytes (panels);

  for (guint64 four = 0, n_fours; four < panels->fours; four += n_fours)
    {
      n_fours = MIN (block_fours (panels), panels->fours - four);
      if (n_columns < GS_MATMUL_PANEL)
        memset (tile, 0, panels->taps * n_fours * four_bytes);
      for (guint64 n = 0; n < n_columns; n++)
        {
          if (n + 1 < n_columns)
            prefetch_run (panels, first_column + n + 1, four, n_fours);
          else
            prefetch_run (panels, first_column, four + n_fours, n_fours);
          spread (panels, tile + n * panels->word_bytes,
                  column_run (panels, first_column + n, four, n_fours, buffer), n_fours);
        }
      for (guint64 tap = 0; tap < panels->taps; tap++)
        write_run (out + (tap * panels->fours + four) * four_bytes,
                   tile + tap * n_fours * four_bytes, n_fours * four_bytes);
    }
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  const Panels *panels = data;
  const guint64 buffer_bytes = panels->taps * block_fours (panels) * panels->word_bytes;
  g_autofree guint8 *buffer = g_malloc (buffer_bytes);
  g_autofree guint8 *tile = g_malloc (buffer_bytes * GS_MATMUL_PANEL);

  for (guint64 panel = begin; panel < end; panel++)
    pack_panel (panels, panel, tile, buffer);
#ifdef __SSE2__
  _mm_sfence (); /* such stores are seen by others only after it */
#endif
}

static void
panels_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  Panels panels = panels_of (source->dims, source->n_dims, dtype);
  const guint64 n = gs_groups (panels.columns, GS_MATMUL_PANEL);

  panels.source = source;
  panels.destination = destination;
  gs_parallel (n, gs_groups (LEAST_BYTES_A_THREAD, MAX (panel_bytes (&panels), 1)), pack_some,
               &panels);
}

const GsLayout gs_layout_matmul = {
  .name = "matmul",
  .bytes = panels_bytes,
  .pack = panels_pack,
};
