/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The welcome by itself, and what it says about the machine. */
#include "preferences/gesso-store.h"
#include "welcome/gesso-pace.h"
#include "welcome/gesso-welcome.h"
#include "widgets.h"

static void
assert_pace (GSettings *store, const char *device, const char *expected)
{
  g_autofree char *text = gesso_pace_describe (store, device);

  g_assert_cmpstr (text, ==, expected);
}

/* Of each device what it did itself, and of each model the last. */
static void
test_pace (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  GessoPace pace = { .device = "Card", .model = "", .width = 128, .height = 128, .steps = 20,
                     .seconds = 2.52 };

  g_settings_reset (store, "paces");
  assert_pace (store, "Card", NULL);
  assert_pace (store, NULL, NULL);
  assert_pace (NULL, "Card", NULL);

  gesso_pace_remember (store, &pace);
  assert_pace (store, "Card", "Starter model: 2.5 seconds per picture (128 × 128, 20 steps)");
  assert_pace (store, "Other Card", NULL);

  pace.seconds = 3.5;
  gesso_pace_remember (store, &pace);
  pace = (GessoPace) { .device = "Card", .model = "/models/large.v2.safetensors", .width = 512,
                       .height = 768, .steps = 30, .seconds = 44.6 };
  gesso_pace_remember (store, &pace);
  assert_pace (store, "Card",
               "large.v2: 45 seconds per picture (512 × 768, 30 steps)\n"
               "Starter model: 3.5 seconds per picture (128 × 128, 20 steps)");

  pace.device = "Other Card";
  pace.seconds = 600;
  gesso_pace_remember (store, &pace);
  assert_pace (store, "Other Card", "large.v2: 10 minutes per picture (512 × 768, 30 steps)");
  g_settings_reset (store, "paces");
}

/* What was not measured is not remembered, and the list does not grow for ever. */
static void
test_limits (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();
  g_autoptr (GVariant) paces = NULL;

  g_settings_reset (store, "paces");
  gesso_pace_remember (store, &(GessoPace) { .device = "Card", .model = "", .seconds = 0 });
  gesso_pace_remember (store, &(GessoPace) { .device = NULL, .model = "", .seconds = 1 });
  gesso_pace_remember (NULL, &(GessoPace) { .device = "Card", .model = "", .seconds = 1 });
  assert_pace (store, "Card", NULL);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *model = g_strdup_printf ("/models/%u.safetensors", i);

      gesso_pace_remember (store, &(GessoPace) { .device = "Card", .model = model, .seconds = 1 });
    }
  paces = g_settings_get_value (store, "paces");
  g_assert_cmpuint (g_variant_n_children (paces), <=, 12);
  g_settings_reset (store, "paces");
}

static void
test_page (void)
{
  GtkWidget *welcome = g_object_ref_sink (g_object_new (GESSO_TYPE_WELCOME, NULL));
  AdwActionRow *row = ADW_ACTION_ROW (widgets_find (welcome, ADW_TYPE_ACTION_ROW));
  g_autofree char *before = g_strdup (adw_action_row_get_subtitle (row));

  gesso_welcome_set_machine (GESSO_WELCOME (welcome), "Card <1>", "2 & 3");
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Card <1>");
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, "2 & 3");
  gesso_welcome_set_machine (GESSO_WELCOME (welcome), "Card <1>", NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, before);
  g_object_unref (welcome);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/welcome/pace", test_pace);
  g_test_add_func ("/app/welcome/limits", test_limits);
  g_test_add_func ("/app/welcome/page", test_page);

  return g_test_run ();
}
