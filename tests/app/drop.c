/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file is dragged over from another program, by the pointer: onto each of the zones that the canvas
 * shows then, twice, and onto the prompt. Before, a layer is dragged below all others. What came of it
 * is read from the saved file.
 *
 * Started by with-display.sh, as window.c is, with the other program's path.
 */
#include "input.h"
#include "program.h"

#include "document/gesso-ora.h"

#define PROMPT "a blue fish"
#define SOURCE_X 1150 /* beside Gesso's window */
#define SOURCE_Y 50
#define SOURCE_SIZE 100
#define ROW 40 /* pixels of a layer, about */
#define SETTLE_US 300000

static char *folder, *picture;
static AtspiRect canvas, prompt, layers;

/* ---- Help ----------------------------------------------------------------------------------- */

static void
find (const char *name, AtspiRect *extents)
{
  g_autoptr (Accessible) accessible = accessible_wait (program_get_root (), name);
  AtspiComponent *component = atspi_accessible_get_component_iface (accessible);
  g_autoptr (GError) error = NULL;
  g_autofree AtspiRect *found =
      atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, &error);

  g_assert_no_error (error);
  g_object_unref (component);
  *extents = *found;
}

static GessoSnapshot *
save (void)
{
  g_autofree char *path = g_build_filename (folder, "saved.ora", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GessoSnapshot *snapshot;

  g_bytes_unref (program_save (1, path));
  snapshot = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);

  return snapshot;
}

static guint
count_layers (GessoSnapshot *snapshot, GessoLayerKind kind)
{
  guint n = 0;

  for (guint i = 0; i < snapshot->layers->len; i++)
    n += ((const GessoLayerState *) g_ptr_array_index (snapshot->layers, i))->kind == kind;

  return n;
}

/* Slowly, for both programs have to talk about it. */
static void
go (int x1, int y1, int x2, int y2)
{
  const int steps = 12;

  for (int i = 0; i <= steps; i++)
    {
      input_move (x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps);
      g_usleep (40000);
    }
}

static void
drag (int from_x, int from_y, int x, int y)
{
  input_move (from_x, from_y);
  g_usleep (SETTLE_US);
  input_press (from_x, from_y);
  go (from_x, from_y, x, y);
  g_usleep (SETTLE_US);
  input_move (x + 2, y);
  g_usleep (SETTLE_US);
  input_release (x + 2, y);
  g_usleep (SETTLE_US);
}

static void
drop (int x, int y)
{
  drag (SOURCE_X + SOURCE_SIZE / 2, SOURCE_Y + SOURCE_SIZE / 2, x, y);
}

/* column, row: of the zones. */
static void
drop_on_zone (int column, int row)
{
  drop (canvas.x + canvas.width * (1 + 2 * column) / 4,
        canvas.y + canvas.height * (1 + 2 * row) / 4);
}

static void
assert_one_more (int column, int row, GessoLayerKind kind)
{
  g_autoptr (GessoSnapshot) before = save ();
  guint n = count_layers (before, kind);

  drop_on_zone (column, row);
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 4; i++)
    {
      g_autoptr (GessoSnapshot) after = save ();

      if (count_layers (after, kind) == n + 1)
        {
          g_assert_cmpuint (after->layers->len, ==, before->layers->len + 1);
          return;
        }
      g_usleep (250000);
    }
  g_error ("Nothing came of what was dropped at %d, %d", column, row);
}

static void
assert_prompt_becomes (const char *expected)
{
  g_autoptr (Accessible) view = accessible_wait (program_get_root (), "Prompt");

  accessible_wait_text (view, expected);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* There is room below the two of them. */
static void
test_below_all (void)
{
  g_autoptr (GessoSnapshot) before = NULL;
  const GessoLayerState *top;

  program_press ("New layer");
  g_usleep (SETTLE_US);
  before = save ();
  g_assert_cmpuint (before->layers->len, ==, 2);
  top = g_ptr_array_index (before->layers, 0);
  drag (layers.x + layers.width / 2, layers.y + ROW / 2, layers.x + layers.width / 2,
        layers.y + layers.height - ROW / 2);
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 4; i++)
    {
      g_autoptr (GessoSnapshot) after = save ();

      g_assert_cmpuint (after->layers->len, ==, 2);
      if (((const GessoLayerState *) g_ptr_array_index (after->layers, 1))->id == top->id)
        return;
      g_usleep (250000);
    }
  g_error ("The layer is not below the other");
}

static void
test_zones (void)
{
  for (guint turn = 0; turn < 2; turn++)
    {
      assert_one_more (0, 0, GESSO_LAYER_RASTER);
      assert_one_more (1, 0, GESSO_LAYER_RASTER);
      assert_one_more (0, 1, GESSO_LAYER_MASK);
      program_set_text ("Prompt", "something else");
      drop_on_zone (1, 1);
      assert_prompt_becomes (PROMPT);
    }
}

/* Not as text. */
static void
test_prompt (void)
{
  for (guint turn = 0; turn < 2; turn++)
    {
      program_set_text ("Prompt", "something else");
      drop (prompt.x + prompt.width / 2, prompt.y + prompt.height / 2);
      assert_prompt_becomes (PROMPT);
    }
}

/* GTK would have complained, which ends it. */
static void
test_quit (void)
{
  program_quit ();
}

static GSubprocess *
start_source (const char *program)
{
  g_autofree char *x = g_strdup_printf ("%d", SOURCE_X), *y = g_strdup_printf ("%d", SOURCE_Y);
  g_autoptr (GError) error = NULL;
  GSubprocess *source = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, picture,
                                          x, y, NULL);
  char byte;

  g_assert_no_error (error);
  g_input_stream_read (g_subprocess_get_stdout_pipe (source), &byte, 1, NULL, &error);
  g_assert_no_error (error);
  g_usleep (2 * SETTLE_US);

  return source;
}

static void
make_picture (void)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 64);
  g_autoptr (GError) error = NULL;

  picture = g_build_filename (folder, "fish.png", NULL);
  gdk_pixbuf_fill (pixbuf, 0x80c0ffff);
  gdk_pixbuf_save (pixbuf, picture, "png", &error, "tEXt::parameters",
                   PROMPT "\nSteps: 5, Seed: 42, Size: 64x64", NULL);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSubprocess) source = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);
  make_picture ();
  program_start (NULL);
  program_activate (1, "new-canvas", NULL);
  find ("Canvas", &canvas);
  find ("Prompt", &prompt);
  find ("Layers", &layers);
  source = start_source (argv[1]);

  g_test_add_func ("/app/drop/below-all", test_below_all);
  g_test_add_func ("/app/drop/zones", test_zones);
  g_test_add_func ("/app/drop/prompt", test_prompt);
  g_test_add_func ("/app/drop/quit", test_quit);
  status = g_test_run ();

  g_subprocess_force_exit (source);
  program_kill ();
  atspi_exit ();
  return status;
}
