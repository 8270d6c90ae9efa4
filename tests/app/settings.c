/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoSettings: copies, what taking over leaves alone, remembering, and the parameters text. */
#include "config.h"

#include "document/gesso-settings.h"
#include "engine/gesso-catalog.h"

static void
test_copy (void)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSettings) copy = NULL;

  g_object_set (settings, "prompt", "a boat", "steps", 7, NULL);
  copy = gesso_settings_copy (settings);
  g_object_set (settings, "prompt", "a tree", NULL);

  g_assert_cmpstr (gesso_settings_get_prompt (copy), ==, "a boat");
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, "a tree");
}

static void
test_take_keeps_lock (void)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSettings) other = gesso_settings_new ();
  gboolean locked;

  g_object_set (settings, "seed-locked", TRUE, NULL);
  g_object_set (other, "seed", (guint64) 5, NULL);
  gesso_settings_take (settings, other);

  g_object_get (settings, "seed-locked", &locked, NULL);
  g_assert_true (locked);
  g_assert_cmpuint (gesso_settings_get_seed (settings), ==, 5);
}

static void
count (guint *n_changes)
{
  (*n_changes)++;
}

static void
test_notifies_changes_only (void)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  guint n_changes = 0;

  g_signal_connect_swapped (settings, "notify::steps", G_CALLBACK (count), &n_changes);
  g_object_set (settings, "steps", 20, NULL);
  g_assert_cmpuint (n_changes, ==, 0);
  g_object_set (settings, "steps", 21, NULL);
  g_assert_cmpuint (n_changes, ==, 1);
}

/* Every property has a key of its name and type, and starts with the key's default. */
static void
test_schema (void)
{
  g_autoptr (GSettings) store = g_settings_new (GESSO_APP_ID);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSettings) again = gesso_settings_new ();
  g_autoptr (GessoSettings) fresh = gesso_settings_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs;

  gesso_settings_remember (settings, store);
  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (settings), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) bound = G_VALUE_INIT;
      g_auto (GValue) initial = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (settings), pspecs[i]->name, &bound);
      g_object_get_property (G_OBJECT (fresh), pspecs[i]->name, &initial);
      g_assert_cmpint (g_param_values_cmp (pspecs[i], &bound, &initial), ==, 0);
    }

  g_object_set (settings, "prompt", "remembered", "seed", G_MAXUINT64, NULL);
  gesso_settings_remember (again, store);
  g_assert_cmpstr (gesso_settings_get_prompt (again), ==, "remembered");
  g_assert_cmpuint (gesso_settings_get_seed (again), ==, G_MAXUINT64);
}

/* What one window writes does not change the prompt under another window's cursor. */
static void
test_windows_apart (void)
{
  g_autoptr (GSettings) store = g_settings_new (GESSO_APP_ID);
  g_autoptr (GSettings) other_store = g_settings_new (GESSO_APP_ID);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSettings) other = gesso_settings_new ();

  g_settings_delay (store);
  g_settings_delay (other_store);
  gesso_settings_remember (settings, store);
  gesso_settings_remember (other, other_store);
  g_object_set (other, "prompt", "mine", NULL);
  g_settings_apply (other_store);
  g_object_set (settings, "prompt", "yours", NULL);
  g_settings_apply (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_cmpstr (gesso_settings_get_prompt (other), ==, "mine");
}

static void
test_parameters (void)
{
  g_autoptr (GessoSettings) current = gesso_settings_new ();
  g_autoptr (GessoSettings) parsed = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *negative_prompt = NULL;
  g_autofree char *sampler = NULL;
  g_autofree char *schedule = NULL;
  guint width, height, steps;
  double guidance_scale;

  g_object_set (current, "model", "kept.safetensors", NULL);
  parsed = gesso_settings_from_parameters (
      "a red house\nNegative prompt: snow\nSteps: 31, Sampler: DPM++ 2M, Schedule type: Karras, "
      "CFG scale: 5.5, Seed: 4294967296, Size: 640x448",
      current, &error);
  g_assert_no_error (error);

  g_object_get (parsed, "negative-prompt", &negative_prompt, "sampler", &sampler, "schedule",
                &schedule, "width", &width, "height", &height, "steps", &steps, "guidance-scale",
                &guidance_scale, NULL);
  g_assert_cmpstr (gesso_settings_get_prompt (parsed), ==, "a red house");
  g_assert_cmpstr (gesso_settings_get_model (parsed), ==, "kept.safetensors");
  g_assert_cmpuint (gesso_settings_get_seed (parsed), ==, 4294967296);
  g_assert_cmpstr (negative_prompt, ==, "snow");
  g_assert_cmpstr (sampler, ==, "dpmpp-2m");
  g_assert_cmpstr (schedule, ==, "karras");
  g_assert_cmpuint (width, ==, 640);
  g_assert_cmpuint (height, ==, 448);
  g_assert_cmpuint (steps, ==, 31);
  g_assert_cmpfloat (guidance_scale, ==, 5.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/settings/copy", test_copy);
  g_test_add_func ("/app/settings/take-keeps-lock", test_take_keeps_lock);
  g_test_add_func ("/app/settings/notifies-changes-only", test_notifies_changes_only);
  g_test_add_func ("/app/settings/schema", test_schema);
  g_test_add_func ("/app/settings/windows-apart", test_windows_apart);
  g_test_add_func ("/app/settings/parameters", test_parameters);

  return g_test_run ();
}
