/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of captioned pictures. */
#include "train/dataset.h"

#include "base/error.h"

#include <string.h>

#define MAX_CAPTION_BYTES 65536
#define MAX_REPEATS 10000
#define MAX_PICTURES 1000000

static void
item_free (gpointer data)
{
  GsDatasetItem *item = data;

  g_free (item->path);
  g_free (item->caption);
  g_free (item->key);
  g_free (item);
}

void
gs_dataset_free (GsDataset *dataset)
{
  if (dataset == NULL)
    return;
  g_free (dataset->folder);
  g_ptr_array_unref (dataset->items);
  g_ptr_array_unref (dataset->broken);
  g_free (dataset);
}

static gboolean
is_picture (const char *name)
{
  static const char *const endings[] = { ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif",
                                         ".tiff", ".avif", ".jxl" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Names in a folder, sorted; NULL with an error. */
static GPtrArray *
list_folder (const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  GPtrArray *names;
  const char *name;

  if (dir == NULL)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "The pictures' folder %s cannot be read: %s; choose another folder", shown,
                   failure->message);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* One line of text, or NULL. */
static char *
read_caption_file (const char *path)
{
  g_autofree char *text = NULL, *valid = NULL;
  gsize n;

  if (!g_file_get_contents (path, &text, &n, NULL))
    return NULL;
  valid = g_utf8_make_valid (text, MIN (n, MAX_CAPTION_BYTES));
  return g_strdup (g_strstrip (g_strdelimit (valid, "\r\n\t", ' ')));
}

static char *
read_caption (const char *path)
{
  static const char *const endings[] = { ".txt", ".caption" };
  const char *dot = strrchr (path, '.');

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *stem = g_strndup (path, dot - path);
      g_autofree char *beside = g_strconcat (stem, endings[i], NULL);
      char *caption = read_caption_file (beside);

      if (caption != NULL)
        return caption;
    }
  return NULL;
}

static char *
make_key (const char *bytes, gsize n, GsBucket bucket)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *size = g_strdup_printf ("%ux%u centre", bucket.width, bucket.height);

  g_checksum_update (checksum, (const guchar *) bytes, (gssize) n);
  g_checksum_update (checksum, (const guchar *) size, -1);
  return g_strdup (g_checksum_get_string (checksum));
}

/* FALSE with the reason. */
static gboolean
add_picture (GsDataset *dataset, const GArray *buckets, const char *path, guint repeats,
             const char *caption, GError **error)
{
  g_autoptr (GsImage) image = NULL;
  g_autofree char *bytes = NULL;
  GsDatasetItem *item;
  gsize n;

  if (!g_file_get_contents (path, &bytes, &n, error))
    return FALSE;
  image = gs_image_load (path, error);
  if (image == NULL)
    return FALSE;
  item = g_new0 (GsDatasetItem, 1);
  item->path = g_strdup (path);
  item->caption = read_caption (path);
  if (item->caption == NULL)
    item->caption = g_strdup (caption);
  item->width = image->width;
  item->height = image->height;
  item->bucket = gs_buckets_choose (buckets, image->width, image->height);
  item->repeats = repeats;
  item->key = make_key (bytes, n, item->bucket);
  dataset->n_draws += repeats;
  g_ptr_array_add (dataset->items, item);
  return TRUE;
}

/* "10_red dog": 10 and "red dog". */
static gboolean
is_subset (const char *name, guint *repeats, const char **caption)
{
  char *end;
  const guint64 n = g_ascii_strtoull (name, &end, 10);

  if (!g_ascii_isdigit (name[0]) || *end != '_' || n == 0 || n > MAX_REPEATS)
    return FALSE;
  *repeats = n;
  *caption = end + 1;
  return TRUE;
}

static gboolean
add_folder (GsDataset *dataset, const GArray *buckets, const char *folder, guint repeats,
            const char *caption, gboolean subsets, GError **error)
{
  g_autoptr (GPtrArray) names = list_folder (folder, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = names->pdata[i], *words;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) failure = NULL;
      guint times;

      if (subsets && is_subset (name, &times, &words) && g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (!add_folder (dataset, buckets, path, times, words[0] != '\0' ? words : NULL, FALSE,
                           error))
            return FALSE;
        }
      else if (is_picture (name) && dataset->items->len < MAX_PICTURES
               && !add_picture (dataset, buckets, path, repeats, caption, &failure))
        {
          g_autofree char *shown = g_filename_display_name (name);

          g_ptr_array_add (dataset->broken,
                           g_strdup_printf ("%s is left out: %s", shown, failure->message));
        }
    }
  return names != NULL;
}

GsDataset *
gs_dataset_open (const char *folder, guint32 resolution, gboolean buckets, GError **error)
{
  g_autoptr (GsDataset) dataset = g_new0 (GsDataset, 1);
  g_autoptr (GArray) sizes = gs_buckets_new (resolution, buckets);

  dataset->folder = g_strdup (folder);
  dataset->items = g_ptr_array_new_with_free_func (item_free);
  dataset->broken = g_ptr_array_new_with_free_func (g_free);
  if (!add_folder (dataset, sizes, folder, 1, NULL, TRUE, error))
    return NULL;
  if (dataset->items->len == 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "There is no picture in %s that can be read; put PNG files there%s%s", shown,
                   dataset->broken->len > 0 ? ". " : "",
                   dataset->broken->len > 0 ? (const char *) dataset->broken->pdata[0] : "");
      return NULL;
    }
  return g_steal_pointer (&dataset);
}

char *
gs_dataset_hash (const GsDataset *dataset)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < dataset->items->len; i++)
    {
      const GsDatasetItem *item = dataset->items->pdata[i];
      const char *caption = item->caption != NULL ? item->caption : "";

      g_checksum_update (checksum, (const guchar *) item->key, -1);
      g_checksum_update (checksum, (const guchar *) &item->repeats, sizeof item->repeats);
      g_checksum_update (checksum, (const guchar *) caption, strlen (caption) + 1);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

guint
gs_dataset_item_of (const GsDataset *dataset, guint draw)
{
  guint i = 0;

  for (; i + 1 < dataset->items->len; i++)
    {
      const GsDatasetItem *item = dataset->items->pdata[i];

      if (draw < item->repeats)
        break;
      draw -= item->repeats;
    }
  return i;
}

void
gs_dataset_crop (guint32 width, guint32 height, GsBucket bucket, double *x, double *y,
                 double *crop_width, double *crop_height)
{
  const double scale = MIN ((double) width / bucket.width, (double) height / bucket.height);

  *crop_width = bucket.width * scale;
  *crop_height = bucket.height * scale;
  *x = (width - *crop_width) / 2;
  *y = (height - *crop_height) / 2;
}

float *
gs_dataset_read (const GsDatasetItem *item, gboolean flip, GError **error)
{
  g_autoptr (GsImage) image = gs_image_load (item->path, error);
  g_autoptr (GsImage) rgb = NULL, resized = NULL;
  const guint32 width = item->bucket.width, height = item->bucket.height;
  double x, y, crop_width, crop_height;
  guint32 left, top, whole_width, whole_height;
  float *values;

  if (image == NULL)
    return NULL;
  rgb = gs_image_convert (image, 3);
  gs_dataset_crop (rgb->width, rgb->height, item->bucket, &x, &y, &crop_width, &crop_height);
  whole_width = MAX (width, (guint32) (rgb->width * (width / crop_width) + 0.5));
  whole_height = MAX (height, (guint32) (rgb->height * (height / crop_height) + 0.5));
  resized = gs_image_resize (rgb, MIN (whole_width, GS_IMAGE_MAX_SIDE),
                             MIN (whole_height, GS_IMAGE_MAX_SIDE), GS_IMAGE_LANCZOS);
  left = (resized->width - width) / 2;
  top = (resized->height - height) / 2;
  values = g_new (float, (gsize) 3 * width * height);
  for (guint32 row = 0; row < height; row++)
    for (guint32 column = 0; column < width; column++)
      for (guint c = 0; c < 3; c++)
        {
          const gsize from = (gsize) (top + row) * resized->width + left + column;
          const guint32 to = flip ? width - 1 - column : column;

          values[((gsize) c * height + row) * width + to]
            = resized->pixels[3 * from + c] / 127.5f - 1;
        }
  return values;
}
