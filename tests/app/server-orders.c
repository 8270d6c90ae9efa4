/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An order, a job, and what comes of it. */
#include "server-orders.h"

#include "document/gesso-painting.h"

#define SIDE 64

static GessoSnapshot *
paint_masked (void)
{
  g_autoptr (GessoPainting) painting = gesso_painting_new (SIDE, SIDE);
  g_autoptr (GessoTiles) ground = gesso_tiles_new (4), mask = gesso_tiles_new (1);
  g_autoptr (GessoLayer) layer = NULL, mask_layer = NULL;
  const GdkRectangle whole = { 0, 0, SIDE, SIDE }, middle = { 20, 24, 16, 12 };
  const guint8 white = 255;
  guint8 pixels[SIDE * SIDE * 4];

  for (guint i = 0; i < SIDE * SIDE; i++)
    {
      pixels[4 * i] = (guint8) (i % SIDE * 3);
      pixels[4 * i + 1] = (guint8) (i / SIDE * 3);
      pixels[4 * i + 2] = 90;
      pixels[4 * i + 3] = 255;
    }
  gesso_tiles_write (ground, &whole, pixels, SIDE * 4);
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "Ground", ground);
  g_assert_true (gesso_painting_add_layer (painting, layer, 0));
  gesso_tiles_fill (mask, &middle, &white);
  mask_layer = gesso_layer_new (GESSO_LAYER_MASK, "Mask", mask);
  g_assert_true (gesso_painting_add_layer (painting, mask_layer, 0));

  return gesso_painting_snapshot (painting);
}

GessoOrder *
server_order_new (const char *model, gboolean masked, guint steps, guint batch)
{
  g_autoptr (GessoSnapshot) snapshot = masked ? paint_masked () : gesso_snapshot_new (SIDE, SIDE);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  GessoOrder *order;

  g_object_set (settings, "prompt", "a red house", "negative-prompt", "rain", "seed", (guint64) 7,
                "steps", steps, "sampler", "euler-a", "model", model ? model : "", "mask-feather", 4,
                "denoising-strength", 0.8, NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (order, batch);

  return order;
}

static void
on_result (GessoJob *job, GessoResult *result, ServerRun *run)
{
  g_ptr_array_add (run->results, g_object_ref (result));
}

static void
on_changed (GessoJob *job, ServerRun *run)
{
  GdkTexture *preview = gesso_job_get_preview (job);

  if (preview && !g_ptr_array_find (run->previews, preview, NULL))
    g_ptr_array_add (run->previews, g_object_ref (preview));
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  ServerRun *run = data;

  gesso_engine_run_finish (GESSO_ENGINE (source), result, &run->error);
  run->done = TRUE;
}

void
server_run_start (ServerRun *run, GessoEngine *engine, GessoOrder *order, gboolean again)
{
  run->results = g_ptr_array_new_with_free_func (g_object_unref);
  run->previews = g_ptr_array_new_with_free_func (g_object_unref);
  run->job = gesso_job_new ();
  g_signal_connect (run->job, "result", G_CALLBACK (on_result), run);
  g_signal_connect (run->job, "changed", G_CALLBACK (on_changed), run);
  gesso_engine_run_async (engine, order, again, run->job, on_run, run);
}

void
server_run_wait (ServerRun *run)
{
  while (!run->done)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
server_run_clear (ServerRun *run)
{
  if (run->job)
    g_signal_handlers_disconnect_by_data (run->job, run);
  g_clear_object (&run->job);
  g_clear_pointer (&run->results, g_ptr_array_unref);
  g_clear_pointer (&run->previews, g_ptr_array_unref);
  g_clear_error (&run->error);
  run->done = FALSE;
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

gboolean
server_look (GessoEngine *engine, const char *address, const char *token, GError **error)
{
  GessoServer *server = gesso_engine_get_server (engine);
  g_autoptr (GAsyncResult) result = NULL;

  gesso_server_set (server, address, token);
  gesso_server_look_async (server, NULL, on_looked, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return gesso_server_look_finish (server, result, error);
}
