/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A benchmark: how long a model takes from its file into device memory, against reading the file
 * once (as cat does) with everything in the page cache. Loads as a job of 512 x 512 pixels with
 * guidance does: text encoder, U-Net and the autoencoder's decoder, recorded and ready to run.
 *
 * Virtual machines give memory that nobody used for a while back to their host, and get it again page by
 * page, which takes longer than all the rest: so as much of it is used and freed right before each load.
 *
 *   session-load FILE.safetensors [TIMES]
 *
 * full-size.c writes a file of SD 1.5's size.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gpu/host-memory.h"
#include "session/memory-stages.h"

typedef struct
{
  double wall, user, system;
} Times;

static Times
now (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (Times) { .wall = g_get_monotonic_time () * 1e-6,
                   .user = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec * 1e-6,
                   .system = usage.ru_stime.tv_sec + usage.ru_stime.tv_usec * 1e-6 };
}

static double
print_since (const char *what, Times start)
{
  const Times end = now ();

  g_print ("%-24s %6.3f s   user %6.3f s   system %6.3f s\n", what, end.wall - start.wall,
           end.user - start.user, end.system - start.system);
  return end.wall - start.wall;
}

/* What cat does: 128 KiB at a time. */
static void
read_all (const char *path)
{
  g_autofree char *buffer = g_malloc (131072);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  while (read (fd, buffer, 131072) > 0)
    continue;
  close (fd);
}

/* So much that the weights and the buffers of a model of SD 1.5's size find room in it. */
static void
use_memory (void)
{
  const gsize n_bytes = G_GUINT64_CONSTANT (3) << 30;
  guint8 *memory = gs_host_memory_new (n_bytes);

  g_assert_nonnull (memory);
  for (gsize i = 0; i < n_bytes; i += 4096)
    memory[i] = 1;
  gs_host_memory_free (memory, n_bytes);
}

static double
memory_gib (const char *field)
{
  g_autofree char *status = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = status != NULL ? strstr (status, field) : NULL;
  return line != NULL ? g_ascii_strtod (line + strlen (field), NULL) / (1 << 20) : 0;
}

static double
prepare (GsSession *session, const char *what)
{
  const GsMemoryJob job = { .width = 64, .height = 64, .batch = 2, .n_tokens = 77, .clip_skip = 1 };
  g_autoptr (GError) error = NULL;
  GsMemoryPlan plan;
  Times start;
  double seconds;

  use_memory ();
  start = now ();
  gs_memory_plan (session, &job, &plan, &error);
  g_assert_no_error (error);
  gs_memory_begin (session, &plan);
  gs_memory_enter (session, GS_STAGE_DENOISE, &error);
  gs_memory_end (session);
  g_assert_no_error (error);
  seconds = print_since (what, start);
  g_print ("  resident %.2f GiB (%.2f of files), at most %.2f; weights %.2f, arena %.2f\n",
           memory_gib ("VmRSS:"), memory_gib ("RssFile:"), memory_gib ("VmHWM:"),
           plan.weight_bytes * 0x1p-30, plan.arena_bytes * 0x1p-30);
  return seconds;
}

/* Twice: the second time the kernels are there, and what is left is the weights. */
static double
load_twice (const char *path)
{
  g_autoptr (GError) error = NULL;
  Times start = now ();
  g_autoptr (GsSession) session = gs_session_new (NULL, &error);
  double opened;

  g_assert_no_error (error);
  print_since ("session", start);
  start = now ();
  gs_session_load_model (session, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  opened = print_since ("model opened", start);
  prepare (session, "kernels and weights");
  gs_memory_forget (session);
  return opened + prepare (session, "weights");
}

int
main (int argc, char **argv)
{
  const int times = argc > 2 ? atoi (argv[2]) : 1;

  g_assert_cmpint (argc, >=, 2);
  read_all (argv[1]);
  for (int i = 0; i < times; i++)
    {
      Times start = now ();
      double reading, loading;

      read_all (argv[1]);
      reading = print_since ("read once", start);
      loading = load_twice (argv[1]);
      g_print ("opened and packed in %.3f s, %.2f x reading\n\n", loading, loading / reading);
    }
  return 0;
}
