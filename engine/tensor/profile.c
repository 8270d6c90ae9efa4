/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a program's time each node takes.
 *
 * With a clock on the device, the whole program is recorded once more with a mark after each node:
 * caches are as warm as they are in a run, and the times add up to nearly the run's. (A mark costs
 * Mesa's CPU driver some 20 us.) Without a clock, each node is submitted alone and the host waits.
 */
#include "tensor/program.h"

#include "base/median.h"
#include "tensor/op-class.h"

/* The nodes that run. */
static GPtrArray *
live_nodes (GsProgram *program)
{
  GPtrArray *all = gs_program_get_graph (program)->nodes;
  GPtrArray *nodes = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (!((GsNode *) all->pdata[i])->dead)
      g_ptr_array_add (nodes, all->pdata[i]);
  return nodes;
}

/* seconds: [node][pass]. */
static gboolean
time_by_device (GsProgram *program, GPtrArray *nodes, guint n_passes, GsTimer *timer,
                double *seconds, GsNodeTime *times, GError **error)
{
  g_autoptr (GsCommands) commands = gs_commands_new (gs_program_get_device (program), "profile");
  g_autofree double *pass_seconds = g_new (double, nodes->len);

  gs_commands_mark (commands, timer);
  for (guint i = 0; i < nodes->len; i++)
    {
      GsNode *node = nodes->pdata[i];
      guint before = gs_commands_get_n_dispatches (commands);

      node->klass->record (node, commands);
      times[i].n_dispatches = gs_commands_get_n_dispatches (commands) - before;
      gs_commands_mark (commands, timer);
    }
  if (!gs_commands_finish (commands, error))
    return FALSE;
  for (guint pass = 0; pass < n_passes; pass++)
    {
      if (!gs_commands_run (commands, error) || !gs_timer_read (timer, pass_seconds, error))
        return FALSE;
      for (guint i = 0; i < nodes->len; i++)
        seconds[(gsize) i * n_passes + pass] = pass_seconds[i];
    }
  return TRUE;
}

static gboolean
time_by_host (GsProgram *program, GPtrArray *nodes, guint n_passes, double *seconds,
              GsNodeTime *times, GError **error)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      g_autoptr (GsCommands) commands = gs_commands_new (gs_program_get_device (program), "profile");
      GsNode *node = nodes->pdata[i];

      node->klass->record (node, commands);
      if (!gs_commands_finish (commands, error))
        return FALSE;
      times[i].n_dispatches = gs_commands_get_n_dispatches (commands);
      for (guint pass = 0; pass < n_passes; pass++)
        {
          gint64 start = g_get_monotonic_time ();

          if (!gs_commands_run (commands, error))
            return FALSE;
          seconds[(gsize) i * n_passes + pass] = (g_get_monotonic_time () - start) * 1e-6;
        }
    }
  return TRUE;
}

gboolean
gs_program_profile (GsProgram *program, guint n_passes, GsProfileFunc func, gpointer user_data,
                    GError **error)
{
  g_autoptr (GPtrArray) nodes = live_nodes (program);
  g_autofree double *seconds = g_new0 (double, (gsize) nodes->len * n_passes);
  g_autofree GsNodeTime *times = g_new0 (GsNodeTime, nodes->len);
  g_autoptr (GsTimer) timer = NULL;

  g_assert (n_passes > 0);
  if (nodes->len == 0)
    return TRUE;
  if (!gs_program_prepare (program, error))
    return FALSE;
  timer = gs_timer_new (gs_program_get_device (program), nodes->len + 1);
  if (timer != NULL
        ? !time_by_device (program, nodes, n_passes, timer, seconds, times, error)
        : !time_by_host (program, nodes, n_passes, seconds, times, error))
    return FALSE;
  for (guint i = 0; i < nodes->len; i++)
    {
      times[i].seconds = gs_median (seconds + (gsize) i * n_passes, n_passes);
      func (nodes->pdata[i], &times[i], user_data);
    }
  return TRUE;
}
