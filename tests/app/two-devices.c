/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A window on a machine with two devices: the second makes what waits once the preferences allow it, each
 * running order has a row that tells of it, and the window is about the first of them. They are Mesa's
 * software driver, of which the Vulkan loader finds two where it is given two of its manifests.
 */
#include "in-process.h"
#include "widgets.h"

#include "preferences/gesso-store.h"
#include "queue/gesso-queue-row.h"

#include <glib/gstdio.h>

#define MANIFESTS "/usr/share/vulkan/icd.d"
#define SKIP 77

static void
enqueue (GessoWindow *window, const char *prompt, guint steps)
{
  g_object_set (gesso_document_get_settings (window->document), "prompt", prompt, "steps", steps,
                "width", 64, "height", 64, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "enqueue", NULL);
}

static GessoJob *
get_job (GessoWindow *window, guint position)
{
  g_autoptr (GessoOrder) order = g_list_model_get_item (G_LIST_MODEL (window->queue), position);

  return order ? gesso_queue_get_job_of (window->queue, order) : NULL;
}

static void
wait_candidates (GessoWindow *window, guint n)
{
  while (g_list_model_get_n_items (gesso_painting_get_candidates (window->painting)) < n)
    g_main_context_iteration (NULL, TRUE);
}

/* As its switch does. */
static void
switch_second_on (GessoWindow *window)
{
  GListModel *devices = G_LIST_MODEL (gesso_engine_get_devices (window->engine));
  g_autoptr (GessoDevice) first = g_list_model_get_item (devices, 0);
  g_autoptr (GessoDevice) second = g_list_model_get_item (devices, 1);
  g_autofree char *expected = g_strdup_printf ("%s (2)", gesso_device_get_name (first));
  g_autoptr (GSettings) store = gesso_store_new ();
  GVariantBuilder choices;

  g_assert_cmpuint (g_list_model_get_n_items (devices), ==, 2);
  g_assert_cmpstr (gesso_device_get_name (second), ==, expected);
  g_assert_false (gesso_device_get_enabled (second));

  g_variant_builder_init (&choices, G_VARIANT_TYPE ("a{sb}"));
  g_variant_builder_add (&choices, "{sb}", gesso_device_get_name (second), TRUE);
  g_settings_set_value (store, "devices", g_variant_builder_end (&choices));
  while (!gesso_device_get_enabled (second))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
says (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return gtk_widget_get_visible (widget);

  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    if (says (c, text))
      return TRUE;

  return FALSE;
}

static void
check_row (GessoWindow *window, int position, const char *device)
{
  GtkListBox *list = GTK_LIST_BOX (widgets_find (GTK_WIDGET (window->queue_button), GTK_TYPE_LIST_BOX));
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_row_at_index (list, position));
  GtkWidget *progress = widgets_find (row, GTK_TYPE_PROGRESS_BAR);
  GtkWidget *picture = widgets_find (row, GTK_TYPE_IMAGE);

  g_assert_true (gtk_widget_get_visible (progress) == (device != NULL));
  g_assert_true (gtk_widget_get_visible (picture) == (device != NULL));
  if (device)
    {
      g_assert_cmpint (gtk_image_get_storage_type (GTK_IMAGE (picture)), ==, GTK_IMAGE_PAINTABLE);
      g_assert_true (says (row, device));
    }
}

static void
check_rows (GessoWindow *window)
{
  GListModel *devices = G_LIST_MODEL (gesso_engine_get_devices (window->engine));

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GessoDevice) device = g_list_model_get_item (devices, (guint) i);

      check_row (window, i, gesso_device_get_name (device));
    }
  check_row (window, 2, NULL);
}

static void
run (GApplication *application, GessoWindow *window)
{
  in_process_wait_engine (application);
  switch_second_on (window);

  /* Both at the same time, in front of a third one. */
  enqueue (window, "a red house", 1000);
  enqueue (window, "a green tree", 1000);
  enqueue (window, "a boat", 1);
  g_assert_cmpuint (gesso_queue_get_n_running (window->queue), ==, 2);
  while (!gesso_job_get_preview (get_job (window, 0)) || !gesso_job_get_preview (get_job (window, 1)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (gesso_queue_get_n_running (window->queue), ==, 2);
  g_assert_true (window->job == get_job (window, 0));
  check_rows (window);

  /* Cancel is for the one on the canvas; the other one takes its place there. */
  g_action_group_activate_action (G_ACTION_GROUP (window), "cancel", NULL);
  wait_candidates (window, 1);
  while (g_list_model_get_n_items (G_LIST_MODEL (window->queue)) > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (window->job == get_job (window, 0));
  g_assert_false (g_cancellable_is_cancelled (gesso_job_get_cancellable (window->job)));
  gesso_queue_cancel_all (window->queue);

  /* Each brings its picture. */
  enqueue (window, "a red house", 2);
  enqueue (window, "a green tree", 2);
  wait_candidates (window, 3);
  while (window->job)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (gesso_window_has_orders (window));

  /* The end does not wait for them. */
  enqueue (window, "a red house", 1000);
  enqueue (window, "a green tree", 1000);
  g_assert_cmpuint (gesso_queue_get_n_running (window->queue), ==, 2);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The software driver's manifest, or NULL. */
static char *
find_manifest (void)
{
  g_autoptr (GDir) folder = g_dir_open (MANIFESTS, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    if (g_str_has_prefix (name, "lvp_icd"))
      return g_build_filename (MANIFESTS, name, NULL);

  return NULL;
}

int
main (int argc, char **argv)
{
  g_autofree char *manifest = find_manifest ();
  g_autofree char *folder = g_dir_make_tmp ("gesso-devices-XXXXXX", NULL);
  g_autofree char *copy = g_build_filename (folder, "again.json", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *both = NULL;
  int status;

  if (manifest == NULL || !g_file_get_contents (manifest, &contents, NULL, NULL))
    return SKIP;

  g_assert_true (g_file_set_contents (copy, contents, -1, NULL));
  both = g_strdup_printf ("%s:%s", manifest, copy);
  g_setenv ("VK_ICD_FILENAMES", both, TRUE);
  g_unsetenv ("VK_DRIVER_FILES");
  g_unsetenv ("GESSO_DEVICE");
  status = in_process_run (in_process_forget_session, run);
  g_remove (copy);
  g_rmdir (folder);

  return status;
}
