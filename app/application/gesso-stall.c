/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The longest stall: a timer that wants to fire every 4 ms, at the priority of input events, and
 * remembers how late it was. The start of the program is left out: measuring begins when the window
 * has been up for a second and ends when Generate can be pressed again.
 */
#include "config.h"

#include "gesso-stall.h"

#define TICK_MS 4
#define SETTLE_MS 1000

typedef struct
{
  GApplication *application;
  GActionGroup *window;
  gint64        last;    /* us, of the last tick */
  gint64        longest; /* us                   */
  gint64        start;   /* us                   */
} Stall;

static gboolean
on_tick (gpointer data)
{
  Stall *stall = data;
  gint64 now = g_get_monotonic_time ();

  stall->longest = MAX (stall->longest, now - stall->last - TICK_MS * 1000);
  stall->last = now;
  if (!g_action_group_get_action_enabled (stall->window, "generate"))
    return G_SOURCE_CONTINUE;

  g_print ("longest stall: %.1f ms in %.1f s\n", (double) stall->longest / 1000,
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
