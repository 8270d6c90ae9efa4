/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presets scale from the model's proposal and are recognised in settings; the row of their buttons. */
#include "prompt/gesso-preset-row.h"

static const GessoProposal usual = { 20, 7, "euler-a", "normal" };
static const GessoProposal distilled = { 4, 1, "lcm", "sgm-uniform" };

static void
test_scale (void)
{
  GessoProposal fast = gesso_preset_get (GESSO_PRESET_FAST, &usual);
  GessoProposal balanced = gesso_preset_get (GESSO_PRESET_BALANCED, &usual);
  GessoProposal fine = gesso_preset_get (GESSO_PRESET_FINE, &usual);
  GessoProposal few = gesso_preset_get (GESSO_PRESET_FAST, &distilled);

  g_assert_cmpuint (fast.steps, ==, 10);
  g_assert_cmpstr (fast.sampler, ==, "dpmpp-2m");
  g_assert_cmpuint (balanced.steps, ==, 20);
  g_assert_cmpstr (balanced.sampler, ==, "euler-a");
  g_assert_cmpuint (fine.steps, ==, 40);
  g_assert_cmpuint (few.steps, ==, 2);
  g_assert_cmpstr (few.sampler, ==, "lcm");
  g_assert_cmpfloat (few.guidance_scale, ==, 1);
}

/* Every sampler and schedule that a preset names is one of the engine's. */
static void
test_known (void)
{
  GessoProposal proposal;

  gesso_catalog_get_proposal (&proposal);
  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    {
      GessoProposal values = gesso_preset_get (preset, &proposal);
      guint sampler = gesso_catalog_find (GESSO_CATALOG_SAMPLERS, values.sampler);
      guint schedule = gesso_catalog_find (GESSO_CATALOG_SCHEDULES, values.schedule);

      g_assert_cmpuint (sampler, !=, GTK_INVALID_LIST_POSITION);
      g_assert_cmpuint (schedule, !=, GTK_INVALID_LIST_POSITION);
      g_assert_cmpstr (gesso_catalog_get_ids (GESSO_CATALOG_SAMPLERS)[sampler], ==, values.sampler);
      g_assert_cmpstr (gesso_catalog_get_ids (GESSO_CATALOG_SCHEDULES)[schedule], ==,
                       values.schedule);
    }
}

/* A fresh start is the balanced preset, and each one that is applied is found again. */
static void
test_find (void)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  GessoProposal proposal;

  gesso_catalog_get_proposal (&proposal);
  g_assert_cmpint (gesso_preset_find (settings, &proposal), ==, GESSO_PRESET_BALANCED);
  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    {
      gesso_preset_apply (preset, settings, &proposal);
      g_assert_cmpint (gesso_preset_find (settings, &proposal), ==, preset);
    }
  g_object_set (settings, "steps", 41, NULL);
  g_assert_cmpint (gesso_preset_find (settings, &proposal), ==, GESSO_PRESET_CUSTOM);
}

/* ---- The row -------------------------------------------------------------------------------- */

static void
collect_buttons (GtkWidget *widget, GPtrArray *buttons)
{
  if (GTK_IS_TOGGLE_BUTTON (widget))
    g_ptr_array_add (buttons, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    collect_buttons (child, buttons);
}

static void
assert_row (GessoPresetRow *row, GPtrArray *buttons, GessoPreset preset, const char *summary)
{
  g_autofree char *shown = NULL;

  for (guint i = 0; i < buttons->len; i++)
    g_assert_true (gtk_toggle_button_get_active (buttons->pdata[i]) == (i == preset));
  g_object_get (row, "summary", &shown, NULL);
  g_assert_cmpstr (shown, ==, summary);
}

static guint
get_steps (GessoSettings *settings)
{
  guint steps;

  g_object_get (settings, "steps", &steps, NULL);
  return steps;
}

static void
test_row (void)
{
  GessoPresetRow *row = g_object_ref_sink (g_object_new (GESSO_TYPE_PRESET_ROW, NULL));
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GPtrArray) buttons = g_ptr_array_new ();

  collect_buttons (GTK_WIDGET (row), buttons);
  g_assert_cmpuint (buttons->len, ==, GESSO_N_PRESETS);
  gesso_preset_row_bind (row, settings);
  assert_row (row, buttons, GESSO_PRESET_BALANCED, "20 steps, Euler a");

  gtk_toggle_button_set_active (buttons->pdata[GESSO_PRESET_FINE], TRUE);
  g_assert_cmpuint (get_steps (settings), ==, 40);
  assert_row (row, buttons, GESSO_PRESET_FINE, "40 steps, Euler a");

  /* Any other value is nobody's preset, and no button is pressed. */
  g_object_set (settings, "steps", 1, NULL);
  assert_row (row, buttons, GESSO_PRESET_CUSTOM, "Custom: 1 step, Euler a");

  /* Custom settings outlive another model, a preset follows it. */
  gesso_preset_row_set_proposal (row, &distilled);
  g_assert_cmpuint (get_steps (settings), ==, 1);
  gtk_toggle_button_set_active (buttons->pdata[GESSO_PRESET_BALANCED], TRUE);
  assert_row (row, buttons, GESSO_PRESET_BALANCED, "4 steps, LCM");
  gesso_preset_row_set_proposal (row, &usual);
  assert_row (row, buttons, GESSO_PRESET_BALANCED, "20 steps, Euler a");

  g_assert_finalize_object (row);
  g_object_set (settings, "steps", 2, NULL);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/app/presets/scale", test_scale);
  g_test_add_func ("/app/presets/known", test_known);
  g_test_add_func ("/app/presets/find", test_find);
  g_test_add_func ("/app/presets/row", test_row);

  return g_test_run ();
}
