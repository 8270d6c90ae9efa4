/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How wide the vectors of Mesa's CPU driver are. It makes them of 8 floats even where the processor has
 * AVX-512, unless LP_NATIVE_VECTOR_WIDTH says 512 before it is loaded; which is faster is measured, once
 * a driver version, by the product that the engine is built on.
 */
#include "session/vector-width.h"

#include <glib/gstdio.h>

#include "gs.h"
#include "ops/matmul-private.h"

#define VARIABLE "LP_NATIVE_VECTOR_WIDTH"
#define WIDE "512"
#define USUAL "256"
/* So much shorter has the time of wide vectors to be: they lower some processors' clocks. */
#define WORTH_IT 0.95

/* Whether there is anything to choose. GESSO_TRY_WIDE_VECTORS: for tests, where there is not. */
static gboolean
has_wide_vectors (void)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512bw"))
    return TRUE;
#endif
  return g_getenv ("GESSO_TRY_WIDE_VECTORS") != NULL;
}

/* The file's first line is the width, its second the driver it was measured with. */
static char *
file_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "gesso", "vector-width", NULL);
}

static char **
read_file (void)
{
  g_autofree char *path = file_path ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", 3);
  if (g_strv_length (lines) < 2 || !(g_str_equal (lines[0], WIDE) || g_str_equal (lines[0], USUAL)))
    return NULL;
  return g_steal_pointer (&lines);
}

static void
write_file (const char *width, const char *driver)
{
  g_autofree char *path = file_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", width, driver);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents (path, text, -1, NULL); /* else it is measured next time too */
}

/* Microseconds of the fastest product on vectors of so many floats; 0 if the best device is no CPU
 * driver, or one that has others: Mesa 22's reads the variable once in a process, and its second
 * instance would be measured against itself. */
static gint64
measure (guint32 n_lanes, char **driver, gboolean *is_uniform)
{
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);

  if (device == NULL || gs_device_get_info (device)->kind != GS_GPU_CPU
      || gs_device_get_info (device)->subgroup_size != n_lanes)
    return 0;
  if (driver != NULL)
    *driver = g_strdup (gs_device_get_info (device)->driver);
  return gs_matmul_best_time (device, is_uniform);
}

static void
reload (const char *width)
{
  g_setenv (VARIABLE, width, TRUE);
  gs_gpu_reload ();
}

static void
measure_both (void)
{
  g_autofree char *driver = NULL;
  gboolean is_uniform = FALSE;
  const gint64 usual = measure (8, &driver, &is_uniform);
  gint64 wide = 0;
  gboolean wins;

  if (usual == 0)
    return;
  /* On 16 lanes nothing but uniform loads runs: without them (Mesa 25.0) LLVM compiled for minutes. */
  if (is_uniform)
    {
      reload (WIDE);
      wide = measure (16, NULL, &is_uniform);
    }
  wins = wide > 0 && wide < WORTH_IT * usual;
  g_debug ("vectors of 256 bits: %" G_GINT64_FORMAT " us, of 512: %" G_GINT64_FORMAT " us", usual,
           wide);
  if (!wins)
    reload (USUAL);
  write_file (wins ? WIDE : USUAL, driver);
}

void
gs_prepare_process (void)
{
  g_auto (GStrv) lines = NULL;

  if (g_getenv (VARIABLE) != NULL || !has_wide_vectors ())
    return;
  lines = read_file ();
  if (lines == NULL)
    measure_both ();
  else if (g_str_equal (lines[0], WIDE))
    g_setenv (VARIABLE, WIDE, TRUE);
}

void
gs_vector_width_check (const GsGpuInfo *info)
{
  g_auto (GStrv) lines = info->kind == GS_GPU_CPU ? read_file () : NULL;
  g_autofree char *path = file_path ();

  /* Another driver than the one measured: the next start measures again. */
  if (lines != NULL && !g_str_equal (lines[1], info->driver))
    g_unlink (path);
}
