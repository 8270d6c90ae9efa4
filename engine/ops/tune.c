/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timing candidates, and remembering who won; see tune.h. */
#include "ops/tune.h"

#include <math.h>
#include <string.h>

#define RUNS 3
#define MAX_FILE_BYTES (1 << 20)

static GMutex lock;
static GHashTable *known; /* folder -> (key -> name) */

/* ---- The file ---- */

static gboolean
is_word (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return FALSE;
  return *text != '\0';
}

/* Anyone may have written into it: a line that is not two words is passed over. */
static void
parse (GHashTable *winners, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);

      if (g_strv_length (words) == 2 && is_word (words[0]) && is_word (words[1]))
        g_hash_table_insert (winners, g_strdup (words[0]), g_strdup (words[1]));
    }
}

static char *
tuning_path (GsDevice *device)
{
  const char *folder = gs_device_get_cache_folder (device);

  return folder != NULL ? g_build_filename (folder, "tuning", NULL) : NULL;
}

static void
load (GsDevice *device, GHashTable *winners)
{
  g_autofree char *path = tuning_path (device);
  g_autofree char *text = NULL;
  gsize length = 0;

  if (path != NULL && g_file_get_contents (path, &text, &length, NULL) && length <= MAX_FILE_BYTES)
    parse (winners, text);
}

static void
save (GsDevice *device, GHashTable *winners)
{
  g_autofree char *path = tuning_path (device);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (winners), (GCompareFunc) strcmp);

  for (GList *l = keys; l != NULL; l = l->next)
    g_string_append_printf (text, "%s %s\n", (const char *) l->data,
                            (const char *) g_hash_table_lookup (winners, l->data));
  /* Written beside and renamed; if it cannot be written, the next start measures again. */
  if (path != NULL)
    g_file_set_contents (path, text->str, text->len, NULL);
}

static GHashTable *
winners_of (GsDevice *device)
{
  const char *folder = gs_device_get_cache_folder (device);
  const char *key = folder != NULL ? folder : gs_device_get_info (device)->driver;
  GHashTable *winners;

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                   (GDestroyNotify) g_hash_table_unref);
  winners = g_hash_table_lookup (known, key);
  if (winners == NULL)
    {
      winners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      load (device, winners);
      g_hash_table_insert (known, g_strdup (key), winners);
    }
  return winners;
}

void
gs_tune_forget (void)
{
  g_mutex_lock (&lock);
  g_clear_pointer (&known, g_hash_table_unref);
  g_mutex_unlock (&lock);
}

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
measure (GsDevice *device, GHashTable *winners, const char *key, const char *const *names, guint n,
         GsTuneFunc func, gpointer data)
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
    {
      g_hash_table_insert (winners, g_strdup (key), g_strdup (names[winner]));
      save (device, winners);
    }
  return winner;
}

guint
gs_tune_choose (GsDevice *device, const char *key, const char *const *names, guint n,
                GsTuneFunc func, gpointer data)
{
  GHashTable *winners;
  guint winner = 0;

  if (n < 2)
    return 0;
  g_mutex_lock (&lock);
  winners = winners_of (device);
  if (!find_name (names, n, g_hash_table_lookup (winners, key), &winner))
    winner = measure (device, winners, key, names, n, func, data);
  g_mutex_unlock (&lock);
  return winner;
}
