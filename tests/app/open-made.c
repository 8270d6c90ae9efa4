/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture that was generated is opened: it is seen, with its recipe, and its settings are back; the
 * next picture is made from the prompt as that one was. For its settings alone it is not shown.
 */
#include "in-process.h"

#include "engine/gesso-recipe.h"
#include "queue/gesso-queue.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#define WIDTH 96
#define HEIGHT 64
#define PROMPT "a red house"
#define COLOR 0x4080c0ff

static char *folder;

/* scale: of its pixels, as the text does not say of one that was made larger. */
static GFile *
make_file (const char *name, int scale)
{
  g_autoptr (GdkPixbuf) pixbuf =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, WIDTH * scale, HEIGHT * scale);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_fill (pixbuf, COLOR);
  gdk_pixbuf_save (pixbuf, path, "png", &error, "tEXt::parameters",
                   PROMPT "\nSteps: 3, Seed: 42, Size: 96x64", NULL);
  g_assert_no_error (error);

  return g_file_new_for_path (path);
}

static void
wait_opened (GessoWindow *window)
{
  while (window->n_waits > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_settings (GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  guint steps, width, height;

  g_object_get (settings, "steps", &steps, "width", &width, "height", &height, NULL);
  g_assert_cmpstr (gesso_settings_get_prompt (settings), ==, PROMPT);
  g_assert_cmpuint (gesso_settings_get_seed (settings), ==, 42);
  g_assert_cmpuint (steps, ==, 3);
  g_assert_cmpuint (width, ==, WIDTH);
  g_assert_cmpuint (height, ==, HEIGHT);
}

static void
assert_seen (GessoWindow *window, int x, int y, int width, int height)
{
  GessoLayer *layer = gesso_painting_get_layer (window->painting, 0);
  g_autoptr (GVariant) recipe = gesso_recipe_parse (gesso_layer_get_recipe (layer));
  guint8 pixel[4];
  GdkRectangle frame;

  g_assert_cmpint (gesso_layer_get_kind (layer), ==, GESSO_LAYER_GENERATED);
  g_assert_cmpstr (gesso_layer_get_name (layer), ==, PROMPT);
  g_assert_nonnull (recipe);
  g_assert_cmpuint (gesso_recipe_get_uint64 (recipe, "seed", 0), ==, 42);
  g_assert_true (
      g_str_has_prefix (gesso_recipe_get_string (recipe, "parameters"), PROMPT "\nSteps: 3"));
  gesso_painting_get_frame (window->painting, &frame);
  g_assert_true (gdk_rectangle_equal (&frame, &(GdkRectangle) { x, y, width, height }));
  gesso_painting_pick (window->painting, x + width - 1, y + height - 1, pixel);
  g_assert_cmpmem (pixel, 4, ((const guint8[]) { 0x40, 0x80, 0xc0, 0xff }), 4);
}

/* What Generate would make now starts from the prompt alone. */
static void
assert_from_prompt (GessoWindow *window)
{
  GessoOrder *order;

  g_assert_null (gesso_document_get_start (window->document));
  gesso_window_order (window);
  g_assert_true (gesso_window_has_orders (window));
  order = gesso_queue_get_running (window->queue);
  g_assert_nonnull (order);
  g_assert_cmpuint (gesso_order_get_snapshot (order)->layers->len, ==, 0);
  gesso_window_cancel (window);
  while (gesso_window_has_orders (window))
    g_main_context_iteration (NULL, TRUE);
}

static void
run (GApplication *application, GessoWindow *window)
{
  g_autoptr (GFile) made = make_file ("made.png", 1);
  g_autoptr (GFile) large = make_file ("large.png", 2);

  in_process_wait_engine (application);
  gesso_window_open_settings (window, made);
  wait_opened (window);
  assert_settings (window);
  g_assert_false (gesso_window_has_painting (window));

  g_object_set (gesso_document_get_settings (window->document), "prompt", "other", "width", 128, NULL);
  gesso_window_open (window, made);
  wait_opened (window);
  assert_settings (window);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 1);
  g_assert_cmpuint (gesso_painting_get_width (window->painting), ==, WIDTH);
  assert_seen (window, 0, 0, WIDTH, HEIGHT);
  assert_from_prompt (window);

  /* The second one makes room for itself; it is generated in the size of its text all the same. */
  gesso_window_open (window, large);
  wait_opened (window);
  assert_settings (window);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 2);
  assert_seen (window, 0, 0, WIDTH * 2, HEIGHT * 2);
  gesso_painting_undo (window->painting);
  g_assert_cmpuint (gesso_painting_get_n_layers (window->painting), ==, 1);
  assert_seen (window, 0, 0, WIDTH, HEIGHT);

  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "made.png", "large.png" };
  int status;

  folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);
  status = in_process_run (NULL, run);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);

  return status;
}
