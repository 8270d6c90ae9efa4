/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over a folder: the index is a variant of (name, modified, bytes, parameters). */
#include "config.h"

#include "gesso-gallery-index.h"

#include "gallery/gesso-gallery-item.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#define INDEX_TYPE "a(sxts)"
#define MAX_TEXT_BYTES (1 << 20) /* of one text of a file that may be anybody's */

/* ---- PNG ------------------------------------------------------------------------------------ */

static void
on_png_error (png_structp png, png_const_charp message)
{
  png_longjmp (png, 1);
}

static void
on_png_warning (png_structp png, png_const_charp message)
{
}

/* All that stands before the pixels. text: out; kept on the heap for longjmp(). */
static gboolean
read_text (FILE *file, png_structp png, png_infop info, char **text)
{
  png_textp texts = NULL;
  int n_texts = 0;

  if (setjmp (png_jmpbuf (png)))
    return FALSE;

  png_init_io (png, file);
  png_set_chunk_malloc_max (png, MAX_TEXT_BYTES);
  png_read_info (png, info);
  png_get_text (png, info, &texts, &n_texts);
  for (int i = 0; i < n_texts && *text == NULL; i++)
    if (strcmp (texts[i].key, "parameters") == 0 && texts[i].text)
      {
        /* Latin-1 by the standard, UTF-8 as it is written. */
        if (g_utf8_validate (texts[i].text, -1, NULL))
          *text = g_strdup (texts[i].text);
        else
          *text = g_convert (texts[i].text, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
      }

  return TRUE;
}

char *
gesso_gallery_index_read_parameters (const char *path)
{
  FILE *file = fopen (path, "rbe");
  png_structp png;
  png_infop info;
  char *text = NULL;

  if (file == NULL)
    return NULL;

  png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, on_png_error, on_png_warning);
  info = png_create_info_struct (png);
  read_text (file, png, info, &text);
  png_destroy_read_struct (&png, &info, NULL);
  fclose (file);

  return text;
}

/* ---- The index ------------------------------------------------------------------------------ */

/* Of name -> (modified, bytes, parameters) as a child of the index. */
static GHashTable *
load_index (const char *path)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                        (GDestroyNotify) g_variant_unref);
  g_autofree char *contents = NULL;
  g_autoptr (GVariant) index = NULL;
  GVariantIter iter;
  GVariant *entry;
  gsize n_bytes;

  if (!g_file_get_contents (path, &contents, &n_bytes, NULL))
    return g_steal_pointer (&known);

  index = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (INDEX_TYPE), contents, n_bytes,
                                                       FALSE, g_free, contents));
  (void) g_steal_pointer (&contents);
  g_variant_iter_init (&iter, index);
  while ((entry = g_variant_iter_next_value (&iter)))
    {
      const char *name;

      g_variant_get_child (entry, 0, "&s", &name);
      g_hash_table_insert (known, g_strdup (name), entry);
    }

  return g_steal_pointer (&known);
}

static void
save_index (const char *path, GVariant *index)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  /* Without it the next start reads the files again. */
  g_file_set_contents (path, g_variant_get_data (index), (gssize) g_variant_get_size (index), NULL);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  GessoGalleryItem *first = *(GessoGalleryItem *const *) a, *second = *(GessoGalleryItem *const *) b;
  gint64 t1 = gesso_gallery_item_get_time (first), t2 = gesso_gallery_item_get_time (second);

  if (t1 != t2)
    return t1 > t2 ? -1 : 1;
  return -strcmp (gesso_gallery_item_get_path (first), gesso_gallery_item_get_path (second));
}

/* What the index knows of an unchanged file, else what the file says; "" for nothing. */
static char *
find_parameters (GHashTable *known, const char *path, const char *name, gint64 modified, guint64 size)
{
  GVariant *entry = g_hash_table_lookup (known, name);
  char *parameters;

  if (entry)
    {
      const char *text;
      gint64 then;
      guint64 size_then;

      g_variant_get (entry, "(&sxt&s)", NULL, &then, &size_then, &text);
      if (then == modified && size_then == size)
        return g_strdup (text);
    }

  parameters = gesso_gallery_index_read_parameters (path);
  return parameters ? parameters : g_strdup ("");
}

GPtrArray *
gesso_gallery_index_read (const char   *folder,
                          const char   *index,
                          GCancellable *cancellable,
                          GError      **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GFile) directory = g_file_new_for_path (folder);
  g_autoptr (GFileEnumerator) files = NULL;
  g_autoptr (GHashTable) known = load_index (index);
  g_autoptr (GVariant) written = NULL;
  g_autoptr (GError) own_error = NULL;
  GVariantBuilder builder;

  files = g_file_enumerate_children (directory,
                                     G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                                     "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                     G_FILE_QUERY_INFO_NONE, cancellable, &own_error);
  if (files == NULL && g_error_matches (own_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_steal_pointer (&items);

  g_variant_builder_init (&builder, G_VARIANT_TYPE (INDEX_TYPE));
  while (files && own_error == NULL)
    {
      g_autoptr (GFileInfo) info = g_file_enumerator_next_file (files, cancellable, &own_error);
      g_autofree char *path = NULL, *parameters = NULL;
      g_autoptr (GDateTime) modified = NULL;
      const char *name;
      gint64 time;

      if (info == NULL)
        break;
      name = g_file_info_get_name (info);
      if (!g_str_has_suffix (name, ".png") || *name == '.')
        continue;

      path = g_build_filename (folder, name, NULL);
      modified = g_file_info_get_modification_date_time (info);
      time = modified ? g_date_time_to_unix (modified) : 0;
      parameters = find_parameters (known, path, name, time, (guint64) g_file_info_get_size (info));
      g_ptr_array_add (items, gesso_gallery_item_new (path, parameters, time));
      if (g_utf8_validate (name, -1, NULL))
        g_variant_builder_add (&builder, "(sxts)", name, time, (guint64) g_file_info_get_size (info),
                               parameters);
    }
  written = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (own_error)
    {
      g_propagate_error (error, g_steal_pointer (&own_error));
      return NULL;
    }

  save_index (index, written);
  g_ptr_array_sort (items, compare_times);
  return g_steal_pointer (&items);
}
