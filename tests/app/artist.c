/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an artist does, by keyboard, pointer and the controls' own actions: paint, mask, repaint,
 * outpaint, discard, undo, save. What came of it is read from the saved files.
 *
 * Started by with-display.sh, as window.c is.
 */
#include "input.h"
#include "program.h"

#include "document/gesso-ora.h"
#include "document/gesso-painting.h"

#include <glib/gstdio.h>
#include <string.h>

#define SIZE 128
#define KEY_SECONDS 20
#define GENERATE_SECONDS 200 /* shaders may have to be compiled first */
#define SETTLE_US 300000     /* for the last event to have come through */

/* A saved file, and what it shows. */
typedef struct
{
  GBytes        *bytes;
  GessoSnapshot *snapshot;
  guint          width, height;
  guint8        *pixels; /* flattened, straight RGBA */
} Saved;

static char *folder;
static GdkRectangle canvas; /* on the screen */

/* ---- Help ----------------------------------------------------------------------------------- */

static Saved *
save (void)
{
  g_autofree char *path = g_build_filename (folder, "saved.ora", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GessoPainting) painting = gesso_painting_new (1, 1);
  GError *error = NULL;
  Saved *saved = g_new0 (Saved, 1);

  g_usleep (SETTLE_US);
  saved->bytes = program_save (1, path);
  saved->snapshot = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  gesso_painting_restore (painting, saved->snapshot);
  saved->width = saved->snapshot->width;
  saved->height = saved->snapshot->height;
  saved->pixels = g_malloc0 ((gsize) saved->width * saved->height * 4);
  gesso_painting_composite (
      painting, &(GdkRectangle) { 0, 0, (int) saved->width, (int) saved->height }, saved->pixels,
      (gsize) saved->width * 4);

  return saved;
}

static void
saved_free (Saved *saved)
{
  g_bytes_unref (saved->bytes);
  gesso_snapshot_unref (saved->snapshot);
  g_free (saved->pixels);
  g_free (saved);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saved, saved_free)

static void
assert_same (Saved *a, Saved *b)
{
  g_assert_cmpmem (g_bytes_get_data (a->bytes, NULL), g_bytes_get_size (a->bytes),
                   g_bytes_get_data (b->bytes, NULL), g_bytes_get_size (b->bytes));
}

static void
assert_not_same (Saved *a, Saved *b)
{
  g_assert_false (g_bytes_equal (a->bytes, b->bytes));
}

static const guint8 *
get_pixel (Saved *saved, guint x, guint y)
{
  return saved->pixels + 4 * ((gsize) y * saved->width + x);
}

static guint
get_n_layers (Saved *saved)
{
  return saved->snapshot->layers->len;
}

static guint
get_n_candidates (Saved *saved)
{
  return saved->snapshot->candidates->len;
}

/* A key takes its time to the window and through it. */
static void
assert_becomes (Saved *expected)
{
  for (guint i = 0; i < 4 * KEY_SECONDS; i++)
    {
      g_autoptr (Saved) now = save ();

      if (g_bytes_equal (now->bytes, expected->bytes))
        return;
      g_usleep (250000);
    }
  g_error ("It did not become what it was within %d seconds", KEY_SECONDS);
}

static void
find_canvas (void)
{
  g_autoptr (Accessible) accessible = accessible_wait (program_get_root (), "Canvas");
  AtspiComponent *component = atspi_accessible_get_component_iface (accessible);
  g_autoptr (GError) error = NULL;
  g_autofree AtspiRect *extents =
      atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, &error);

  g_assert_no_error (error);
  g_object_unref (component);
  canvas = (GdkRectangle) { extents->x, extents->y, extents->width, extents->height };
  g_test_message ("canvas: %d, %d, %d x %d", canvas.x, canvas.y, canvas.width, canvas.height);
  g_assert_cmpint (canvas.width, >, 200);
  g_assert_cmpint (canvas.height, >, 100);
}

/* From the middle of the canvas, with the tool that is at hand. */
static void
drag (int x1, int y1, int x2, int y2)
{
  int x = canvas.x + canvas.width / 2, y = canvas.y + canvas.height / 2;

  input_drag (x + x1, y + y1, x + x2, y + y2);
  g_usleep (SETTLE_US);
}

/* Makes one candidate where there is none, which is chosen then. */
static void
generate (void)
{
  g_autoptr (Accessible) generate = accessible_wait (program_get_root (), "Generate");
  g_autoptr (Accessible) accept = NULL;

  accessible_press (generate);
  for (guint i = 0; i < GENERATE_SECONDS * 4 && accept == NULL; i++)
    {
      g_usleep (250000);
      accept = accessible_find (program_get_root (), "Accept");
    }
  g_assert_nonnull (accept);
  accessible_wait_sensitive (accept);
  accessible_wait_sensitive (generate);
}

/* ---- The tests ------------------------------------------------------------------------------ */

/* Strokes go and come back by keys, to the byte. */
static void
test_undo (void)
{
  g_autoptr (Saved) white = NULL, one = NULL, two = NULL;

  program_start (NULL);
  program_set_value ("Width", SIZE);
  program_set_value ("Height", SIZE);
  program_set_value ("Steps", 2);
  program_set_text ("Seed", "7");
  program_set_text ("Prompt", "a red house under a yellow sun");
  program_activate (1, "new-canvas", NULL);
  find_canvas ();

  white = save ();
  g_assert_null (accessible_find (program_get_root (), "Start From the Canvas"));
  g_assert_cmpuint (white->width, ==, SIZE);
  g_assert_cmpuint (get_n_layers (white), ==, 1);
  drag (-90, -70, 60, 40);
  one = save ();
  drag (-60, 70, 90, -50);
  two = save ();
  assert_not_same (white, one);
  assert_not_same (one, two);

  input_key_with (INPUT_CONTROL_CODE, 'z');
  assert_becomes (one);
  input_key_with (INPUT_CONTROL_CODE, 'z');
  assert_becomes (white);
  input_key_with (INPUT_CONTROL_CODE, 'y');
  input_key_with (INPUT_CONTROL_CODE, 'y');
  assert_becomes (two);
}

/* How far the candidate is from the canvas, on average of a byte. */
static double
get_distance (Saved *saved)
{
  GessoCandidate *candidate = g_ptr_array_index (saved->snapshot->candidates, 0);
  const GdkRectangle all = { 0, 0, SIZE, SIZE };
  g_autofree guint8 *made = g_malloc (SIZE * SIZE * 4);
  guint64 sum = 0;

  gesso_tiles_read (gesso_candidate_get_tiles (candidate), &all, made, SIZE * 4);
  for (guint i = 0; i < SIZE * SIZE * 4; i++)
    sum += (guint64) ABS (made[i] - saved->pixels[i]);

  return (double) sum / (SIZE * SIZE * 4);
}

/* What is painted is what is started from, unless one says otherwise; a ground of one colour is
 * not. */
static void
test_canvas (void)
{
  g_autoptr (Saved) near = NULL, far = NULL;

  program_set_value ("Denoising strength", 0.2);
  generate ();
  near = save ();
  program_press ("Discard candidate");
  program_press ("Start From the Canvas");
  generate ();
  far = save ();
  program_press ("Discard candidate");
  g_test_message ("%.1f away from the canvas, and %.1f without it", get_distance (near),
                  get_distance (far));
  g_assert_cmpfloat (get_distance (near), <, 30);
  g_assert_cmpfloat (get_distance (far), >, 2 * get_distance (near));

  program_press ("Start From the Canvas");
  program_set_value ("Denoising strength", 1);
}

/* What the masks hold, spread by the soft edge; a byte a pixel. */
static guint8 *
spread_masks (Saved *saved, int feather, guint8 **plain)
{
  const GdkRectangle all = { 0, 0, (int) saved->width, (int) saved->height };
  gsize n = (gsize) saved->width * saved->height;
  guint8 *spread = g_malloc0 (n), *mask = g_malloc0 (n);

  for (guint k = 0; k < get_n_layers (saved); k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (saved->snapshot->layers, k);

      if (layer->kind == GESSO_LAYER_MASK)
        {
          g_assert_cmpint (layer->x, ==, 0);
          g_assert_cmpint (layer->y, ==, 0);
          gesso_tiles_read (layer->tiles, &all, mask, saved->width);
        }
    }
  for (int y = 0; y < all.height; y++)
    for (int x = 0; x < all.width; x++)
      for (int dy = -feather; dy <= feather && mask[y * all.width + x]; dy++)
        for (int dx = -feather; dx <= feather; dx++)
          if (x + dx >= 0 && x + dx < all.width && y + dy >= 0 && y + dy < all.height)
            spread[(y + dy) * all.width + x + dx] = 255;
  *plain = mask;

  return spread;
}

static guint
get_setting (Saved *saved, const char *name)
{
  guint value;

  g_assert_true (g_variant_lookup (saved->snapshot->settings, name, "u", &value));
  return value;
}

/* Painted with the mask brush, generated, accepted: pixels change inside, and none outside. */
static void
test_mask (void)
{
  g_autoptr (Saved) before = NULL, made = NULL, after = NULL;
  g_autofree guint8 *mask = NULL, *spread = NULL;
  guint n_masked = 0, n_changed = 0, n_outside = 0;

  input_key ('m');
  drag (-40, -30, 40, -10);
  before = save ();
  generate ();
  made = save ();
  g_assert_cmpuint (get_n_candidates (made), ==, get_n_candidates (before) + 1);
  program_press ("Accept");
  after = save ();
  g_assert_cmpuint (get_n_candidates (after), ==, get_n_candidates (before));
  g_assert_cmpuint (get_n_layers (after), ==, get_n_layers (before) + 1);
  g_assert_cmpuint (after->width, ==, before->width);
  g_assert_cmpuint (after->height, ==, before->height);

  spread = spread_masks (before, (int) get_setting (before, "mask-feather"), &mask);
  for (guint y = 0; y < before->height; y++)
    for (guint x = 0; x < before->width; x++)
      {
        gsize i = (gsize) y * before->width + x;
        gboolean same = memcmp (get_pixel (before, x, y), get_pixel (after, x, y), 4) == 0;

        n_masked += mask[i] == 255;
        n_changed += mask[i] == 255 && !same;
        n_outside += !spread[i];
        if (!spread[i] && !same)
          g_error ("(%u, %u) changed outside of the mask and its soft edge", x, y);
      }
  g_test_message ("%u pixels masked, %u of them changed, %u outside", n_masked, n_changed, n_outside);
  g_assert_cmpuint (n_masked, >, 500);
  g_assert_cmpuint (n_changed, >, n_masked * 3 / 4);
  g_assert_cmpuint (n_outside, >, SIZE * SIZE / 4);

  /* The candidate is one again; then it is a layer again. */
  input_key_with (INPUT_CONTROL_CODE, 'z');
  assert_becomes (made);
  input_key_with (INPUT_CONTROL_CODE, 'y');
  assert_becomes (after);
}

/* What is not wanted goes, comes back from the toast, and goes. */
static void
test_discard (void)
{
  g_autoptr (Saved) before = save ();
  g_autoptr (Saved) made = NULL, discarded = NULL, back = NULL, gone = NULL;

  generate ();
  made = save ();
  program_press ("Discard candidate");
  discarded = save ();
  g_assert_cmpuint (get_n_candidates (discarded), ==, get_n_candidates (before));
  program_activate (1, "undo-discard", NULL);
  back = save ();
  assert_same (back, made);
  program_press ("Discard candidate");
  gone = save ();
  assert_same (gone, discarded);
  g_assert_cmpmem (gone->pixels, gone->width * gone->height * 4, before->pixels,
                   before->width * before->height * 4);
}

/* The frame is dragged past the picture's upper left corner: the picture grows there, and what was
 * there is the same to the byte up to the seam's soft edge. */
static void
test_outpaint (void)
{
  g_autoptr (Saved) before = NULL, framed = NULL, after = NULL, undone = NULL;
  int feather, dx, dy;
  guint n_new = 0;

  program_activate (1, "clear-mask", NULL);
  before = save ();
  input_key ('g');
  drag (0, 0, -90, -60);
  framed = save ();
  dx = -framed->snapshot->frame.x;
  dy = -framed->snapshot->frame.y;
  g_test_message ("the frame hangs over by %d, %d", dx, dy);
  g_assert_cmpint (dx, >=, 8);
  g_assert_cmpint (dy, >=, 8);
  generate ();
  program_press ("Accept");
  after = save ();
  feather = (int) get_setting (after, "mask-feather");

  g_assert_cmpuint (after->width, ==, before->width + (guint) dx);
  g_assert_cmpuint (after->height, ==, before->height + (guint) dy);
  g_assert_cmpint (after->snapshot->frame.x, ==, 0);
  g_assert_cmpint (after->snapshot->frame.y, ==, 0);
  for (int y = 0; y < (int) after->height; y++)
    for (int x = 0; x < (int) after->width; x++)
      {
        const guint8 *pixel = get_pixel (after, (guint) x, (guint) y);
        gboolean in_frame = x < SIZE && y < SIZE;

        if (x < dx || y < dy)
          {
            g_assert_cmpuint (pixel[3], ==, in_frame ? 255 : 0);
            n_new += in_frame;
          }
        else if (!in_frame || (x >= dx + feather && y >= dy + feather))
          g_assert_cmpmem (pixel, 4, get_pixel (before, (guint) (x - dx), (guint) (y - dy)), 4);
      }
  g_assert_cmpuint (n_new, ==, (guint) (SIZE * SIZE - (SIZE - dx) * (SIZE - dy)));

  /* Accepting is undone as one step, and the picture is as small as it was. */
  input_key_with (INPUT_CONTROL_CODE, 'z');
  for (guint i = 0; i < 4 * KEY_SECONDS && (undone == NULL || undone->width != before->width); i++)
    {
      g_usleep (250000);
      g_clear_pointer (&undone, saved_free);
      undone = save ();
    }
  g_assert_cmpuint (undone->width, ==, before->width);
  g_assert_cmpmem (undone->pixels, undone->width * undone->height * 4, before->pixels,
                   before->width * before->height * 4);
  input_key_with (INPUT_CONTROL_CODE, 'y');
  assert_becomes (after);
}

/* Saved with the dialog, left, and opened by name from a shell: the same layers, and the same file. */
static void
test_save (void)
{
  g_autofree char *path = g_build_filename (folder, "work.ora", NULL);
  g_autoptr (Saved) before = save ();
  g_autoptr (Saved) opened = NULL;

  input_hold (INPUT_SHIFT_CODE);
  input_key_with (INPUT_CONTROL_CODE, 's');
  input_let_go (INPUT_SHIFT_CODE);
  program_set_text ("Name:", path);
  program_press ("_Save Save");
  for (guint i = 0; i < ACCESSIBLE_LIMIT_SECONDS * 20 && !g_file_test (path, G_FILE_TEST_EXISTS); i++)
    g_usleep (50000);
  g_usleep (SETTLE_US);
  program_quit ();

  program_start (path);
  opened = save ();
  assert_same (opened, before);
  g_assert_true (gesso_snapshot_equal (opened->snapshot, before->snapshot));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  atspi_init ();
  folder = g_dir_make_tmp ("gesso-test-XXXXXX", NULL);

  g_test_add_func ("/app/artist/undo", test_undo);
  g_test_add_func ("/app/artist/canvas", test_canvas);
  g_test_add_func ("/app/artist/mask", test_mask);
  g_test_add_func ("/app/artist/discard", test_discard);
  g_test_add_func ("/app/artist/outpaint", test_outpaint);
  g_test_add_func ("/app/artist/save", test_save);
  status = g_test_run ();

  program_kill ();
  atspi_exit ();
  return status;
}
