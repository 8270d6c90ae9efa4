/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of keyboard shortcuts names the key of every action that has one. */
#include "application/gesso-application.h"

#define RESOURCE "/io/github/gesso_paint/Gesso/gtk/help-overlay.ui"

/* In the one form that GTK gives it; NULL if it is none. */
static char *
normalize (const char *accelerator)
{
  GdkModifierType modifiers;
  guint key;

  return gtk_accelerator_parse (accelerator, &key, &modifiers) && key
             ? gtk_accelerator_name (key, modifiers)
             : NULL;
}

/* The keys that it shows; a line may hold several, with spaces between them. */
static GHashTable *
list_shown (void)
{
  GHashTable *shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (RESOURCE);
  g_autoptr (GSList) objects = gtk_builder_get_objects (builder);
  GtkWindow *window = NULL;

  for (GSList *l = objects; l; l = l->next)
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) accelerators = NULL;

      if (GTK_IS_WINDOW (l->data))
        window = l->data;
      if (!GTK_IS_SHORTCUTS_SHORTCUT (l->data))
        continue;
      g_object_get (l->data, "accelerator", &text, NULL);
      accelerators = g_strsplit (text ? text : "", " ", -1);
      for (guint i = 0; accelerators[i]; i++)
        {
          char *name = normalize (accelerators[i]);

          if (name == NULL)
            g_error ("“%s” in the window of shortcuts is no key", accelerators[i]);
          g_hash_table_add (shown, name);
        }
    }
  gtk_window_destroy (window);

  return shown;
}

static void
test_shown (void)
{
  g_autoptr (GessoApplication) application = gesso_application_new ();
  g_autoptr (GHashTable) shown = NULL;
  g_auto (GStrv) actions = NULL;

  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  shown = list_shown ();
  actions = gtk_application_list_action_descriptions (GTK_APPLICATION (application));
  g_assert_cmpuint (g_strv_length (actions), >, 10);
  for (guint i = 0; actions[i]; i++)
    {
      g_auto (GStrv) keys =
          gtk_application_get_accels_for_action (GTK_APPLICATION (application), actions[i]);
      g_autofree char *name = normalize (keys[0]); /* others are the same key elsewhere */

      if (!g_hash_table_contains (shown, name))
        g_error ("%s is on %s, which gesso-shortcuts.ui does not show", actions[i], name);
    }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/shortcuts/shown", test_shown);
  return g_test_run ();
}
