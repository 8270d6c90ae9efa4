/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dragged layer is for this program and for others. */
#include "canvas/gesso-layer-content.h"

static gboolean
has_texture (GdkContentProvider *content)
{
  g_autoptr (GdkContentFormats) formats = gdk_content_provider_ref_formats (content);

  g_assert_true (gdk_content_formats_contain_gtype (formats, GESSO_TYPE_LAYER));
  return gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE);
}

static void
assert_is_layer (GdkContentProvider *content, GessoLayer *layer)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&value, GESSO_TYPE_LAYER);
  g_assert_true (gdk_content_provider_get_value (content, &value, &error));
  g_assert_no_error (error);
  g_assert_true (g_value_get_object (&value) == layer);
}

/* Cut to what is painted, wherever that lies. */
static void
test_raster (void)
{
  const guint8 red[4] = { 255, 0, 0, 255 };
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  g_autoptr (GdkContentProvider) content = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  GessoLayer *layer;
  GdkTexture *texture;
  guint32 words[70 * 3];

  gesso_tiles_fill (tiles, &(GdkRectangle) { -5, 100, 70, 3 }, red);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Red", tiles);
  content = gesso_layer_content_new (layer);
  g_assert_true (has_texture (content));
  assert_is_layer (content, layer);
  g_value_init (&value, GDK_TYPE_TEXTURE);
  g_assert_true (gdk_content_provider_get_value (content, &value, &error));
  g_assert_no_error (error);
  texture = g_value_get_object (&value);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 70);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 3);
  gdk_texture_download (texture, (guchar *) words, 70 * 4);
  for (guint i = 0; i < 70 * 3; i++)
    g_assert_cmphex (words[i], ==, 0xffff0000);

  g_clear_object (&content);
  g_assert_finalize_object (layer);
}

static void
test_others (void)
{
  const guint8 full = 255;
  g_autoptr (GessoTiles) none = gesso_tiles_new (4), mask = gesso_tiles_new (1);
  GessoTiles *const tiles[] = { none, mask };

  gesso_tiles_fill (mask, &(GdkRectangle) { 0, 0, 9, 9 }, &full);
  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      g_autoptr (GessoLayer) layer =
          gesso_layer_new (i ? GESSO_LAYER_MASK : GESSO_LAYER_RASTER, "Layer", tiles[i]);
      g_autoptr (GdkContentProvider) content = gesso_layer_content_new (layer);
      g_auto (GValue) value = G_VALUE_INIT;

      g_assert_false (has_texture (content));
      assert_is_layer (content, layer);
      g_value_init (&value, GDK_TYPE_TEXTURE);
      g_assert_false (gdk_content_provider_get_value (content, &value, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/app/layer-content/raster", test_raster);
  g_test_add_func ("/app/layer-content/others", test_others);

  return g_test_run ();
}
