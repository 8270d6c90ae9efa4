/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing OpenRaster. */
#include "config.h"

#include "gesso-ora-private.h"

#include "gesso-composite.h"
#include "gesso-png.h"
#include "gesso-replace.h"
#include "gesso-zip.h"

#include <string.h>

#define THUMBNAIL_SIZE 256 /* of OpenRaster's specification: at most */

/* ---- Members -------------------------------------------------------------------------------- */

/* All that has pixels; what lies further outside than a picture may be large is left out. */
static void
set_area (GessoOraPlane *plane, GessoSnapshot *snapshot, GessoTiles *tiles)
{
  int margin_x = (int) (GESSO_MAX_SIZE - snapshot->width) / 2;
  int margin_y = (int) (GESSO_MAX_SIZE - snapshot->height) / 2;
  const GdkRectangle reach = { -margin_x - plane->offset_x, -margin_y - plane->offset_y,
                               GESSO_MAX_SIZE, GESSO_MAX_SIZE };

  plane->tiles = gesso_tiles_ref (tiles);
  if (!gesso_tiles_get_bounds (tiles, &plane->area) ||
      ((plane->area.width > GESSO_MAX_SIZE || plane->area.height > GESSO_MAX_SIZE) &&
       !gdk_rectangle_intersect (&plane->area, &reach, &plane->area)))
    plane->area = (GdkRectangle) { 0, 0, 1, 1 };
  plane->x = plane->area.x + plane->offset_x;
  plane->y = plane->area.y + plane->offset_y;
}

static GPtrArray *
make_planes (GessoSnapshot *snapshot)
{
  GPtrArray *planes = g_ptr_array_new_with_free_func (gesso_ora_plane_free);

  for (guint i = 0; i < snapshot->layers->len; i++)
    {
      GessoLayerState *layer = g_ptr_array_index (snapshot->layers, i);
      gboolean is_mask = layer->kind == GESSO_LAYER_MASK;
      g_autofree char *src =
          g_strdup_printf (is_mask ? "gesso/mask-%03u.png" : "data/layer-%03u.png", i);
      GessoOraPlane *plane = gesso_ora_plane_new (src, is_mask ? 1 : 4);

      plane->layer = gesso_layer_state_ref (layer);
      plane->offset_x = layer->x;
      plane->offset_y = layer->y;
      set_area (plane, snapshot, layer->tiles);
      g_ptr_array_add (planes, plane);
    }
  for (guint i = 0; i < snapshot->candidates->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (snapshot->candidates, i);
      g_autofree char *src = g_strdup_printf ("gesso/candidate-%03u.png", i);
      GessoOraPlane *plane = gesso_ora_plane_new (src, 4);

      plane->candidate = (int) i;
      plane->recipe = g_strdup (gesso_candidate_get_recipe (candidate));
      set_area (plane, snapshot, gesso_candidate_get_tiles (candidate));
      g_ptr_array_add (planes, plane);
    }
  if (snapshot->selection)
    {
      GessoOraPlane *plane = gesso_ora_plane_new ("gesso/selection.png", 1);

      plane->is_selection = TRUE;
      set_area (plane, snapshot, snapshot->selection);
      g_ptr_array_add (planes, plane);
    }

  return planes;
}

static void
merged_rows (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data)
{
  GessoSnapshot *snapshot = data;

  gesso_composite ((GessoLayerState *const *) snapshot->layers->pdata, snapshot->layers->len, area,
                   pixels, stride);
}

/* ---- Thumbnail ------------------------------------------------------------------------------ */

typedef struct
{
  GessoSnapshot *snapshot;
  guint          width, height;
} Thumbnail;

/* Each pixel is the mean of those it stands for. */
static void
thumbnail_rows (const GdkRectangle *area, guint8 *pixels, gsize stride, gpointer data)
{
  const Thumbnail *t = data;
  guint width = t->snapshot->width, height = t->snapshot->height;

  for (guint y = 0; y < (guint) area->height; y++)
    {
      guint row = (guint) area->y + y, top = row * height / t->height;
      guint bottom = MAX ((row + 1) * height / t->height, top + 1);
      const GdkRectangle band = { 0, (int) top, (int) width, (int) (bottom - top) };
      g_autofree guint8 *from = g_malloc ((gsize) width * 4 * (bottom - top));

      merged_rows (&band, from, (gsize) width * 4, t->snapshot);
      for (guint x = 0; x < (guint) area->width; x++)
        {
          guint left = x * width / t->width, right = MAX ((x + 1) * width / t->width, left + 1);
          guint n = (right - left) * (bottom - top), sum[4] = { n / 2, n / 2, n / 2, n / 2 };

          for (guint v = 0; v < bottom - top; v++)
            for (guint u = left; u < right; u++)
              for (guint c = 0; c < 4; c++)
                sum[c] += from[((gsize) v * width + u) * 4 + c];
          for (guint c = 0; c < 4; c++)
            pixels[y * stride + 4 * (gsize) x + c] = (guint8) (sum[c] / n);
        }
    }
}

static GBytes *
make_thumbnail (GessoSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  guint longer = MAX (MAX (snapshot->width, snapshot->height), THUMBNAIL_SIZE);
  Thumbnail t = { snapshot, MAX (snapshot->width * THUMBNAIL_SIZE / longer, 1),
                  MAX (snapshot->height * THUMBNAIL_SIZE / longer, 1) };
  const GdkRectangle area = { 0, 0, (int) t.width, (int) t.height };

  return gesso_png_write (&area, 4, thumbnail_rows, &t, cancellable, error);
}

/* ---- The file ------------------------------------------------------------------------------- */

static gboolean
add_text (GessoZipWriter *zip,
          const char     *name,
          char           *text,
          GCancellable   *cancellable,
          GError        **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  return gesso_zip_writer_add (zip, name, bytes, cancellable, error);
}

static gboolean
add_picture (GessoZipWriter *zip,
             const char     *name,
             GBytes         *picture,
             GCancellable   *cancellable,
             GError        **error)
{
  g_autoptr (GBytes) taken = picture;

  return taken && gesso_zip_writer_add (zip, name, taken, cancellable, error);
}

static gboolean
write_members (GessoSnapshot  *snapshot,
               GessoZipWriter *zip,
               GCancellable   *cancellable,
               GError        **error)
{
  const GdkRectangle all = { 0, 0, (int) snapshot->width, (int) snapshot->height };
  g_autoptr (GPtrArray) planes = make_planes (snapshot);
  GHashTableIter iter;
  gpointer name, bytes;

  if (!add_text (zip, "mimetype", g_strdup (GESSO_ORA_MIMETYPE), cancellable, error) ||
      !add_text (zip, "stack.xml", gesso_ora_stack_print (snapshot, planes), cancellable, error) ||
      !add_text (zip, GESSO_ORA_DOCUMENT, gesso_ora_extras_print (snapshot, planes), cancellable,
                 error))
    return FALSE;
  for (guint i = 0; i < planes->len; i++)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (!add_picture (zip, plane->src,
                        gesso_png_write_tiles (plane->tiles, &plane->area, cancellable, error),
                        cancellable, error))
        return FALSE;
    }
  if (!add_picture (zip, "Thumbnails/thumbnail.png", make_thumbnail (snapshot, cancellable, error),
                    cancellable, error) ||
      !add_picture (zip, "mergedimage.png",
                    gesso_png_write (&all, 4, merged_rows, snapshot, cancellable, error),
                    cancellable, error))
    return FALSE;

  if (snapshot->members)
    {
      g_hash_table_iter_init (&iter, snapshot->members);
      while (g_hash_table_iter_next (&iter, &name, &bytes))
        if (!gesso_zip_writer_add (zip, name, bytes, cancellable, error))
          return FALSE;
    }

  return gesso_zip_writer_finish (zip, cancellable, error);
}

static gboolean
write_stream (GOutputStream *stream, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GessoZipWriter) zip = gesso_zip_writer_new (stream);

  return write_members (data, zip, cancellable, error);
}

gboolean
gesso_ora_save (GessoSnapshot *snapshot, GFile *file, GCancellable *cancellable, GError **error)
{
  return gesso_replace_file (file, write_stream, snapshot, cancellable, error);
}

/* ---- On a thread ---------------------------------------------------------------------------- */

typedef struct
{
  GessoSnapshot *snapshot;
  GFile         *file;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  gesso_snapshot_unref (saving->snapshot);
  g_object_unref (saving->file);
  g_free (saving);
}

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Saving *saving = data;
  GError *error = NULL;

  if (gesso_ora_save (saving->snapshot, saving->file, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
gesso_ora_save_async (GessoSnapshot      *snapshot,
                      GFile              *file,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Saving *saving = g_new0 (Saving, 1);

  saving->snapshot = gesso_snapshot_ref (snapshot);
  saving->file = g_object_ref (file);
  g_task_set_source_tag (task, gesso_ora_save_async);
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save_in_thread);
}

gboolean
gesso_ora_save_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
