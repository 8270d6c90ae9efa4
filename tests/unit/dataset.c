/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of captioned pictures: what counts, what is cut, what is left out. */
#include "train/dataset.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_text (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Columns from black to white, the upper half red. */
static void
write_picture (const char *name, guint width, guint height)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GsImage) image = gs_image_new (width, height, 3);
  g_autoptr (GError) error = NULL;

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + 3 * ((gsize) y * width + x);

        pixel[0] = y < height / 2 ? 255 : 0;
        pixel[1] = pixel[2] = x * 255 / (width - 1);
      }
  gs_image_save_png (image, path, NULL, &error);
  g_assert_no_error (error);
}

static void
make_folder (const char *name)
{
  g_autofree char *path = path_of (name);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static GsDataset *
open_folder (void)
{
  g_autoptr (GError) error = NULL;
  GsDataset *dataset = gs_dataset_open (folder, 128, TRUE, &error);

  g_assert_no_error (error);
  return dataset;
}

static const GsDatasetItem *
item (const GsDataset *dataset, guint i)
{
  g_assert_cmpuint (i, <, dataset->items->len);
  return dataset->items->pdata[i];
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_all (child);
      g_remove (child);
    }
}

static void
test_kohya (void)
{
  g_autoptr (GsDataset) dataset = NULL;
  const char *left_out;

  write_picture ("b.png", 200, 100);
  write_text ("b.txt", "  a boat,\n at sea\n");
  write_picture ("a.PNG", 100, 100);
  write_text ("notes.txt", "of no picture");
  write_text ("broken.png", "no picture");
  make_folder ("3_red dog");
  write_picture ("3_red dog/x.png", 90, 160);
  write_picture ("3_red dog/y.png", 100, 100);
  write_text ("3_red dog/y.caption", "a dog of its own");
  make_folder ("other");
  write_picture ("other/z.png", 10, 10);

  dataset = open_folder ();
  g_assert_cmpuint (dataset->items->len, ==, 4);
  g_assert_cmpuint (dataset->n_draws, ==, 3 + 3 + 1 + 1);
  g_assert_cmpstr (item (dataset, 0)->caption, ==, "red dog");
  g_assert_cmpuint (item (dataset, 0)->repeats, ==, 3);
  g_assert_cmpstr (item (dataset, 1)->caption, ==, "a dog of its own");
  g_assert_null (item (dataset, 2)->caption); /* a.PNG */
  g_assert_cmpstr (item (dataset, 3)->caption, ==, "a boat,  at sea");
  g_assert_cmpuint (gs_dataset_item_of (dataset, 2), ==, 0);
  g_assert_cmpuint (gs_dataset_item_of (dataset, 3), ==, 1);
  g_assert_cmpuint (gs_dataset_item_of (dataset, 6), ==, 2);
  g_assert_cmpuint (gs_dataset_item_of (dataset, 7), ==, 3);
  g_assert_cmpuint (dataset->broken->len, ==, 1);
  left_out = dataset->broken->pdata[0];
  g_assert_nonnull (strstr (left_out, "broken.png"));
}

/* What is computed from a picture depends on what it is and how it is cut, not on what it is called. */
static void
test_keys (void)
{
  g_autoptr (GsDataset) before = NULL, after = NULL, changed = NULL;
  g_autofree char *from = path_of ("one.png"), *to = path_of ("renamed.png");
  g_autofree char *hash_before = NULL, *hash_after = NULL, *hash_changed = NULL;

  write_picture ("one.png", 100, 100);
  write_picture ("two.png", 100, 50);
  before = open_folder ();
  hash_before = gs_dataset_hash (before);
  g_assert_cmpstr (item (before, 0)->key, !=, item (before, 1)->key);
  g_assert_cmpint (g_rename (from, to), ==, 0);
  after = open_folder ();
  hash_after = gs_dataset_hash (after);
  g_assert_cmpstr (item (before, 0)->key, ==, item (after, 0)->key);
  g_assert_cmpstr (hash_before, ==, hash_after);
  write_text ("two.txt", "a caption");
  changed = open_folder ();
  hash_changed = gs_dataset_hash (changed);
  g_assert_cmpstr (hash_after, !=, hash_changed);
}

static void
test_crop (void)
{
  double x, y, width, height;

  gs_dataset_crop (200, 100, (GsBucket) { 64, 64 }, &x, &y, &width, &height);
  g_assert_cmpfloat (x, ==, 50);
  g_assert_cmpfloat (y, ==, 0);
  g_assert_cmpfloat (width, ==, 100);
  g_assert_cmpfloat (height, ==, 100);
  gs_dataset_crop (100, 200, (GsBucket) { 128, 64 }, &x, &y, &width, &height);
  g_assert_cmpfloat (x, ==, 0);
  g_assert_cmpfloat (y, ==, 75);
  g_assert_cmpfloat (width, ==, 100);
  g_assert_cmpfloat (height, ==, 50);
}

/* Of a picture twice as wide as its bucket the middle is seen, and mirrored the other way round. */
static void
test_read (void)
{
  g_autoptr (GsDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *plain = NULL, *flipped = NULL, *gone = NULL;
  const GsDatasetItem *wide;
  g_autofree char *path = path_of ("wide.png");
  guint32 w, h;

  write_picture ("wide.png", 512, 128);
  dataset = open_folder ();
  wide = item (dataset, 0);
  w = wide->bucket.width;
  h = wide->bucket.height;
  g_assert_cmpuint (w, ==, 256); /* the widest that there is */
  g_assert_cmpuint (h, ==, 64);
  plain = gs_dataset_read (wide, FALSE, &error);
  g_assert_no_error (error);
  flipped = gs_dataset_read (wide, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (plain[(h / 4) * w + w / 2], 1, 0.02);      /* red above */
  g_assert_cmpfloat_with_epsilon (plain[(3 * h / 4) * w + w / 2], -1, 0.02); /* none below */
  g_assert_cmpfloat_with_epsilon (plain[h * w], -1, 0.03);                   /* green from black ... */
  g_assert_cmpfloat_with_epsilon (plain[h * w + w - 1], 1, 0.03);            /* ... to white */
  for (guint32 i = 0; i < w; i++)
    g_assert_cmpfloat (plain[h * w + i], ==, flipped[h * w + w - 1 - i]);
  g_assert_cmpint (g_unlink (path), ==, 0);
  gone = gs_dataset_read (wide, FALSE, &error);
  g_assert_null (gone);
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

static void
test_nothing (void)
{
  g_autofree char *none = path_of ("none");
  g_autoptr (GError) absent = NULL, empty = NULL, broken = NULL;

  g_assert_null (gs_dataset_open (none, 128, TRUE, &absent));
  g_assert_error (absent, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_null (gs_dataset_open (folder, 128, TRUE, &empty));
  g_assert_error (empty, GS_ERROR, GS_ERROR_BAD_FILE);
  write_text ("bad.png", "nonsense");
  g_assert_null (gs_dataset_open (folder, 128, TRUE, &broken));
  g_assert_error (broken, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (broken->message, "bad.png"));
}

static void
test_buckets (void)
{
  const guint32 resolutions[] = { 64, 128, 512, 768 };

  for (guint r = 0; r < G_N_ELEMENTS (resolutions); r++)
    {
      const guint32 resolution = resolutions[r];
      g_autoptr (GArray) all = gs_buckets_new (resolution, TRUE);
      g_autoptr (GArray) square = gs_buckets_new (resolution, FALSE);
      GsBucket chosen;

      g_assert_cmpuint (square->len, ==, 1);
      g_assert_cmpuint (all->len, >, 6);
      for (guint i = 0; i < all->len; i++)
        {
          const GsBucket bucket = g_array_index (all, GsBucket, i);

          g_assert_cmpuint (bucket.width % 8 + bucket.height % 8, ==, 0);
          g_assert_cmpuint (bucket.width * bucket.height, <=, resolution * resolution);
          g_assert_cmpuint (MIN (bucket.width, bucket.height), >=, resolution / 2);
        }
      chosen = gs_buckets_choose (all, 1000, 1001);
      g_assert_cmpuint (chosen.width, ==, resolution);
      g_assert_cmpuint (chosen.height, ==, resolution);
      chosen = gs_buckets_choose (all, 300, 100);
      g_assert_cmpuint (chosen.width, >, 2 * chosen.height);
      chosen = gs_buckets_choose (all, 100, 300);
      g_assert_cmpuint (chosen.height, >, 2 * chosen.width);
    }
}

static void
in_folder (gconstpointer test)
{
  folder = g_dir_make_tmp ("gesso-dataset-XXXXXX", NULL);
  ((GTestFunc) (gpointer) test) ();
  remove_all (folder);
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset/buckets", test_buckets);
  g_test_add_func ("/dataset/crop", test_crop);
  g_test_add_data_func ("/dataset/kohya", (gconstpointer) test_kohya, in_folder);
  g_test_add_data_func ("/dataset/keys", (gconstpointer) test_keys, in_folder);
  g_test_add_data_func ("/dataset/read", (gconstpointer) test_read, in_folder);
  g_test_add_data_func ("/dataset/nothing", (gconstpointer) test_nothing, in_folder);
  return g_test_run ();
}
