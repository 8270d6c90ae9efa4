/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the device does at best: multiply-adds that wait for nothing, and copies larger than caches.
 * A ceiling is a row of the table and how to record a number of turns of it.
 */
#include "gpu/commands.h"
#include "session/bench-private.h"

#include "bench-copy.h"
#include "bench-fma.h"
#include "include/types.h"

#define ENOUGH_SECONDS 0.05
#define MAX_TURNS 65536
#define N_RUNS 5

typedef struct _Ceiling Ceiling;

typedef struct
{
  GsDevice *device;
  GsBuffer *x, *y;      /* of n_bytes each */
  guint64   n_bytes;
} Bench;

struct _Ceiling
{
  const char *name;
  const char *kernel;   /* NULL: none */
  gboolean  (*exists) (const GsGpuInfo *info); /* NULL: everywhere */
  void      (*record) (const Ceiling *self, Bench *bench, guint turns, GsCommands *commands);
  /* Of one turn; NULL: 0. */
  double    (*gflop)  (const Ceiling *self, Bench *bench);
  double    (*bytes)  (const Ceiling *self, Bench *bench);
  float       factor;   /* of multiply-adds: too small to change a sum, too large for a denormal */
};

static GsKernel *
kernel_of (const Ceiling *self, GsCommands *commands)
{
  return gs_kernel_get (gs_commands_get_device (commands), self->kernel, NULL, 0);
}

/* ---- Multiply-adds -------------------------------------------------------------------------- */

static gboolean
has_half_arithmetic (const GsGpuInfo *info)
{
  /* Mesa's CPU driver has it, but by way of floats. */
  return info->arithmetic16 && info->storage16 && info->kind != GS_GPU_CPU;
}

/* Enough to fill the device several times over. */
static guint32
fma_groups (GsDevice *device)
{
  return gs_device_get_info (device)->kind == GS_GPU_CPU ? 1024 : 16384;
}

static double
fma_gflop (const Ceiling *self, Bench *bench)
{
  const double per_lane = 2.0 * GS_BENCH_FMA_SUMS * GS_BENCH_FMA_REPEATS;

  return per_lane * GS_BENCH_FMA_LANES * fma_groups (bench->device) * 1e-9;
}

static double
fma_gflop_pairs (const Ceiling *self, Bench *bench)
{
  return 2 * fma_gflop (self, bench);
}

static void
fma_record (const Ceiling *self, Bench *bench, guint turns, GsCommands *commands)
{
  const struct GsBenchFmaPush push = {
    .y = gs_commands_write (commands, bench->y, 0, sizeof (float)),
    .turns = turns,
    .factor = self->factor,
  };

  gs_commands_dispatch (commands, kernel_of (self, commands), &push, sizeof push,
                        fma_groups (bench->device), 1, 1, self->gflop (self, bench) * 1e9 * turns);
}

/* ---- Copies --------------------------------------------------------------------------------- */

static double
copy_bytes (const Ceiling *self, Bench *bench)
{
  return 2.0 * bench->n_bytes; /* read and written */
}

static void
copy_record (const Ceiling *self, Bench *bench, guint turns, GsCommands *commands)
{
  const guint64 n_groups = bench->n_bytes / GS_BENCH_COPY_BYTES;

  for (guint i = 0; i < turns; i++)
    {
      const struct GsBenchCopyPush push = {
        .x = gs_commands_read (commands, bench->x, 0, bench->n_bytes),
        .y = gs_commands_write (commands, bench->y, 0, bench->n_bytes),
      };

      /* One whole grid: the number of groups is below GS_GRID_ROW or a multiple of it. */
      gs_commands_dispatch (commands, kernel_of (self, commands), &push, sizeof push,
                            MIN (n_groups, GS_GRID_ROW), MAX (n_groups / GS_GRID_ROW, 1), 1,
                            bench->n_bytes);
    }
}

static void
driver_copy_record (const Ceiling *self, Bench *bench, guint turns, GsCommands *commands)
{
  for (guint i = 0; i < turns; i++)
    gs_commands_copy (commands, bench->x, 0, bench->y, 0, bench->n_bytes);
}

/* ---- All of them ---------------------------------------------------------------------------- */

static const Ceiling ceilings[] = {
  { "fma_f32", "bench-fma.f32", NULL, fma_record, fma_gflop, NULL, 1e-20f },
  { "fma_f16", "bench-fma.f16", has_half_arithmetic, fma_record, fma_gflop_pairs, NULL,
    6.2e-5f },
  { "copy_kernel", "bench-copy.f32", NULL, copy_record, NULL, copy_bytes },
  { "copy_driver", NULL, NULL, driver_copy_record, NULL, copy_bytes },
};

/* Seconds of the fastest of n_runs of that many turns. */
static gboolean
time_turns (const Ceiling *ceiling, Bench *bench, guint turns, guint n_runs, double *best,
            GError **error)
{
  g_autoptr (GsTimer) timer = gs_timer_new (bench->device, 2);
  g_autoptr (GsCommands) commands = gs_commands_new (bench->device, ceiling->name);

  if (timer != NULL)
    gs_commands_mark (commands, timer);
  ceiling->record (ceiling, bench, turns, commands);
  if (timer != NULL)
    gs_commands_mark (commands, timer);
  if (!gs_commands_finish (commands, error))
    return FALSE;
  *best = G_MAXDOUBLE;
  for (guint i = 0; i < n_runs; i++)
    {
      gint64 start = g_get_monotonic_time ();
      double seconds;

      if (!gs_commands_run (commands, error))
        return FALSE;
      seconds = (g_get_monotonic_time () - start) * 1e-6;
      if (timer != NULL && !gs_timer_read (timer, &seconds, error))
        return FALSE;
      *best = MIN (*best, seconds);
    }
  return TRUE;
}

static gboolean
measure (const Ceiling *ceiling, Bench *bench, GsBenchEntry *entry, GError **error)
{
  guint turns = 1;
  double seconds;

  /* The first use of a kernel is no measure of anything. */
  if (!time_turns (ceiling, bench, 1, 2, &seconds, error))
    return FALSE;
  while (seconds < ENOUGH_SECONDS && turns < MAX_TURNS)
    {
      turns *= 2;
      if (!time_turns (ceiling, bench, turns, 1, &seconds, error))
        return FALSE;
    }
  if (!time_turns (ceiling, bench, turns, N_RUNS, &seconds, error))
    return FALSE;
  *entry = (GsBenchEntry) {
    .name = ceiling->name,
    .seconds = seconds,
    .gflop = ceiling->gflop != NULL ? ceiling->gflop (ceiling, bench) * turns : 0,
  };
  gs_bench_entry_finish (entry, ceiling->bytes != NULL
                                  ? ceiling->bytes (ceiling, bench) * turns : 0);
  return TRUE;
}

/* Larger than caches, which on cards are up to 128 MiB; a power of two; what there is room for. */
static guint64
buffer_bytes (GsSession *session)
{
  const GsGpuInfo *info = gs_device_get_info (session->device);
  guint64 room = MIN (gs_device_get_free_bytes (session->device) / 8, info->max_allocation_bytes);
  guint64 n_bytes = (info->kind == GS_GPU_DISCRETE ? 256 : 64) << 20;

  if (session->memory_limit > 0)
    room = MIN (room, session->memory_limit / 8);
  while (n_bytes > room && n_bytes > 1 << 20)
    n_bytes /= 2;
  return n_bytes;
}

gboolean
gs_bench_ceilings (GsSession *session, GsBench *bench, GError **error)
{
  const guint64 n_bytes = buffer_bytes (session);
  g_autoptr (GsBuffer) x = gs_buffer_new (session->device, GS_MEMORY_DEVICE, n_bytes,
                                          "copied from", error);
  g_autoptr (GsBuffer) y = x != NULL ? gs_buffer_new (session->device, GS_MEMORY_DEVICE, n_bytes,
                                                      "copied to", error) : NULL;
  Bench state = { session->device, x, y, n_bytes };

  if (y == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ceilings); i++)
    {
      GsBenchEntry entry;

      if (ceilings[i].exists != NULL && !ceilings[i].exists (gs_device_get_info (session->device)))
        continue;
      if (!measure (&ceilings[i], &state, &entry, error))
        return FALSE;
      g_array_append_val (bench->ceilings, entry);
      bench->gflops_per_s = MAX (bench->gflops_per_s, entry.gflops_per_s);
      bench->gbytes_per_s = MAX (bench->gbytes_per_s, entry.gbytes_per_s);
    }
  return TRUE;
}
