/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenRaster: round trips to the byte, what a strict reader wants, and files that others wrote. */
#include "document/gesso-ora.h"
#include "document/gesso-painting.h"
#include "ora-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *folder;

static GFile *
new_file (const char *name)
{
  return g_file_new_build_filename (folder, name, NULL);
}

static void
fill (GessoTiles *tiles, int x, int y, int width, int height, guint32 rgba)
{
  const guint8 pixel[4] = { (guint8) (rgba >> 24), (guint8) (rgba >> 16), (guint8) (rgba >> 8),
                            (guint8) rgba };

  gesso_tiles_fill (tiles, &(GdkRectangle) { x, y, width, height }, pixel);
}

static GessoTiles *
new_noise (guint32 seed, guint n_channels, int x, int y, int width, int height)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GessoTiles *tiles = gesso_tiles_new (n_channels);
  gsize n = (gsize) width * (gsize) height;
  g_autofree guint8 *pixels = g_malloc (n * n_channels);

  for (gsize i = 0; i < n; i++)
    {
      guint8 alpha = (guint8) g_rand_int (rand);

      for (guint c = 0; c < n_channels; c++)
        pixels[i * n_channels + c] = c == n_channels - 1
                                         ? alpha
                                         : (guint8) g_rand_int_range (rand, 0, alpha + 1);
    }
  gesso_tiles_write (tiles, &(GdkRectangle) { x, y, width, height }, pixels, (gsize) width * n_channels);
  return tiles;
}

/* Something of everything. */
static GessoSnapshot *
new_snapshot (void)
{
  static const struct
  {
    GessoLayerKind kind;
    const char    *name;
    double         opacity;
    gboolean       visible, locked;
    GessoBlend     blend;
    int            x, y;
  } layers[] = {
    { GESSO_LAYER_MASK, "Top mask", 1, TRUE, FALSE, GESSO_BLEND_NORMAL, 7, -9 },
    { GESSO_LAYER_RASTER, "Überlagerung <&\"'>", 1 / 3.0, TRUE, FALSE, GESSO_BLEND_OVERLAY, -70, 33 },
    { GESSO_LAYER_MASK, "Mask 1", 0.5, FALSE, TRUE, GESSO_BLEND_NORMAL, 0, 0 },
    { GESSO_LAYER_MASK, "Mask 2", 1, TRUE, FALSE, GESSO_BLEND_NORMAL, 64, 0 },
    { GESSO_LAYER_GENERATED, "배", 1, FALSE, TRUE, GESSO_BLEND_ADD, 10, 20 },
    { GESSO_LAYER_RASTER, "Empty", 0, TRUE, FALSE, GESSO_BLEND_SOFT_LIGHT, 5, 5 },
    { GESSO_LAYER_RASTER, "", 1, TRUE, FALSE, GESSO_BLEND_NORMAL, 0, 0 },
  };
  GessoSnapshot *snapshot = gesso_snapshot_new (301, 217);

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      GessoLayerState *layer = gesso_layer_state_new (layers[i].kind, layers[i].name);

      layer->id = 40 - i;
      layer->opacity = layers[i].opacity;
      layer->visible = layers[i].visible;
      layer->locked = layers[i].locked;
      layer->blend = layers[i].blend;
      layer->x = layers[i].x;
      layer->y = layers[i].y;
      if (!g_str_equal (layer->name, "Empty"))
        {
          gesso_tiles_unref (layer->tiles);
          layer->tiles = new_noise (i, layer->kind == GESSO_LAYER_MASK ? 1 : 4, -20 + 3 * (int) i,
                                    -31, 200, 100 + 10 * (int) i);
        }
      if (layer->kind == GESSO_LAYER_GENERATED)
        layer->recipe = g_strdup ("{\"prompt\": \"a \\\"boat\\\"\", \"seed\": 18446744073709551615}");
      g_ptr_array_add (snapshot->layers, layer);
    }
  fill (((GessoLayerState *) g_ptr_array_index (snapshot->layers, 6))->tiles, 0, 0, 301, 217, 0x102030ff);
  snapshot->active = 39;
  snapshot->frame = (GdkRectangle) { -64, 100, 512, 384 };
  snapshot->selection = new_noise (77, 1, 40, 50, 60, 70);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GessoTiles) tiles = new_noise (80 + (guint) i, 4, 3, 0, 90, 64);

      g_ptr_array_add (snapshot->candidates,
                       gesso_candidate_new (tiles, &(GdkRectangle) { -5, 9 * i, 96, 64 },
                                            i ? "steps=20" : NULL));
    }
  snapshot->settings = g_variant_ref_sink (
      g_variant_new_parsed ("{'prompt': <'a boat'>, 'scale': <7.5>, 'seed': <@t 18446744073709551615>}"));

  return snapshot;
}

static void
save (GessoSnapshot *snapshot, GFile *file)
{
  GError *error = NULL;

  g_assert_true (gesso_ora_save (snapshot, file, NULL, &error));
  g_assert_no_error (error);
}

static GessoSnapshot *
load (GFile *file)
{
  GError *error = NULL;
  GessoSnapshot *snapshot = gesso_ora_load (file, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (snapshot);
  return snapshot;
}

static void
test_round_trip (void)
{
  g_autoptr (GessoSnapshot) snapshot = new_snapshot ();
  g_autoptr (GessoSnapshot) loaded = NULL;
  g_autoptr (GessoSnapshot) again = NULL;
  g_autoptr (GessoPainting) painting = gesso_painting_new (1, 1);
  g_autoptr (GFile) file = new_file ("round-trip.ora");

  save (snapshot, file);
  loaded = load (file);
  g_assert_true (gesso_snapshot_equal (snapshot, loaded));
  for (guint i = 0; i < loaded->layers->len; i++)
    g_assert_cmpuint (((GessoLayerState *) g_ptr_array_index (loaded->layers, i))->id, ==, 40 - i);

  /* Through a painting, which may not lose anything either. */
  gesso_painting_restore (painting, loaded);
  g_assert_false (gesso_painting_get_modified (painting));
  again = gesso_painting_snapshot (painting);
  g_assert_true (gesso_snapshot_equal (snapshot, again));
}

/* ---- What a strict reader wants ------------------------------------------------------------- */

static void
test_container (void)
{
  g_autoptr (GessoSnapshot) snapshot = new_snapshot ();
  g_autoptr (GFile) file = new_file ("container.ora");
  g_autoptr (GHashTable) members = NULL;
  g_autofree char *bytes = NULL;
  g_autofree guint8 *merged = g_malloc (301 * 217 * 4);
  g_autofree guint8 *expected = g_malloc (301 * 217 * 4);
  g_autoptr (GessoPainting) painting = gesso_painting_new (1, 1);
  const GdkRectangle all = { 0, 0, 301, 217 };
  g_autoptr (GessoTiles) tiles = NULL;
  GBytes *thumbnail;
  gsize n;

  save (snapshot, file);
  g_assert_true (g_file_load_contents (file, NULL, &bytes, &n, NULL, NULL));
  /* What shared-mime-info looks for: no extra field, nothing compressed, sizes and sum in place. */
  g_assert_cmpmem (bytes, 4, "PK\003\004", 4);
  g_assert_cmpmem (bytes + 8, 2, "\0\0", 2);
  g_assert_cmpmem (bytes + 18, 12, "\x10\0\0\0\x10\0\0\0\x08\0\0\0", 12);
  g_assert_cmpmem (bytes + 30, 24, "mimetypeimage/openraster", 24);

  members = ora_file_read (file);
  g_assert_true (g_hash_table_contains (members, "stack.xml"));
  g_assert_true (g_hash_table_contains (members, "gesso/document.json"));
  g_assert_true (g_hash_table_contains (members, "data/layer-001.png"));
  g_assert_true (g_hash_table_contains (members, "gesso/mask-000.png"));
  thumbnail = g_hash_table_lookup (members, "Thumbnails/thumbnail.png");
  /* Width and height of the PNG's header. */
  g_assert_cmpmem ((const char *) g_bytes_get_data (thumbnail, NULL) + 16, 8, "\0\0\1\0\0\0\0\xb8", 8);

  gesso_painting_restore (painting, snapshot);
  gesso_painting_composite (painting, &all, expected, 301 * 4);
  tiles = ora_file_decode (g_hash_table_lookup (members, "mergedimage.png"));
  gesso_tiles_read (tiles, &all, merged, 301 * 4);
  g_assert_cmpmem (merged, 301 * 217 * 4, expected, 301 * 217 * 4);
}

/* ---- Others' files -------------------------------------------------------------------------- */

static void
assert_layer (GessoSnapshot *snapshot, guint i, const char *name, double opacity, gboolean visible,
              GessoBlend blend, int left, int top)
{
  GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i);
  GdkRectangle bounds;

  g_assert_cmpstr (layer->name, ==, name);
  g_assert_cmpfloat (layer->opacity, ==, opacity);
  g_assert_cmpint (layer->visible, ==, visible);
  g_assert_cmpint (layer->blend, ==, blend);
  g_assert_true (gesso_tiles_get_bounds (layer->tiles, &bounds));
  g_assert_cmpint (bounds.x + layer->x, ==, left);
  g_assert_cmpint (bounds.y + layer->y, ==, top);
}

/* As Krita and MyPaint write them: groups, blend modes we lack, stroke maps, deflated members,
 * folders, and the same picture twice. */
static void
test_others (void)
{
  static const char stack[] =
      "<?xml version='1.0' encoding='UTF-8'?>\n"
      "<image xres=\"72\" h=\"120\" w=\"160\" yres=\"72\" version=\"0.0.3\">\n"
      " <stack composite-op=\"svg:src-over\" opacity=\"1\" name=\"root\" x=\"0\" y=\"0\">\n"
      "  <layer composite-op=\"svg:color-dodge\" opacity=\"1.00\" name=\"Ligne\" src=\"data/layer0.png\""
      "   visibility=\"visible\" edit-locked=\"true\" x=\"-3\" y=\"4\"/>\n"
      "  <stack composite-op=\"svg:multiply\" opacity=\"0.5\" name=\"Schatten\" visibility=\"hidden\""
      "   isolation=\"isolate\">\n"
      "   <layer name=\"unten &amp; oben\" src=\"data/layer1.png\" opacity=\"0.5\" x=\"10\" y=\"-20\""
      "    selected=\"true\"/>\n"
      "   <layer name=\"again\" src=\"data/layer1.png\" composite-op=\"svg:screen\" x=\"0\" y=\"1\"/>\n"
      "   <layer name=\"vector\" src=\"data/shape.svg\"/>\n"
      "  </stack>\n"
      "  <filter type=\"blur\"/>\n"
      "  <layer src=\"data/grey.png\" x=\"0.0\"/>\n"
      " </stack>\n"
      "</image>\n";
  g_autoptr (OraFile) made = ora_file_new ();
  g_autoptr (GFile) file = new_file ("others.ora");
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSnapshot) again = NULL;
  g_autoptr (GHashTable) members = NULL;
  guint8 pixel[4];

  ora_file_add_text (made, "mimetype", "image/openraster");
  ora_file_add_folder (made, "data/");
  ora_file_add_png (made, "data/layer0.png", 30, 20, 0x204060ff);
  ora_file_add_png (made, "data/layer1.png", 70, 80, 0x10203040);
  ora_file_add_png_16 (made, "data/grey.png", 5, 6, 0x80ff);
  ora_file_add_text (made, "data/shape.svg", "<svg/>");
  ora_file_add_text (made, "data/layer0_strokemap.dat", "strokes");
  ora_file_add_text (made, "Thumbnails/thumbnail.png", "not even a picture");
  ora_file_add_text (made, "mergedimage.png", "");
  ora_file_add_text (made, "stack.xml", stack);
  ora_file_write (made, file);

  snapshot = load (file);
  g_assert_cmpuint (snapshot->width, ==, 160);
  g_assert_cmpuint (snapshot->height, ==, 120);
  g_assert_cmpuint (snapshot->layers->len, ==, 4);
  assert_layer (snapshot, 0, "Ligne", 1, TRUE, GESSO_BLEND_NORMAL, -3, 4);
  assert_layer (snapshot, 1, "unten & oben", 0.25, FALSE, GESSO_BLEND_MULTIPLY, 10, -20);
  assert_layer (snapshot, 2, "again", 0.5, FALSE, GESSO_BLEND_SCREEN, 0, 1);
  assert_layer (snapshot, 3, "", 1, TRUE, GESSO_BLEND_NORMAL, 0, 0);
  g_assert_true (((GessoLayerState *) g_ptr_array_index (snapshot->layers, 0))->locked);
  g_assert_cmpuint (snapshot->active, ==,
                    ((GessoLayerState *) g_ptr_array_index (snapshot->layers, 1))->id);
  /* 16 bits of grey without alpha. */
  gesso_tiles_read (((GessoLayerState *) g_ptr_array_index (snapshot->layers, 3))->tiles,
                    &(GdkRectangle) { 4, 5, 1, 1 }, pixel, 4);
  g_assert_cmpmem (pixel, 4, "\x80\x80\x80\xff", 4);

  save (snapshot, file);
  members = ora_file_read (file);
  g_assert_cmpmem (g_bytes_get_data (g_hash_table_lookup (members, "data/layer0_strokemap.dat"), NULL),
                   7, "strokes", 7);
  g_assert_true (g_hash_table_contains (members, "data/shape.svg"));
  g_assert_false (g_hash_table_contains (members, "data/layer0.png"));
  again = load (file);
  g_assert_true (gesso_snapshot_equal (snapshot, again));
}

/* Another program changed stack.xml but kept our members: masks stay where they belong. */
static void
test_changed_by_others (void)
{
  g_autoptr (GessoSnapshot) snapshot = new_snapshot ();
  g_autoptr (GFile) file = new_file ("changed.ora");
  g_autoptr (GHashTable) members = NULL;
  g_autoptr (OraFile) made = ora_file_new ();
  g_autoptr (GessoSnapshot) loaded = NULL;
  GHashTableIter iter;
  gpointer name, bytes;
  g_autofree char *names = NULL;

  save (snapshot, file);
  members = ora_file_read (file);
  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    if (!g_str_equal (name, "stack.xml"))
      ora_file_add (made, name, bytes);
  ora_file_add_text (made, "stack.xml",
                     "<image w='50' h='60'><stack><layer name='a' src='data/layer-006.png'/>"
                     "<layer name='b' src='data/layer-001.png'/></stack></image>");
  ora_file_write (made, file);

  loaded = load (file);
  names = g_strdup ("");
  for (guint i = 0; i < loaded->layers->len; i++)
    {
      char *longer = g_strconcat (names, ((GessoLayerState *) g_ptr_array_index (loaded->layers, i))->name,
                                  "|", NULL);

      g_free (names);
      names = longer;
    }
  g_assert_cmpstr (names, ==, "Top mask|a|b|Mask 1|Mask 2|");
}

/* ---- Saving --------------------------------------------------------------------------------- */

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* Links stay links, permissions stay, nothing is left over, and a failure leaves the old file. */
static void
test_replace (void)
{
  g_autoptr (GessoSnapshot) snapshot = new_snapshot ();
  g_autoptr (GFile) file = new_file ("replace.ora");
  g_autoptr (GFile) link = new_file ("link.ora");
  g_autoptr (GFile) nowhere = new_file ("nowhere/picture.ora");
  g_autoptr (GessoSnapshot) loaded = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;
  GStatBuf info;
  guint n;

  save (snapshot, file);
  g_assert_no_errno (g_chmod (g_file_peek_path (file), 0640));
  g_assert_no_errno (symlink ("replace.ora", g_file_peek_path (link)));
  n = count_files ();
  snapshot->frame.x = 5;
  save (snapshot, link);
  g_assert_true (g_file_test (g_file_peek_path (link), G_FILE_TEST_IS_SYMLINK));
  g_assert_no_errno (g_stat (g_file_peek_path (file), &info));
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
  g_assert_cmpuint (count_files (), ==, n);

  g_assert_false (gesso_ora_save (snapshot, nowhere, NULL, &error));
  g_assert_nonnull (strstr (error->message, "picture.ora"));
  g_clear_error (&error);
  snapshot->frame.x = 6;
  g_cancellable_cancel (cancellable);
  g_assert_false (gesso_ora_save (snapshot, file, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (count_files (), ==, n);
  loaded = load (file);
  g_assert_cmpint (loaded->frame.x, ==, 5);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  g_assert_true (gesso_ora_save_finish (result, &error));
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  *(GessoSnapshot **) data = gesso_ora_load_finish (result, &error);
  g_assert_no_error (error);
}

/* The artist paints on while the file is written; the file is what it was at first. */
static void
test_async (void)
{
  g_autoptr (GessoSnapshot) snapshot = new_snapshot ();
  g_autoptr (GessoPainting) painting = gesso_painting_new (1, 1);
  g_autoptr (GessoSnapshot) loaded = NULL;
  g_autoptr (GFile) file = new_file ("async.ora");
  GessoSnapshot *saved;
  gboolean done = FALSE;
  guint n = 0;

  gesso_painting_restore (painting, snapshot);
  saved = gesso_painting_snapshot (painting);
  gesso_ora_save_async (saved, file, NULL, on_saved, &done);
  gesso_snapshot_unref (saved);
  while (!done)
    {
      GessoLayer *layer = gesso_painting_get_layer (painting, 6);
      GessoTiles *tiles;

      gesso_painting_begin (painting, "Stroke");
      tiles = gesso_painting_edit (painting, layer, NULL);
      memset (gesso_tiles_edit (tiles, (int) (n % 5), (int) (n / 5 % 4)), (int) n, 64 * 64 * 4);
      gesso_painting_end (painting);
      n++;
      g_main_context_iteration (NULL, FALSE);
    }

  gesso_ora_load_async (file, NULL, on_loaded, &loaded);
  while (loaded == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gesso_snapshot_equal (snapshot, loaded));
}

static void
remove_all (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-ora-XXXXXX", NULL);

  g_test_add_func ("/app/ora/round-trip", test_round_trip);
  g_test_add_func ("/app/ora/container", test_container);
  g_test_add_func ("/app/ora/others", test_others);
  g_test_add_func ("/app/ora/changed-by-others", test_changed_by_others);
  g_test_add_func ("/app/ora/replace", test_replace);
  g_test_add_func ("/app/ora/async", test_async);

  status = g_test_run ();
  remove_all ();
  g_free (folder);
  return status;
}
