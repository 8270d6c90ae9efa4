/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The help: every task has a page with a name, a picture and steps, and is found by its words. */
#include "help/gesso-help-page.h"
#include "help/gesso-help-window.h"
#include "widgets.h"

#include <string.h>

static const char *const names[] = { "first-picture", "mask", "frame", "models", "control",
                                     "teaching", "live", "enlarging", "saving" };

/* How many there are of that type, itself or below. */
static guint
count (GtkWidget *widget, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (widget), type);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    n += count (child, type);

  return n;
}

static GtkWidget *
get_page (GessoHelpWindow *help, const char *name)
{
  GtkStack *stack = GTK_STACK (
      gtk_widget_get_template_child (GTK_WIDGET (help), GESSO_TYPE_HELP_WINDOW, "stack"));

  return gtk_stack_get_child_by_name (stack, name);
}

static void
test_pages (void)
{
  GtkWindow *window = gesso_help_window_new (NULL);
  GessoHelpWindow *help = GESSO_HELP_WINDOW (window);

  g_assert_cmpstr (gesso_help_window_get_page (help), ==, names[0]);
  g_assert_cmpuint (count (GTK_WIDGET (help), GESSO_TYPE_HELP_PAGE), ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GtkWidget *page = get_page (help, names[i]);
      GtkPicture *picture;

      g_assert_true (gesso_help_window_show_page (help, names[i]));
      g_assert_cmpstr (gesso_help_window_get_page (help), ==, names[i]);
      g_assert_cmpuint (strlen (gesso_help_page_get_title (GESSO_HELP_PAGE (page))), >, 3);
      picture = GTK_PICTURE (widgets_find (page, GTK_TYPE_PICTURE));
      g_assert_nonnull (gtk_picture_get_paintable (picture));
      /* Title, introduction, and of three steps the figure and the text. */
      g_assert_cmpuint (count (page, GTK_TYPE_LABEL), >=, 2 + 3 * 2);
    }
  g_assert_false (gesso_help_window_show_page (help, "gone"));
  gtk_window_destroy (window);
}

static void
test_search (void)
{
  GtkWindow *window = gesso_help_window_new (NULL);
  GessoHelpWindow *help = GESSO_HELP_WINDOW (window);

  gesso_help_window_search (help, "OPENRASTER");
  g_assert_cmpstr (gesso_help_window_get_page (help), ==, "saving");
  gesso_help_window_search (help, "controlnet sketch");
  g_assert_cmpstr (gesso_help_window_get_page (help), ==, "control");
  gesso_help_window_search (help, "qwxz");
  g_assert_cmpstr (gesso_help_window_get_page (help), ==, "control"); /* it stays */
  gesso_help_window_search (help, "");
  g_assert_cmpstr (gesso_help_window_get_page (help), ==, "control");
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/help/pages", test_pages);
  g_test_add_func ("/app/help/search", test_search);

  return g_test_run ();
}
