/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The longest stall: a timer that wants to fire every 4 ms, at the priority of input events, and
 * remembers how late it was. The start of the program is left out: measuring begins when the window
 * has been up for a second and ends when Generate can be pressed again.
 *
 * Told apart: the wall clock is what a person feels, on a machine that may be busy with other programs
 * too; the thread's own processor time between two ticks is what this program is to blame for.
 */
#include "config.h"

#include "gesso-stall.h"

#include <time.h>

#define TICK_MS 4
#define SETTLE_MS 1000

typedef struct
{
  GApplication *application;
  GActionGroup *window;
  gint64        start;                 /* us                   */
  gint64        last, longest;         /* us, of the wall      */
  gint64        last_cpu, longest_cpu; /* us, of this thread   */
} Stall;

static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gboolean
on_tick (gpointer data)
{
  Stall *stall = data;
  gint64 now = g_get_monotonic_time (), cpu = get_cpu_time ();

  stall->longest = MAX (stall->longest, now - stall->last - TICK_MS * 1000);
  stall->longest_cpu = MAX (stall->longest_cpu, cpu - stall->last_cpu);
  stall->last = now;
  stall->last_cpu = cpu;
  if (!g_action_group_get_action_enabled (stall->window, "generate"))
    return G_SOURCE_CONTINUE;

  g_print ("longest stall: %.1f ms, busy at most %.1f ms at a time, in %.1f s\n",
           (double) stall->longest / 1000, (double) stall->longest_cpu / 1000,
           (double) (now - stall->start) / 1e6);
  g_application_quit (stall->application);
  g_object_unref (stall->window);
  g_object_unref (stall->application);
  g_free (stall);

  return G_SOURCE_REMOVE;
}

static gboolean
on_settled (gpointer data)
{
  Stall *stall = data;

  stall->start = stall->last = g_get_monotonic_time ();
  stall->last_cpu = get_cpu_time ();
  g_action_group_activate_action (stall->window, "generate", NULL);
  g_timeout_add_full (G_PRIORITY_DEFAULT, TICK_MS, on_tick, stall, NULL);

  return G_SOURCE_REMOVE;
}

void
gesso_stall_measure (GApplication *application, GActionGroup *window)
{
  Stall *stall = g_new0 (Stall, 1);

  stall->application = g_object_ref (application);
  stall->window = g_object_ref (window);
  g_timeout_add (SETTLE_MS, on_settled, stall);
}
