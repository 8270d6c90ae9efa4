/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timing candidates, and remembering who won; see tune.h. */
#include "ops/tune.h"

#include "ops/remembered.h"

#include <math.h>
#include <string.h>

#define RUNS 3
#define FILE_NAME "tuning"

/* ---- Timing ---- */

/* Seconds of one run; by the device's clock where it has one. */
static double
time_run (GsCommands *commands, GsTimer *timer)
{
  const gint64 start = g_get_monotonic_time ();
  double seconds;

  if (!gs_commands_run (commands, NULL))
    return INFINITY;
  if (timer == NULL)
    return (g_get_monotonic_time () - start) * 1e-6;
  return gs_timer_read (timer, &seconds, NULL) ? seconds : INFINITY;
}

double
gs_tune_time (GsDevice *device, GsTuneRecordFunc record, gpointer data)
{
  g_autoptr (GsTimer) timer = gs_timer_new (device, 2);
  g_autoptr (GsCommands) commands = gs_commands_new (device, "tuning");
  double best = INFINITY;

  if (timer != NULL)
    gs_commands_mark (commands, timer);
  record (commands, data);
  if (timer != NULL)
    gs_commands_mark (commands, timer);
  if (!gs_commands_finish (commands, NULL))
    return INFINITY;
  if (isinf (time_run (commands, timer))) /* caches and clocks wake up */
    return INFINITY;
  for (guint i = 0; i < RUNS; i++)
    best = MIN (best, time_run (commands, timer));
  return best;
}

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *found)
{
  for (guint i = 0; i < n && name != NULL; i++)
    if (g_str_equal (names[i], name))
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

static guint
measure (GsDevice *device, const char *key, const char *const *names, guint n, GsTuneFunc func,
         gpointer data)
{
  double best = INFINITY;
  guint winner = 0;

  for (guint i = 0; i < n; i++)
    {
      const double seconds = func (device, i, data);

      g_debug ("tuning: %s %s: %.3f ms", key, names[i], seconds * 1e3);
      if (seconds < best)
        {
          best = seconds;
          winner = i;
        }
    }
  /* After a cancel some of them did not run. */
  if (isfinite (best) && gs_device_poll (device, NULL))
    gs_remembered_set (device, FILE_NAME, key, names[winner]);
  return winner;
}

guint
gs_tune_choose (GsDevice *device, const char *key, const char *const *names, guint n,
                GsTuneFunc func, gpointer data)
{
  static GMutex lock; /* two measurements at once would be wrong ones */
  g_autofree char *known = NULL;
  guint winner = 0;

  if (n < 2)
    return 0;
  g_mutex_lock (&lock);
  known = gs_remembered_get (device, FILE_NAME, key);
  if (!find_name (names, n, known, &winner))
    winner = measure (device, key, names, n, func, data);
  g_mutex_unlock (&lock);
  return winner;
}
