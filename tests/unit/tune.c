/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tuning: the fastest wins, is remembered across processes, and a damaged file costs only time. */
#include "ops/remembered.h"
#include "ops/tune.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static GsDevice *device; /* one for all cases */

static const char *const names[] = { "tortoise", "hare", "snail" };

typedef struct
{
  double seconds[3];
  guint  n_timed;
} Race;

static double
time_racer (GsDevice *on, guint candidate, gpointer data)
{
  Race *race = data;

  race->n_timed++;
  return race->seconds[candidate];
}

static guint
run_race (const char *key, Race *race)
{
  return gs_tune_choose (device, key, names, G_N_ELEMENTS (names), time_racer, race);
}

static char *
tuning_path (void)
{
  return g_build_filename (gs_device_get_cache_folder (device), "tuning", NULL);
}

static void
write_tuning (const char *text, gssize n_bytes)
{
  g_autofree char *path = tuning_path ();

  g_assert_true (g_file_set_contents (path, text, n_bytes, NULL));
  gs_remembered_forget ();
}

static void
test_fastest (void)
{
  Race race = { { 3, 1, 2 } };

  g_assert_cmpuint (run_race ("fastest", &race), ==, 1);
  g_assert_cmpuint (race.n_timed, ==, 3);
  g_assert_cmpuint (run_race ("fastest", &race), ==, 1);
  g_assert_cmpuint (race.n_timed, ==, 3); /* remembered in the process */
  gs_remembered_forget ();
  g_assert_cmpuint (run_race ("fastest", &race), ==, 1);
  g_assert_cmpuint (race.n_timed, ==, 3); /* ... and in the file */
}

/* What cannot run never wins; if nothing can, the first is taken, and asked again next time. */
static void
test_failures (void)
{
  Race some = { { INFINITY, INFINITY, 5 } }, none = { { INFINITY, INFINITY, INFINITY } };

  g_assert_cmpuint (run_race ("some", &some), ==, 2);
  g_assert_cmpuint (run_race ("none", &none), ==, 0);
  g_assert_cmpuint (run_race ("none", &none), ==, 0);
  g_assert_cmpuint (none.n_timed, ==, 6);
}

static void
test_damaged (void)
{
  static const char damaged[] = "one\n\n two\nkey hare more\nkey\thare\nkey \n key hare\n"
                                "broken ha\1re\nkey snail\nother lion\nlast tort";
  Race race = { { 3, 1, 2 } };

  write_tuning (damaged, -1);
  g_assert_cmpuint (run_race ("key", &race), ==, 2); /* the one whole line of it */
  g_assert_cmpuint (race.n_timed, ==, 0);
  g_assert_cmpuint (run_race ("broken", &race), ==, 1);
  g_assert_cmpuint (run_race ("other", &race), ==, 1); /* a name that is none of these */
  g_assert_cmpuint (run_race ("last", &race), ==, 1);
  g_assert_cmpuint (race.n_timed, ==, 9);
  gs_remembered_forget ();
  g_assert_cmpuint (run_race ("other", &race), ==, 1); /* the file is whole again */
  g_assert_cmpuint (run_race ("key", &race), ==, 2);
  g_assert_cmpuint (race.n_timed, ==, 9);
}

static void
test_noise (void)
{
  g_autofree char *noise = g_malloc (5000);
  Race race = { { 3, 1, 2 } };

  for (guint i = 0; i < 5000; i++)
    noise[i] = g_random_int_range (0, 256);
  write_tuning (noise, 5000);
  g_assert_cmpuint (run_race ("noise", &race), ==, 1);
  write_tuning ("", 0);
  g_assert_cmpuint (run_race ("noise", &race), ==, 1);
  g_assert_cmpuint (race.n_timed, ==, 6);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-tune-XXXXXX", NULL);
  g_autofree char *path = NULL;
  int status;

  g_assert_nonnull (folder);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  device = gs_device_new (NULL, NULL, NULL);
  if (device == NULL || gs_device_get_cache_folder (device) == NULL)
    {
      g_print ("1..0 # SKIP there is no Vulkan device, or no cache folder\n");
      gs_device_free (device);
      return 0;
    }
  g_test_add_func ("/tune/fastest", test_fastest);
  g_test_add_func ("/tune/failures", test_failures);
  g_test_add_func ("/tune/damaged", test_damaged);
  g_test_add_func ("/tune/noise", test_noise);
  status = g_test_run ();

  path = tuning_path ();
  g_unlink (path);
  g_rmdir (gs_device_get_cache_folder (device));
  gs_device_free (device);
  return status;
}
