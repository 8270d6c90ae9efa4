/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which matmul kernel a device gets. What is fast on Mesa's CPU driver changed more than tenfold
 * between versions in both directions, so there it is tried out: a 3x3 convolution of 18 x 18 pixels,
 * 0.2 GFLOP, two to ten milliseconds a run after 0.2 s of compilation. A tenth of that is too small: with
 * 64 channels what kernels do once a tap counts too much, and the slowest of three won. Those that want
 * uniform loads take long to compile and to run where there are none (Mesa 22.3: 13 s, and 0.1 GFLOP/s), so
 * a few channels that they unroll little over come first.
 */
#include "ops/matmul-private.h"
#include "ops/ops.h"

#define FILE_NAME "matmul-kernel"
#define TRIAL_SIZE 18
#define TRIAL_CHANNELS 192
#define TRIAL_RUNS 8 /* the best of them: other threads come between */
#define PROBE_CHANNELS 4
#define PROBE_RUNS 128 /* shorter by far */
#define PROBE_FACTOR 2.3 /* measured: 6 to 26 on Mesa 22.3, 2.7 to 3.9 on 25.0, 0.8 to 1.8 on 26.2 */

static const char *const names[GS_MATMUL_N_VARIANTS] = {
  [GS_MATMUL_TILE] = "tile",
  [GS_MATMUL_HALF] = "half",
  [GS_MATMUL_COOPMAT] = "coopmat",
  [GS_MATMUL_COOPMAT2] = "coopmat2",
  [GS_MATMUL_DOT] = "dot",
  [GS_MATMUL_TUNED] = "tuned",
  [GS_MATMUL_TEXEL] = "texel",
  [GS_MATMUL_GATHER] = "gather",
  [GS_MATMUL_UNIFORM] = "uniform",
  [GS_MATMUL_UNIFORM_TALL] = "uniform-tall",
};

const char *
gs_matmul_variant_name (GsMatmulVariant variant)
{
  return names[variant];
}

static GsMatmulVariant
variant_of_name (const char *name)
{
  GsMatmulVariant variant = 0;

  while (variant < GS_MATMUL_N_VARIANTS && g_strcmp0 (name, names[variant]) != 0)
    variant++;
  return variant;
}

/* The driver's threads are this process's. By the clock on the wall, two programs that start together on
 * two cores had the slowest of Mesa 22.3's kernels win once, and every picture took 2.5 times as long. */
static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Best processor time of some runs with so many channels, in microseconds; G_MAXINT64 if the variant
 * does not run here. */
static gint64
time_variant (GsDevice *device, GsMatmulVariant variant, guint32 channels, GsBuffer *buffer)
{
  const GsShape shape = { 1, TRIAL_SIZE, TRIAL_SIZE, channels };
  const guint64 n_bytes = gs_shape_elements (shape) * sizeof (float);
  GsTensor x = { .kind = GS_TENSOR_INPUT, .shape = shape, .dtype = GS_DTYPE_F32,
                 .buffer = buffer, .n_bytes = n_bytes };
  GsTensor y = x, w = x;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &x, &w };
  const GsMatmulParameters parameters = { channels, .kernel = 3, .stride = 1, .pad = 1 };
  g_autoptr (GsCommands) commands = gs_commands_new (device, "trial");
  gint64 best = G_MAXINT64;

  w.dtype = GS_DTYPE_F16; /* as most weights are */
  y.offset = n_bytes;
  w.offset = 2 * n_bytes;
  w.n_bytes = 9 * TRIAL_CHANNELS * TRIAL_CHANNELS * sizeof (float);
  gs_matmul_dispatch (commands, variant, NULL, NULL, operands, &y, &parameters);
  if (!gs_commands_finish (commands, NULL))
    return best;
  for (guint i = 0; i <= (channels == PROBE_CHANNELS ? PROBE_RUNS : TRIAL_RUNS); i++)
    {
      const gint64 start = processor_time ();

      if (!gs_commands_run (commands, NULL))
        return G_MAXINT64;
      if (i > 0) /* the first one compiles */
        best = MIN (best, processor_time () - start);
    }
  g_debug ("matmul: %s, %u channels: %" G_GINT64_FORMAT " us", names[variant], channels, best);
  return best;
}

static gboolean
is_hopeless (GsDevice *device, GsMatmulVariant variant, GsBuffer *buffer)
{
  const GsGpuInfo *info = gs_device_get_info (device);

  if (variant >= GS_MATMUL_UNIFORM && !(info->storage16 && info->arithmetic16 && info->integers16))
    return TRUE;
  /* The lane kernels are written for vectors of 8; Mesa 26.2 crashes on shuffles among 16. */
  if (info->subgroup_size != 8)
    return variant < GS_MATMUL_UNIFORM;
  /* Uniform loads are told by the plain kernel: the tall one has fewer of them, and passed on Mesa 25.0,
   * which then compiled it for a minute and ran it 16 times slower than texels. */
  return variant >= GS_MATMUL_UNIFORM
         && time_variant (device, GS_MATMUL_UNIFORM, PROBE_CHANNELS, buffer)
              > PROBE_FACTOR * time_variant (device, GS_MATMUL_TEXEL, PROBE_CHANNELS, buffer);
}

static GsMatmulVariant
try_out (GsDevice *device, gint64 *time_of_best, gboolean *is_uniform)
{
  const guint64 n_bytes = (2 * TRIAL_SIZE * TRIAL_SIZE + 9 * TRIAL_CHANNELS) * TRIAL_CHANNELS
                          * sizeof (float);
  g_autoptr (GsBuffer) buffer = gs_buffer_new (device, GS_MEMORY_DEVICE, n_bytes, "trial", NULL);
  GsMatmulVariant best = GS_MATMUL_TILE;
  gint64 best_time = G_MAXINT64;

  for (guint i = GS_MATMUL_TEXEL; buffer != NULL && i < GS_MATMUL_N_VARIANTS; i++)
    {
      const gboolean hopeless = is_hopeless (device, i, buffer);
      const gint64 time = hopeless ? G_MAXINT64 : time_variant (device, i, TRIAL_CHANNELS, buffer);

      if (i >= GS_MATMUL_UNIFORM)
        *is_uniform |= !hopeless;
      if (time < best_time)
        {
          best = i;
          best_time = time;
        }
    }
  *time_of_best = best_time;
  return best;
}

gint64
gs_matmul_best_time (GsDevice *device, gboolean *is_uniform)
{
  gint64 time;

  *is_uniform = FALSE;
  try_out (device, &time, is_uniform);
  return time;
}

/* Remembered in a file per driver version, and in memory per such file. */
static GsMatmulVariant
recall_or_try_out (GsDevice *device)
{
  static GHashTable *known; /* folder -> variant + 1 */
  const char *folder = gs_device_get_cache_folder (device);
  const char *key = folder != NULL ? folder : gs_device_get_info (device)->driver;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, FILE_NAME, NULL) : NULL;
  g_autofree char *text = NULL;
  GsMatmulVariant variant;
  gboolean is_uniform = FALSE;
  gint64 time;

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  variant = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));
  if (variant > 0)
    return variant - 1;

  if (path != NULL)
    g_file_get_contents (path, &text, NULL, NULL);
  variant = variant_of_name (text);
  if (variant < GS_MATMUL_TEXEL || variant == GS_MATMUL_N_VARIANTS)
    {
      variant = try_out (device, &time, &is_uniform);
      if (path != NULL)
        g_file_set_contents (path, names[variant], -1, NULL); /* else it is tried next time too */
    }
  g_hash_table_insert (known, g_strdup (key), GUINT_TO_POINTER (variant + 1));
  return variant;
}

GsMatmulVariant
gs_matmul_choose (GsDevice *device)
{
  static GMutex lock;
  const GsGpuInfo *info = gs_device_get_info (device);
  const char *asked = g_getenv ("GESSO_KERNELS");
  GsMatmulVariant variant = variant_of_name (asked);

  if (variant < GS_MATMUL_N_VARIANTS)
    return variant;
  if (asked != NULL && g_str_has_prefix (asked, "tile-"))
    return GS_MATMUL_TILE;
  if (asked != NULL && g_str_has_prefix (asked, "half-"))
    return GS_MATMUL_HALF;
  if (asked != NULL && g_str_has_prefix (asked, "coopmat-"))
    return GS_MATMUL_COOPMAT;
  if (asked != NULL && g_str_has_prefix (asked, "coopmat2-"))
    return GS_MATMUL_COOPMAT2;
  if (asked != NULL && g_str_has_prefix (asked, "dot-"))
    return GS_MATMUL_DOT;
  if (info->kind != GS_GPU_CPU)
    return GS_MATMUL_TUNED;
  if (info->subgroup_size < 8 || info->subgroup_size > 16)
    return GS_MATMUL_TILE;
  g_mutex_lock (&lock);
  variant = recall_or_try_out (device);
  g_mutex_unlock (&lock);
  return variant;
}
