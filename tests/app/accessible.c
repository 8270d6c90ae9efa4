/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT-SPI by polling: calls to the program are synchronous, so nothing is seen half done. */
#include "accessible.h"

#define POLL_US 50000

static gboolean
has_state (Accessible *accessible, AtspiStateType state)
{
  AtspiStateSet *states = atspi_accessible_get_state_set (accessible);
  gboolean has = states && atspi_state_set_contains (states, state);

  g_clear_object (&states);
  return has;
}

static gboolean
has_name (Accessible *accessible, const char *name)
{
  g_autofree char *found = atspi_accessible_get_name (accessible, NULL);

  return g_strcmp0 (found, name) == 0;
}

/* A row and a label are called like the control in them or beside them. */
static gboolean
is_control (Accessible *accessible)
{
  AtspiRole role = atspi_accessible_get_role (accessible, NULL);

  return role != ATSPI_ROLE_LABEL && role != ATSPI_ROLE_LIST_ITEM;
}

/* GTK 4.8 says "visible" of all that is not hidden itself, so what is hidden is not looked into;
 * "showing" it says of windows alone. */
Accessible *
accessible_find (Accessible *root, const char *name)
{
  int n_children = atspi_accessible_get_child_count (root, NULL);

  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (Accessible) child = atspi_accessible_get_child_at_index (root, i, NULL);
      Accessible *found;

      if (child == NULL || !has_state (child, ATSPI_STATE_VISIBLE))
        continue;
      if (has_name (child, name) && is_control (child))
        return g_steal_pointer (&child);
      found = accessible_find (child, name);
      if (found)
        return found;
    }

  return NULL;
}

Accessible *
accessible_wait (Accessible *root, const char *name)
{
  gint64 end = g_get_monotonic_time () + ACCESSIBLE_LIMIT_SECONDS * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    {
      Accessible *found = accessible_find (root, name);

      if (found)
        return found;
      g_usleep (POLL_US);
    }

  accessible_print (root, 0);
  g_error ("No control named “%s” came up within %d seconds", name, ACCESSIBLE_LIMIT_SECONDS);
}

Accessible *
accessible_wait_program (const char *name)
{
  gint64 end = g_get_monotonic_time () + ACCESSIBLE_LIMIT_SECONDS * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    {
      g_autoptr (Accessible) desktop = atspi_get_desktop (0);
      int n_programs;

      /* Not atspi_accessible_clear_cache(), which falls over what is left of a killed program. */
      atspi_accessible_set_cache_mask (desktop, ATSPI_CACHE_NONE);
      n_programs = atspi_accessible_get_child_count (desktop, NULL);
      for (int j = 0; j < n_programs; j++)
        {
          g_autoptr (Accessible) program =
              atspi_accessible_get_child_at_index (desktop, j, NULL);

          if (program && has_name (program, name))
            {
              /* New windows are seen at once, not when libatspi has heard of them. */
              atspi_accessible_set_cache_mask (program, ATSPI_CACHE_ALL & ~ATSPI_CACHE_CHILDREN);
              return g_steal_pointer (&program);
            }
        }
      g_usleep (POLL_US);
    }

  g_error ("The program “%s” did not come up within %d seconds", name, ACCESSIBLE_LIMIT_SECONDS);
}

gboolean
accessible_is_sensitive (Accessible *accessible)
{
  atspi_accessible_clear_cache (accessible);

  return has_state (accessible, ATSPI_STATE_SENSITIVE);
}

void
accessible_wait_sensitive (Accessible *accessible)
{
  gint64 end = g_get_monotonic_time () + ACCESSIBLE_LIMIT_SECONDS * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < end)
    {
      if (accessible_is_sensitive (accessible))
        return;
      g_usleep (POLL_US);
    }

  g_error ("A control could not be used within %d seconds", ACCESSIBLE_LIMIT_SECONDS);
}

void
accessible_press (Accessible *accessible)
{
  AtspiAction *action = atspi_accessible_get_action_iface (accessible);
  GError *error = NULL;

  g_assert_nonnull (action);
  atspi_action_do_action (action, 0, &error);
  g_assert_no_error (error);
  g_object_unref (action);
}

void
accessible_set_text (Accessible *accessible, const char *text)
{
  AtspiEditableText *editable = atspi_accessible_get_editable_text_iface (accessible);
  GError *error = NULL;

  g_assert_nonnull (editable);
  atspi_editable_text_set_text_contents (editable, text, &error);
  g_assert_no_error (error);
  g_object_unref (editable);
}

char *
accessible_dup_text (Accessible *accessible)
{
  AtspiText *iface = atspi_accessible_get_text_iface (accessible);
  char *text;

  g_assert_nonnull (iface);
  text = atspi_text_get_text (iface, 0, -1, NULL);
  g_object_unref (iface);

  return text;
}

void
accessible_wait_text (Accessible *accessible, const char *expected)
{
  gint64 end = g_get_monotonic_time () + ACCESSIBLE_LIMIT_SECONDS * G_USEC_PER_SEC;
  g_autofree char *text = accessible_dup_text (accessible);

  while (g_strcmp0 (text, expected) != 0 && g_get_monotonic_time () < end)
    {
      g_usleep (POLL_US);
      g_free (text);
      text = accessible_dup_text (accessible);
    }
  g_assert_cmpstr (text, ==, expected);
}

void
accessible_set_value (Accessible *accessible, double value)
{
  AtspiValue *iface = atspi_accessible_get_value_iface (accessible);
  GError *error = NULL;

  g_assert_nonnull (iface);
  atspi_value_set_current_value (iface, value, &error);
  g_assert_no_error (error);
  g_object_unref (iface);
}

double
accessible_get_value (Accessible *accessible)
{
  AtspiValue *iface = atspi_accessible_get_value_iface (accessible);
  double value;

  g_assert_nonnull (iface);
  value = atspi_value_get_current_value (iface, NULL);
  g_object_unref (iface);

  return value;
}

void
accessible_print (Accessible *root, guint depth)
{
  g_autofree char *role = atspi_accessible_get_role_name (root, NULL);
  g_autofree char *name = atspi_accessible_get_name (root, NULL);
  int n_children = atspi_accessible_get_child_count (root, NULL);

  g_test_message ("%*s%s: %s", (int) depth * 2, "", role, name);
  for (int i = 0; i < n_children; i++)
    {
      g_autoptr (Accessible) child = atspi_accessible_get_child_at_index (root, i, NULL);

      if (child)
        accessible_print (child, depth + 1);
    }
}
