/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A painting of 4096 x 4096 with 10 layers that all cover all of it, in a window of 1200 x 800. Each
 * frame pans, or goes on with a stroke, or both; what is printed is this thread's processor time in
 * building the frame, flattening tiles and painting, without GTK's own drawing. All of it is done
 * twice: alone, and while the engine makes pictures with the starter model.
 */
#include "config.h"

#include "gesso-canvas-benchmark.h"

#include "application/gesso-application.h"
#include "canvas/gesso-canvas.h"

#include <math.h>

#define SIZE 4096
#define N_LAYERS 10
#define N_FRAMES 300     /* of each scene                               */
#define N_TILES 61       /* different ones of a layer, to spare memory  */
#define POINTS 3         /* of a stroke in a frame: a pen at 180 Hz     */
#define PICTURE_SIZE 256 /* of those that are made meanwhile            */
#define STEPS 100

typedef struct
{
  const char *name;
  double      zoom;
  gboolean    pan, paint;
  double      brush;
} Scene;

static const Scene scenes[] = {
  { "pan at 100 %", 1, TRUE, FALSE, 0 },
  { "pan at 25 %", 0.25, TRUE, FALSE, 0 },
  { "paint at 100 %, 60 px", 1, FALSE, TRUE, 60 },
  { "paint at 25 %, 200 px", 0.25, FALSE, TRUE, 200 },
  { "paint at 400 %, 20 px", 4, FALSE, TRUE, 20 },
  { "pan and paint at 100 %", 1, TRUE, TRUE, 60 },
};

typedef struct
{
  GtkApplication *application;
  GessoCanvas    *canvas;
  guint           scene, frame;
  gboolean        drawing;
  double          angle; /* of the stroke's way */
  GArray         *times; /* of double, ms       */
  GessoJob       *job;   /* NULL: alone         */
  gboolean        making;
  GessoCanvasWork sums;
} Benchmark;

static void start_scenes (Benchmark *self);
static void end_scenes (Benchmark *self);

/* ---- The painting --------------------------------------------------------------------------- */

static void
fill_tile (guint8 *pixels, guint seed, gboolean opaque)
{
  for (int y = 0; y < GESSO_TILE_SIZE; y++)
    for (int x = 0; x < GESSO_TILE_SIZE; x++, pixels += 4)
      {
        guint8 alpha = opaque ? 255 : (guint8) (x * 3 + y + seed * 5);

        pixels[0] = (guint8) gesso_multiply_8 ((guint) (x * 4 + seed * 40) & 0xff, alpha);
        pixels[1] = (guint8) gesso_multiply_8 ((guint) (y * 4 + seed * 70) & 0xff, alpha);
        pixels[2] = (guint8) gesso_multiply_8 ((guint) (x * y + seed) & 0xff, alpha);
        pixels[3] = alpha;
      }
}

static GessoLayer *
make_layer (guint number)
{
  g_autoptr (GessoTiles) tiles = gesso_tiles_new (4);
  GessoLayer *layer;

  for (int j = 0; j < SIZE / GESSO_TILE_SIZE; j++)
    for (int i = 0; i < SIZE / GESSO_TILE_SIZE; i++)
      {
        int k = j * (SIZE / GESSO_TILE_SIZE) + i;

        if (k < N_TILES)
          fill_tile (gesso_tiles_edit (tiles, i, j), (guint) k + number, number == 0);
        else
          gesso_tiles_share (tiles, i, j, tiles, k * 7 % N_TILES, 0);
      }
  layer = gesso_layer_new (GESSO_LAYER_RASTER, "layer", tiles);
  gesso_layer_set_blend (layer, number == 3   ? GESSO_BLEND_MULTIPLY
                                : number == 6 ? GESSO_BLEND_SCREEN
                                              : GESSO_BLEND_NORMAL);
  gesso_layer_set_opacity (layer, number % 2 ? 0.7 : 1);

  return layer;
}

static GessoPainting *
make_painting (void)
{
  GessoPainting *painting = gesso_painting_new (SIZE, SIZE);

  for (guint i = 0; i < N_LAYERS; i++)
    {
      g_autoptr (GessoLayer) layer = make_layer (i);

      gesso_painting_add_layer (painting, layer, 0);
    }

  return painting;
}

/* ---- Results -------------------------------------------------------------------------------- */

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

static void
report (Benchmark *self)
{
  guint n = self->times->len;
  const double *times = (const double *) (gpointer) self->times->data;

  g_array_sort (self->times, compare);
  g_print ("%-24s p50 %5.2f ms  p99 %5.2f ms  most %5.2f ms  (mean: frame %.2f, flatten %.2f, "
           "stroke %.2f)\n",
           scenes[self->scene].name, times[n / 2], times[n * 99 / 100], times[n - 1],
           (double) self->sums.snapshot / 1000 / n, (double) self->sums.composite / 1000 / n,
           (double) self->sums.stroke / 1000 / n);
  g_array_set_size (self->times, 0);
  self->sums = (GessoCanvasWork) { 0 };
}

static void
take_time (Benchmark *self)
{
  GessoCanvasWork work;
  double ms;

  gesso_canvas_take_work (self->canvas, &work);
  ms = (double) (work.snapshot + work.composite + work.stroke) / 1000;
  g_array_append_val (self->times, ms);
  self->sums.snapshot += work.snapshot;
  self->sums.composite += work.composite;
  self->sums.stroke += work.stroke;
}

/* ---- Meanwhile ------------------------------------------------------------------------------ */

static void
on_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!gesso_engine_run_finish (GESSO_ENGINE (source), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_printerr ("%s\n", error->message);
}

/* From its first step on. */
static void
on_progress (GessoJob *job, Benchmark *self)
{
  if (self->making || gesso_job_get_fraction (job) < 0)
    return;

  self->making = TRUE;
  g_print ("While pictures are made:\n");
  start_scenes (self);
}

/* More of them than there is time for. */
static void
make_pictures (Benchmark *self)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (PICTURE_SIZE, PICTURE_SIZE);
  g_autoptr (GessoSettings) settings = gesso_settings_new ();
  g_autoptr (GessoOrder) order = NULL;

  g_object_set (settings, "prompt", "a red house", "width", PICTURE_SIZE, "height", PICTURE_SIZE,
                "steps", STEPS, NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (order, GESSO_MAX_BATCH);
  self->job = gesso_job_new ();
  g_signal_connect (self->job, "changed", G_CALLBACK (on_progress), self);
  gesso_engine_run_async (gesso_application_get_engine (GESSO_APPLICATION (self->application)), order,
                          FALSE, self->job, on_made, NULL);
}

static void
end_pictures (Benchmark *self)
{
  g_signal_handlers_disconnect_by_data (self->job, self);
  gesso_job_cancel (self->job);
}

/* ---- Frames --------------------------------------------------------------------------------- */

static void
begin_scene (Benchmark *self)
{
  const Scene *scene = &scenes[self->scene];
  GessoView *view = gesso_canvas_get_view (self->canvas);
  GessoCanvasWork unused;

  self->frame = 0;
  self->angle = 0;
  gesso_view_fit (view);
  gesso_view_zoom_to (view, scene->zoom, gtk_widget_get_width (GTK_WIDGET (self->canvas)) / 2.0,
                      gtk_widget_get_height (GTK_WIDGET (self->canvas)) / 2.0);
  g_object_set (gesso_canvas_get_toolbox (self->canvas), "size", MAX (scene->brush, 1), NULL);
  gesso_canvas_take_work (self->canvas, &unused);
}

static void
move_pointer (Benchmark *self)
{
  for (int k = 0; k < POINTS; k++)
    {
      double x = 600 + 450 * cos (self->angle), y = 400 + 300 * sin (self->angle * 1.3);

      GessoPointerStep step = k + 1 < POINTS ? GESSO_POINTER_BACKLOG : GESSO_POINTER_DRAG;

      gesso_canvas_point (self->canvas, self->drawing ? step : GESSO_POINTER_PRESS, x, y, 1, 0);
      self->drawing = TRUE;
      self->angle += 0.02;
    }
}

static void
end_stroke (Benchmark *self)
{
  if (self->drawing)
    gesso_canvas_point (self->canvas, GESSO_POINTER_RELEASE, 600, 400, 1, 0);
  self->drawing = FALSE;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Benchmark *self = data;
  const Scene *scene = &scenes[self->scene];

  if (self->frame > 0)
    take_time (self);
  if (self->frame++ == N_FRAMES)
    {
      end_stroke (self);
      report (self);
      if (++self->scene == G_N_ELEMENTS (scenes))
        {
          end_scenes (self);
          return G_SOURCE_REMOVE;
        }
      begin_scene (self);
      return G_SOURCE_CONTINUE;
    }

  if (scene->pan)
    gesso_view_pan (gesso_canvas_get_view (self->canvas), 21 * cos (self->frame * 0.02),
                    21 * sin (self->frame * 0.03));
  if (scene->paint)
    move_pointer (self);
  if (self->frame % 60 == 0)
    end_stroke (self);
  gtk_widget_queue_draw (widget);

  return G_SOURCE_CONTINUE;
}

static void
start_scenes (Benchmark *self)
{
  self->scene = 0;
  begin_scene (self);
  gtk_widget_add_tick_callback (GTK_WIDGET (self->canvas), on_tick, self, NULL);
}

static void
end_scenes (Benchmark *self)
{
  if (self->job == NULL)
    {
      make_pictures (self);
      return;
    }
  end_pictures (self);
  g_application_quit (G_APPLICATION (self->application));
}

static void
on_destroyed (Benchmark *self)
{
  g_clear_object (&self->job);
  g_array_unref (self->times);
  g_free (self);
}

static gboolean
on_settled (gpointer data)
{
  g_print ("Alone:\n");
  start_scenes (data);

  return G_SOURCE_REMOVE;
}

void
gesso_canvas_benchmark (GtkApplication *application)
{
  g_autoptr (GessoPainting) painting = make_painting ();
  GtkWidget *window = gtk_application_window_new (application);
  Benchmark *self = g_new0 (Benchmark, 1);

  self->application = application;
  self->times = g_array_new (FALSE, FALSE, sizeof (double));
  self->canvas = g_object_new (GESSO_TYPE_CANVAS, "painting", painting, NULL);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (on_destroyed), self);
  gtk_window_set_default_size (GTK_WINDOW (window), 1200, 800);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (self->canvas));
  gtk_window_present (GTK_WINDOW (window));
  g_timeout_add (1000, on_settled, self);
}
