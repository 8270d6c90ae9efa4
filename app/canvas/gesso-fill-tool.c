/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fill: a click floods what hangs together with the colour, on the active layer. In a large picture
 * that takes a second, so it is done on a thread, with the picture as it was at the click.
 */
#include "config.h"

#include "gesso-flood.h"
#include "gesso-toolbox.h"

#include <glib/gi18n.h>
#include <math.h>

#define GESSO_TYPE_FILL_TOOL (gesso_fill_tool_get_type ())
G_DECLARE_FINAL_TYPE (GessoFillTool, gesso_fill_tool, GESSO, FILL_TOOL, GessoTool)

#define AT_ONCE (1 << 20) /* pixels of a picture that takes no longer than a frame or two */

struct _GessoFillTool
{
  GessoTool parent_instance;

  gboolean  filling; /* on a thread */
};

G_DEFINE_FINAL_TYPE (GessoFillTool, gesso_fill_tool, GESSO_TYPE_TOOL)

static guint8
to_byte (double x)
{
  return (guint8) lrint (CLAMP (x, 0, 1) * 255);
}

/* ---- One fill ------------------------------------------------------------------------------- */

typedef struct
{
  GessoToolbox  *toolbox;
  GessoPainting *painting;
  GessoSnapshot *snapshot; /* what is filled, at that state of the history       */
  guint64        state;
  guint64        layer;    /* its id, 0: one that is made when it is needed      */
  int            x, y;
  guint          tolerance;
  guint8         rgba[4];

  GessoTiles    *coverage; /* out: NULL if there is nothing to fill              */
  GessoTiles    *tiles;    /* out: the layer's plane, filled                     */
} Fill;

static void
fill_free (gpointer data)
{
  Fill *fill = data;

  g_object_unref (fill->toolbox);
  g_object_unref (fill->painting);
  gesso_snapshot_unref (fill->snapshot);
  g_clear_pointer (&fill->coverage, gesso_tiles_unref);
  g_clear_pointer (&fill->tiles, gesso_tiles_unref);
  g_free (fill);
}

static GessoLayer *
get_layer (GessoToolbox *toolbox)
{
  GessoLayer *active = gesso_painting_get_active (gesso_toolbox_get_painting (toolbox));

  return active ? active : gesso_toolbox_get_layer (toolbox, TRUE);
}

/* Any thread. */
static void
find_and_lay (Fill *fill)
{
  const GessoLayerState *layer = gesso_snapshot_find_layer (fill->snapshot, fill->layer);

  fill->coverage = gesso_flood (fill->snapshot, fill->x, fill->y, fill->tolerance);
  if (fill->coverage == NULL)
    return;

  fill->tiles = layer ? gesso_tiles_copy (layer->tiles) : gesso_tiles_new (4);
  gesso_flood_paint (fill->tiles, layer ? layer->x : 0, layer ? layer->y : 0, fill->coverage,
                     fill->snapshot->selection, fill->rgba);
}

/* What was laid takes the place of the layer's tiles, which costs some pointers. */
static void
take_tiles (Fill *fill, GessoTiles *tiles, int x, int y)
{
  GdkRectangle area;

  if (!gesso_tiles_get_bounds (fill->coverage, &area))
    return;

  for (int j = gesso_tile_of (area.y - y); j <= gesso_tile_of (area.y - y + area.height - 1); j++)
    for (int i = gesso_tile_of (area.x - x); i <= gesso_tile_of (area.x - x + area.width - 1); i++)
      gesso_tiles_share (tiles, i, j, fill->tiles, i, j);
  gesso_painting_damage (fill->painting, &area);
}

static void
take_fill (Fill *fill)
{
  g_autoptr (GError) error = NULL;
  GessoTiles *tiles = NULL;
  GessoLayer *layer;
  int x, y;

  if (fill->coverage == NULL)
    return;

  gesso_painting_begin (fill->painting, _("Fill"));
  layer = get_layer (fill->toolbox);
  if (layer)
    tiles = gesso_painting_edit (fill->painting, layer, &error);
  if (tiles)
    {
      gesso_layer_get_offset (layer, &x, &y);
      take_tiles (fill, tiles, x, y);
    }
  gesso_painting_end (fill->painting);
  if (error)
    gesso_toolbox_say (fill->toolbox, error->message);
}

/* ---- On a thread ---------------------------------------------------------------------------- */

static gboolean
is_as_it_was (Fill *fill)
{
  GessoLayer *active = gesso_painting_get_active (fill->painting);
  GessoHistory *history = gesso_painting_get_history (fill->painting);

  return !gesso_painting_is_changing (fill->painting) &&
         fill->state == gesso_history_get_state (history) &&
         fill->layer == (active ? gesso_layer_get_id (active) : 0);
}

static void
on_filled (GObject *source, GAsyncResult *result, gpointer data)
{
  Fill *fill = g_task_get_task_data (G_TASK (result));

  GESSO_FILL_TOOL (source)->filling = FALSE;
  if (gesso_toolbox_get_painting (fill->toolbox) != fill->painting)
    return;
  if (is_as_it_was (fill))
    take_fill (fill);
  else
    gesso_toolbox_say (fill->toolbox, _("Not filled: the picture has changed meanwhile"));
}

static void
fill_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  find_and_lay (data);
  g_task_return_boolean (task, TRUE);
}

static void
begin_fill (GessoFillTool *self, Fill *fill)
{
  g_autoptr (GTask) task = NULL;

  if ((guint64) fill->snapshot->width * fill->snapshot->height <= AT_ONCE)
    {
      find_and_lay (fill);
      take_fill (fill);
      fill_free (fill);
      return;
    }

  self->filling = TRUE;
  task = g_task_new (self, NULL, on_filled, NULL);
  g_task_set_task_data (task, fill, fill_free);
  g_task_run_in_thread (task, fill_in_thread);
}

/* ---- The tool ------------------------------------------------------------------------------- */

static gboolean
gesso_fill_tool_press (GessoTool *tool, const GessoToolEvent *event)
{
  GessoFillTool *self = GESSO_FILL_TOOL (tool);
  GessoToolbox *toolbox = gesso_tool_get_toolbox (tool);
  GessoPainting *painting = gesso_toolbox_get_painting (toolbox);
  GessoLayer *active = gesso_painting_get_active (painting);
  GdkRGBA color;
  Fill *fill;

  if (event->state & GDK_CONTROL_MASK)
    {
      GessoTool *picker = gesso_toolbox_get_tool (toolbox, GESSO_TOOL_PICKER);

      gesso_tool_press (picker, event);
      gesso_tool_release (picker, event);
      return FALSE;
    }
  if (self->filling)
    return FALSE;

  gesso_toolbox_get_color (toolbox, &color);
  fill = g_new0 (Fill, 1);
  fill->toolbox = g_object_ref (toolbox);
  fill->painting = g_object_ref (painting);
  fill->snapshot = gesso_painting_snapshot (painting);
  fill->state = gesso_history_get_state (gesso_painting_get_history (painting));
  fill->layer = active ? gesso_layer_get_id (active) : 0;
  fill->x = (int) floor (event->x);
  fill->y = (int) floor (event->y);
  fill->tolerance = gesso_toolbox_get_tolerance (toolbox);
  fill->rgba[0] = to_byte (color.red);
  fill->rgba[1] = to_byte (color.green);
  fill->rgba[2] = to_byte (color.blue);
  fill->rgba[3] = to_byte (gesso_toolbox_get_opacity (toolbox));
  begin_fill (self, fill);

  return FALSE;
}

static const char *
gesso_fill_tool_cursor (GessoTool *tool)
{
  return GESSO_FILL_TOOL (tool)->filling ? "progress" : "crosshair";
}

static void
gesso_fill_tool_class_init (GessoFillToolClass *klass)
{
  GESSO_TOOL_CLASS (klass)->press = gesso_fill_tool_press;
  GESSO_TOOL_CLASS (klass)->cursor = gesso_fill_tool_cursor;
}

static void
gesso_fill_tool_init (GessoFillTool *self)
{
}

GessoTool *
gesso_fill_tool_new (void)
{
  return g_object_new (GESSO_TYPE_FILL_TOOL, NULL);
}
