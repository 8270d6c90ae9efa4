/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that guide: kept, undone, shown but no part of the picture, and handed to the engine. */
#include "canvas/gesso-guide-button.h"
#include "document/gesso-composite.h"
#include "document/gesso-guide.h"
#include "document/gesso-ora.h"
#include "document/gesso-painting.h"
#include "document/gesso-record.h"
#include "engine/gesso-request.h"

#include <glib/gstdio.h>
#include <string.h>

#define CONTROL "{'model': <'/models/canny.safetensors'>, 'preprocess': <'canny'>, " \
                "'strength': <0.75>, 'start': <0.1>, 'end': <0.6>}"

static GessoTiles *
new_tiles (guint8 red)
{
  GessoTiles *tiles = gesso_tiles_new (4);

  gesso_tiles_fill (tiles, &(GdkRectangle) { 0, 0, 64, 64 }, (guint8[]) { red, 0, 0, 255 });
  return tiles;
}

/* A red layer, and a darker one above it. */
static GessoPainting *
new_painting (GessoLayer **upper)
{
  GessoPainting *painting = gesso_painting_new (64, 64);
  g_autoptr (GessoTiles) light = new_tiles (200), dark = new_tiles (50);
  g_autoptr (GessoLayer) below = gesso_layer_new (GESSO_LAYER_RASTER, "Below", light);
  g_autoptr (GessoLayer) above = gesso_layer_new (GESSO_LAYER_RASTER, "Above", dark);

  gesso_painting_add_layer (painting, below, 0);
  gesso_painting_add_layer (painting, above, 0);
  *upper = above;
  return painting;
}

static void
test_text (void)
{
  g_autoptr (GessoGuide) guide = gesso_guide_parse (CONTROL), other = NULL, clamped = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (guide->model, ==, "/models/canny.safetensors");
  g_assert_cmpstr (guide->preprocess, ==, "canny");
  g_assert_cmpfloat (guide->strength, ==, 0.75);
  text = gesso_guide_print (guide);
  other = gesso_guide_parse (text);
  g_assert_cmpfloat (other->start, ==, 0.1);
  g_assert_cmpfloat (other->end, ==, 0.6);
  clamped = gesso_guide_parse ("{'model': <'a'>, 'strength': <7.0>, 'end': <-1.0>, 'later': <3>}");
  g_assert_cmpfloat (clamped->strength, ==, 2);
  g_assert_cmpfloat (clamped->end, ==, 0);
  g_assert_cmpstr (clamped->preprocess, ==, "none");
  g_assert_null (gesso_guide_parse (NULL));
  g_assert_null (gesso_guide_parse (""));
  g_assert_null (gesso_guide_parse ("{'model': <3>}"));
  g_assert_null (gesso_guide_parse ("[1"));
}

static void
test_undo (void)
{
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_painting (&layer);
  GessoLayer *copy;

  g_assert_null (gesso_layer_get_control (layer));
  gesso_layer_set_control (layer, CONTROL);
  g_assert_cmpstr (gesso_layer_get_control (layer), ==, CONTROL);
  copy = gesso_painting_duplicate_layer (painting, layer);
  g_assert_cmpstr (gesso_layer_get_control (copy), ==, CONTROL);
  g_assert_true (gesso_painting_undo (painting));
  g_assert_true (gesso_painting_undo (painting));
  g_assert_null (gesso_layer_get_control (layer));
  g_assert_true (gesso_painting_redo (painting));
  g_assert_cmpstr (gesso_layer_get_control (layer), ==, CONTROL);
}

static void
test_picture (void)
{
  const GdkRectangle area = { 0, 0, 64, 64 };
  g_autofree guint8 *pixels = g_malloc (64 * 64 * 4);
  g_autoptr (GessoSnapshot) snapshot = NULL;
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_painting (&layer);
  guint8 rgba[4];

  gesso_layer_set_control (layer, CONTROL);
  snapshot = gesso_painting_snapshot (painting);
  gesso_painting_composite (painting, &area, pixels, 64 * 4);
  g_assert_cmpuint (pixels[0], ==, 50);
  gesso_painting_pick (painting, 3, 3, rgba);
  g_assert_cmpuint (rgba[0], ==, 50);
  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, &area,
                   pixels, 64 * 4);
  g_assert_cmpuint (pixels[0], ==, 200);
}

static gboolean
replay (GessoRecordType type, GVariant *payload, gpointer data, GError **error)
{
  return gesso_record_decode (data, type, payload);
}

/* In files and in journals. */
static void
test_kept (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-guide-XXXXXX", NULL);
  g_autoptr (GFile) file = g_file_new_build_filename (folder, "guide.ora", NULL);
  g_autoptr (GessoRecordEncoder) encoder = gesso_record_encoder_new ();
  g_autoptr (GessoRecordDecoder) decoder = gesso_record_decoder_new ();
  g_autoptr (GessoSnapshot) snapshot = NULL, loaded = NULL;
  GessoSnapshot *replayed;
  GError *error = NULL;
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_painting (&layer);

  gesso_layer_set_control (layer, CONTROL);
  snapshot = gesso_painting_snapshot (painting);
  g_assert_true (gesso_ora_save (snapshot, file, NULL, &error));
  g_assert_no_error (error);
  loaded = gesso_ora_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gesso_snapshot_equal (snapshot, loaded));
  g_assert_cmpstr (((GessoLayerState *) loaded->layers->pdata[0])->control, ==, CONTROL);
  g_assert_cmpstr (((GessoLayerState *) loaded->layers->pdata[1])->control, ==, NULL);

  g_assert_true (gesso_record_encode (encoder, snapshot, replay, decoder, &error));
  g_assert_no_error (error);
  replayed = gesso_record_decoder_get (decoder);
  g_assert_true (gesso_snapshot_equal (snapshot, replayed));
  g_assert_cmpstr (((GessoLayerState *) replayed->layers->pdata[0])->control, ==, CONTROL);
  g_assert_cmpstr (((GessoLayerState *) replayed->layers->pdata[0])->recipe, ==, NULL);
  g_unlink (g_file_peek_path (file));
  g_rmdir (folder);
}

/* What the engine is asked for. */
static void
test_request (void)
{
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoSnapshot) snapshot = NULL, hidden = NULL;
  g_autoptr (GessoOrder) order = NULL, without = NULL;
  GessoRequest request;
  GError *error = NULL;
  GessoLayer *layer;
  g_autoptr (GessoPainting) painting = new_painting (&layer);

  gesso_layer_set_control (layer, CONTROL);
  gesso_layer_set_opacity (layer, 0.5);
  snapshot = gesso_painting_snapshot (painting);
  order = gesso_order_new (snapshot, settings);
  g_assert_true (gesso_request_init (&request, order, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (request.gs.n_controls, ==, 1);
  g_assert_cmpstr (request.gs.controls[0].path, ==, "/models/canny.safetensors");
  g_assert_cmpint (request.gs.controls[0].preprocess, ==, GS_PREPROCESS_CANNY);
  g_assert_cmpfloat (request.gs.controls[0].strength, ==, 0.75f);
  g_assert_cmpfloat (request.gs.controls[0].start, ==, 0.1f);
  g_assert_cmpfloat (request.gs.controls[0].end, ==, 0.6f);
  g_assert_cmpuint (request.gs.controls[0].image->width, ==, 64);
  g_assert_cmpuint (request.gs.controls[0].image->pixels[0], ==, 50);
  g_assert_cmpuint (request.gs.controls[0].image->pixels[3], ==, 255);
  g_assert_cmpuint (request.gs.init_image->pixels[0], ==, 200);
  gesso_request_clear (&request);

  gesso_layer_set_visible (layer, FALSE);
  hidden = gesso_painting_snapshot (painting);
  without = gesso_order_new (hidden, settings);
  g_assert_true (gesso_request_init (&request, without, &error));
  g_assert_cmpuint (request.gs.n_controls, ==, 0);
  gesso_request_clear (&request);
}

/* ---- The button ----------------------------------------------------------------------------- */

static void
find_all (GtkWidget *widget, GType type, GPtrArray *found)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    find_all (child, type, found);
}

static void
test_button (void)
{
  GtkWidget *button = g_object_ref_sink (g_object_new (GESSO_TYPE_GUIDE_BUTTON, NULL));
  GtkWidget *popover;
  g_autoptr (GPtrArray) drops = g_ptr_array_new (), scales = g_ptr_array_new ();
  g_autoptr (GessoGuide) guide = NULL;
  g_autoptr (GessoPainting) painting = NULL;
  GessoLayer *layer;

  painting = new_painting (&layer);
  popover = GTK_WIDGET (
      gtk_menu_button_get_popover (GTK_MENU_BUTTON (gtk_widget_get_first_child (button))));
  find_all (popover, GTK_TYPE_DROP_DOWN, drops);
  find_all (popover, GTK_TYPE_SCALE, scales);
  g_assert_cmpuint (drops->len, ==, 2);
  g_assert_cmpuint (scales->len, ==, 1);

  gesso_guide_button_set_layer (GESSO_GUIDE_BUTTON (button), layer);
  g_assert_cmpuint (gtk_drop_down_get_selected (drops->pdata[0]), ==, 0);
  gesso_layer_set_control (layer, CONTROL);
  g_assert_cmpuint (gtk_drop_down_get_selected (drops->pdata[0]), ==, 1);
  g_assert_cmpuint (gtk_drop_down_get_selected (drops->pdata[1]), ==, 1);
  g_assert_cmpfloat (gtk_range_get_value (scales->pdata[0]), ==, 0.75);

  gtk_range_set_value (scales->pdata[0], 1.5);
  guide = gesso_guide_parse (gesso_layer_get_control (layer));
  g_assert_cmpfloat (guide->strength, ==, 1.5);
  g_assert_cmpfloat (guide->end, ==, 0.6);
  g_assert_cmpstr (guide->preprocess, ==, "canny");
  gtk_drop_down_set_selected (drops->pdata[0], 0);
  g_assert_null (gesso_layer_get_control (layer));
  gesso_layer_set_control (layer, CONTROL);
  g_assert_cmpuint (gtk_drop_down_get_selected (drops->pdata[0]), ==, 1);
  gesso_guide_button_set_layer (GESSO_GUIDE_BUTTON (button), NULL);
  g_assert_finalize_object (button);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guide/text", test_text);
  g_test_add_func ("/guide/undo", test_undo);
  g_test_add_func ("/guide/picture", test_picture);
  g_test_add_func ("/guide/kept", test_kept);
  g_test_add_func ("/guide/request", test_request);
  g_test_add_func ("/guide/button", test_button);
  return g_test_run ();
}
