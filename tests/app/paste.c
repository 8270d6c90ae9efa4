/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pasting what a browser copies: the address of a picture on the web with its pixels, which are what
 * is taken; an address alone is no picture.
 */
#include "in-process.h"

#include <string.h>

#define WIDTH 24
#define HEIGHT 16

static GdkTexture *
make_texture (void)
{
  guint8 *pixels = g_malloc (WIDTH * HEIGHT * 3);
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, WIDTH * HEIGHT * 3);

  memset (pixels, 200, WIDTH * HEIGHT * 3);
  return gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8, bytes, WIDTH * 3);
}

/* texture: NULL for the address alone. */
static void
copy (GessoWindow *window, GdkTexture *texture)
{
  g_autoptr (GFile) file = g_file_new_for_uri ("https://example.org/house.png");
  GFile *files[] = { file };
  GdkFileList *list = gdk_file_list_new_from_array (files, 1);
  GdkContentProvider *providers[2] = {
    gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list), NULL
  };
  g_autoptr (GdkContentProvider) all = NULL;

  if (texture)
    providers[1] = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  all = gdk_content_provider_new_union (providers, texture ? 2 : 1);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (window)), all);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
}

/* The start picture goes with its layer, and comes back with it; what was removed stays so. */
static void
assert_undone (GessoWindow *window)
{
  GessoPicture *start = gesso_document_get_start (window->document);
  GActionGroup *actions = G_ACTION_GROUP (window);

  g_action_group_activate_action (actions, "undo", NULL);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 0);
  g_assert_null (gesso_document_get_start (window->document));
  g_action_group_activate_action (actions, "redo", NULL);
  g_assert_true (gesso_document_get_start (window->document) == start);

  g_action_group_activate_action (actions, "remove-start", NULL);
  g_action_group_activate_action (actions, "undo", NULL);
  g_action_group_activate_action (actions, "redo", NULL);
  g_assert_null (gesso_document_get_start (window->document));
}

static void
run (GApplication *application, GessoWindow *window)
{
  g_autoptr (GdkTexture) texture = make_texture ();
  gint64 end;

  in_process_wait_engine (application);
  copy (window, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "paste", NULL);
  for (end = g_get_monotonic_time () + G_USEC_PER_SEC / 2; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (gesso_document_get_start (window->document));
  g_assert_cmpuint (window->n_waits, ==, 0);

  copy (window, texture);
  g_action_group_activate_action (G_ACTION_GROUP (window), "paste", NULL);
  while (gesso_document_get_start (window->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (gesso_picture_get_width (gesso_document_get_start (window->document)), ==, WIDTH);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 1);
  assert_undone (window);

  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  return in_process_run (NULL, run);
}
