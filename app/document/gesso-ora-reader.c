/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading OpenRaster goes through the file twice: first for the texts that say what there is, then
 * for the pictures, each decoded straight into tiles as it comes by.
 */
#include "config.h"

#include "gesso-ora-private.h"

#include "gesso-png.h"
#include "gesso-zip.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_STACK_BYTES ((gsize) 16 << 20)
#define MAX_DOCUMENT_BYTES ((gsize) 64 << 20)
/* Of members that we do not know, each and all; larger ones are not kept. */
#define MAX_MEMBER_BYTES ((gsize) 64 << 20)
#define MAX_MEMBERS_BYTES ((gsize) 256 << 20)

/* ---- The texts ------------------------------------------------------------------------------ */

static gboolean
check_mimetype (GFile *file, GBytes *mimetype, GBytes *stack, GError **error)
{
  g_autofree char *name = g_file_get_basename (file);
  gsize n_bytes = 0;
  const char *bytes = mimetype ? g_bytes_get_data (mimetype, &n_bytes) : NULL;

  if (stack && (mimetype == NULL || (n_bytes >= strlen (GESSO_ORA_MIMETYPE) &&
                                     memcmp (bytes, GESSO_ORA_MIMETYPE,
                                             strlen (GESSO_ORA_MIMETYPE)) == 0)))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               /* Translators: the name of a file */
               _("“%s” is not an OpenRaster picture: choose an .ora file."), name);
  return FALSE;
}

static gboolean
read_texts (GFile *file, GBytes **stack, GBytes **document, GError **error)
{
  g_autoptr (GessoZipReader) zip = gesso_zip_reader_new (file, error);
  g_autoptr (GBytes) mimetype = NULL;
  g_autoptr (GError) why = NULL;
  const char *name;

  if (zip == NULL)
    return FALSE;

  while ((name = gesso_zip_reader_next (zip, &why)))
    {
      GBytes **text = NULL;
      gsize max = 1024;

      if (g_str_equal (name, "mimetype"))
        text = &mimetype;
      else if (g_str_equal (name, "stack.xml"))
        {
          text = stack;
          max = MAX_STACK_BYTES;
        }
      else if (g_str_equal (name, GESSO_ORA_DOCUMENT))
        {
          text = document;
          max = MAX_DOCUMENT_BYTES;
        }
      if (text)
        {
          *text = gesso_zip_reader_read_all (zip, max, error);
          if (*text == NULL)
            return FALSE;
        }
    }
  if (why)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }

  return check_mimetype (file, mimetype, *stack, error);
}

/* ---- The pictures --------------------------------------------------------------------------- */

/* The first of those that want it is read; further ones share its tiles. */
static gboolean
read_planes (GessoZipReader *zip,
             const char     *name,
             GPtrArray      *planes,
             guint64        *max_pixels,
             gboolean       *wanted,
             GError        **error)
{
  GessoOraPlane *first = NULL;

  *wanted = FALSE;
  for (guint i = 0; i < planes->len; i++)
    {
      GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (plane->tiles || !g_str_equal (plane->src, name))
        continue;
      *wanted = TRUE;
      if (first == NULL)
        {
          int x = plane->candidate >= 0 ? plane->x : plane->x - plane->offset_x;
          int y = plane->candidate >= 0 ? plane->y : plane->y - plane->offset_y;

          plane->tiles = gesso_png_read (gesso_zip_reader_read, zip, name, plane->n_channels, x, y,
                                         max_pixels, NULL, error);
          if (plane->tiles == NULL)
            return FALSE;
          first = plane;
        }
      else if (plane->n_channels == first->n_channels && plane->layer && first->layer)
        {
          plane->tiles = gesso_tiles_ref (first->tiles);
          plane->offset_x = plane->x - (first->x - first->offset_x);
          plane->offset_y = plane->y - (first->y - first->offset_y);
        }
    }

  return TRUE;
}

/* What we write ourselves is not kept. */
static gboolean
is_ours (const char *name)
{
  return g_str_equal (name, "mimetype") || g_str_equal (name, "stack.xml") ||
         g_str_equal (name, "mergedimage.png") || g_str_has_prefix (name, "Thumbnails/") ||
         g_str_has_prefix (name, "gesso/");
}

static gboolean
keep_member (GessoZipReader *zip,
             const char     *name,
             GessoSnapshot  *snapshot,
             gsize          *n_kept,
             GError        **error)
{
  g_autoptr (GError) why = NULL;
  GBytes *bytes = gesso_zip_reader_read_all (zip, MIN (MAX_MEMBER_BYTES, MAX_MEMBERS_BYTES - *n_kept),
                                             &why);

  if (bytes)
    {
      *n_kept += g_bytes_get_size (bytes);
      if (snapshot->members == NULL)
        snapshot->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                   (GDestroyNotify) g_bytes_unref);
      g_hash_table_insert (snapshot->members, g_strdup (name), bytes);
    }
  else if (!g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_pictures (GFile         *file,
               GessoSnapshot *snapshot,
               GPtrArray     *planes,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr (GessoZipReader) zip = gesso_zip_reader_new (file, error);
  g_autoptr (GError) why = NULL;
  guint64 max_pixels = GESSO_MAX_TOTAL_PIXELS;
  gsize n_kept = 0;
  const char *name;

  if (zip == NULL)
    return FALSE;

  while ((name = gesso_zip_reader_next (zip, &why)))
    {
      gboolean wanted;

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !read_planes (zip, name, planes, &max_pixels, &wanted, error) ||
          (!wanted && !is_ours (name) && !keep_member (zip, name, snapshot, &n_kept, error)))
        return FALSE;
    }
  if (why)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }

  return TRUE;
}

/* ---- The snapshot --------------------------------------------------------------------------- */

static void
add_layer (GessoSnapshot *snapshot, GessoOraPlane *plane, guint64 *active)
{
  GessoLayerState *layer = g_steal_pointer (&plane->layer);

  gesso_tiles_unref (layer->tiles);
  layer->tiles = gesso_tiles_ref (plane->tiles);
  layer->x = plane->offset_x;
  layer->y = plane->offset_y;
  g_ptr_array_add (snapshot->layers, layer);
  if (plane->selected)
    *active = layer->id;
}

static void
add_candidate (GessoSnapshot *snapshot, GessoOraPlane *plane)
{
  const GdkRectangle area = { plane->offset_x, plane->offset_y, plane->width, plane->height };

  g_ptr_array_add (snapshot->candidates, gesso_candidate_new (plane->tiles, &area, plane->recipe));
}

/* Layers that brought no id get the next free ones. */
static void
give_ids (GPtrArray *planes)
{
  guint64 last = 0;

  for (guint i = 0; i < planes->len; i++)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (plane->layer)
        last = MAX (last, plane->layer->id);
    }
  for (guint i = planes->len; i > 0; i--)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i - 1);

      if (plane->layer && plane->layer->id == 0)
        plane->layer->id = ++last;
    }
}

static gboolean
assemble (GessoSnapshot *snapshot, GPtrArray *planes, GError **error)
{
  guint64 active = 0;

  give_ids (planes);
  for (guint i = 0; i < planes->len; i++)
    {
      GessoOraPlane *plane = g_ptr_array_index (planes, i);

      if (plane->tiles == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       /* Translators: a file's name inside of the picture's file */
                       _("The picture lacks its layer “%s”: use another copy of the file."),
                       plane->src);
          return FALSE;
        }
      if (plane->layer)
        add_layer (snapshot, plane, &active);
      else if (plane->candidate >= 0)
        add_candidate (snapshot, plane);
      else if (plane->is_selection && gesso_tiles_count (plane->tiles))
        snapshot->selection = gesso_tiles_ref (plane->tiles);
    }
  if (active)
    snapshot->active = active;

  return TRUE;
}

GessoSnapshot *
gesso_ora_load (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_snapshot_new (1, 1);
  g_autoptr (GPtrArray) planes = g_ptr_array_new_with_free_func (gesso_ora_plane_free);
  g_autoptr (GBytes) stack = NULL;
  g_autoptr (GBytes) document = NULL;

  if (!read_texts (file, &stack, &document, error) ||
      !gesso_ora_stack_parse (stack, snapshot, planes, error))
    return NULL;
  if (document)
    gesso_ora_extras_parse (document, snapshot, planes);
  if (!read_pictures (file, snapshot, planes, cancellable, error) ||
      !assemble (snapshot, planes, error))
    return NULL;

  return g_steal_pointer (&snapshot);
}

/* ---- On a thread ---------------------------------------------------------------------------- */

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GessoSnapshot *snapshot = gesso_ora_load (data, cancellable, &error);

  if (snapshot)
    g_task_return_pointer (task, snapshot, (GDestroyNotify) gesso_snapshot_unref);
  else
    g_task_return_error (task, error);
}

void
gesso_ora_load_async (GFile              *file,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_ora_load_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, load_in_thread);
}

GessoSnapshot *
gesso_ora_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
