/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GGUF files are read as they were written, and damaged ones refused. */
#include "io/gguf.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>

static float matrix[2 * 64]; /* (2, 64) */

static guint8 in_blocks[8 * 34];

static gconstpointer
own_data (const GsStoredTensor *tensor, gpointer user_data, GError **error)
{
  return tensor->data;
}

static GBytes *
make_file (void)
{
  const GsStoredTensor tensors[] = {
    { .name = "matrix", .dtype = GS_DTYPE_F32, .n_dims = 2, .shape = { 2, 64 }, .data = matrix,
      .n_bytes = sizeof matrix },
    { .name = "kernel", .dtype = GS_DTYPE_Q8_0, .n_dims = 4, .shape = { 4, 8, 2, 2 },
      .data = in_blocks, .n_bytes = 4 * 34 },
    { .name = "rows", .dtype = GS_DTYPE_Q8_0, .n_dims = 2, .shape = { 2, 64 },
      .data = in_blocks, .n_bytes = 4 * 34 },
  };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *folder = g_dir_make_tmp ("gesso-gguf-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.gguf", NULL);
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (matrix); i++)
    matrix[i] = (float) i;
  for (guint i = 0; i < sizeof in_blocks; i++)
    in_blocks[i] = (guint8) (i % 34 == 1 ? 0x2c : i * 7);
  g_hash_table_insert (metadata, "general.architecture", "sd1");
  gs_gguf_write_from (path, tensors, G_N_ELEMENTS (tensors), metadata, own_data, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &n, &error));
  g_unlink (path);
  g_rmdir (folder);
  return g_bytes_new_take (contents, n);
}

static void
test_round_trip (void)
{
  g_autoptr (GBytes) bytes = make_file ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open_bytes (bytes, "x", &error);
  const GsStoredTensor *tensor;

  g_assert_no_error (error);
  g_assert_cmpstr (gs_tensor_file_format (file), ==, "GGUF");
  g_assert_cmpstr (g_hash_table_lookup (gs_tensor_file_metadata (file), "general.architecture"), ==,
                   "sd1");
  g_assert_cmpuint (gs_tensor_file_n_tensors (file), ==, 3);
  tensor = gs_tensor_file_find (file, "matrix");
  g_assert_true (gs_stored_tensor_has_shape (tensor, 2, (const guint64[]) { 2, 64 }));
  g_assert_cmpmem (tensor->data, tensor->n_bytes, matrix, sizeof matrix);
  tensor = gs_tensor_file_find (file, "kernel");
  g_assert_true (gs_stored_tensor_has_shape (tensor, 4, (const guint64[]) { 4, 8, 2, 2 }));
  g_assert_cmpint (tensor->dtype, ==, GS_DTYPE_Q8_0);
  g_assert_cmpmem (tensor->data, tensor->n_bytes, in_blocks, 4 * 34);
  tensor = gs_tensor_file_find (file, "rows");
  g_assert_true (gs_stored_tensor_has_shape (tensor, 2, (const guint64[]) { 2, 64 }));
}

static void
test_can_hold (void)
{
  static const GsStoredTensor whole = { .n_dims = 2, .shape = { 3, 64 } };
  static const GsStoredTensor behind = { .n_dims = 4, .shape = { 4, 8, 2, 2 } };
  static const GsStoredTensor none = { .n_dims = 2, .shape = { 64, 3 } };
  static const GsStoredTensor vector = { .n_dims = 1, .shape = { 64 } };

  g_assert_true (gs_gguf_can_hold (&whole, GS_DTYPE_Q8_0));
  g_assert_true (gs_gguf_can_hold (&behind, GS_DTYPE_Q8_0));
  g_assert_false (gs_gguf_can_hold (&none, GS_DTYPE_Q8_0));
  g_assert_false (gs_gguf_can_hold (&vector, GS_DTYPE_Q8_0));
  g_assert_false (gs_gguf_can_hold (&whole, GS_DTYPE_Q4_K));
}

static GsTensorFile *
open_changed (GBytes *bytes, gsize place, gconstpointer with, gsize n, GError **error)
{
  guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GBytes) changed = g_bytes_new_take (copy, g_bytes_get_size (bytes));

  memcpy (copy + place, with, n);
  return gs_tensor_file_open_bytes (changed, "x", error);
}

/* Where "matrix" begins its description, behind its name's length. */
static gsize
find_matrix (GBytes *bytes)
{
  return (const guint8 *) memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "matrix",
                                  6)
         - (const guint8 *) g_bytes_get_data (bytes, NULL);
}

static void
test_bad (void)
{
  g_autoptr (GBytes) bytes = make_file ();
  const gsize at = find_matrix (bytes);
  const struct
  {
    gsize place, n;
    const char *with;
    int code;
    const char *says;
  } changes[] = {
    { 4, 4, "\1\0\0\0", GS_ERROR_UNSUPPORTED, "version 1" },
    { 4, 4, "\0\0\0\3", GS_ERROR_UNSUPPORTED, "version" },
    { 8, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", GS_ERROR_BAD_FILE, "header" },
    { 16, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", GS_ERROR_BAD_FILE, "header" },
    { 24, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", GS_ERROR_BAD_FILE, "longer than the file" },
    { at, 6, "kernel", GS_ERROR_BAD_FILE, "twice" },
    { at + 6, 4, "\5\0\0\0", GS_ERROR_BAD_FILE, "too many dimensions" },
    { at + 10, 8, "\0\0\0\0\0\0\0\x80", GS_ERROR_BAD_FILE, "size that cannot be" },
    { at + 10, 8, "\0\0\0\0\0\0\1\0", GS_ERROR_BAD_FILE, "matrix" },
    { at + 26, 4, "\x10\0\0\0", GS_ERROR_UNSUPPORTED, "quantised" },
    { at + 30, 8, "\1\0\0\0\0\0\0\0", GS_ERROR_BAD_FILE, "matrix" },
    { at + 30, 8, "\x20\0\0\0\0\0\0\0", GS_ERROR_BAD_FILE, "overlaps" },
    { at + 30, 8, "\0\0\0\0\1\0\0\0", GS_ERROR_BAD_FILE, "matrix" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_changed (bytes, changes[i].place, changes[i].with, changes[i].n, &error));
      g_assert_error (error, GS_ERROR, changes[i].code);
      if (strstr (error->message, changes[i].says) == NULL)
        g_error ("case %u: “%s” does not say “%s”", i, error->message, changes[i].says);
    }
}

/* Cut short anywhere, and with any byte changed: an error, or tensors that can be read. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) bytes = make_file ();
  const guint8 *all = g_bytes_get_data (bytes, NULL);
  const gsize n = g_bytes_get_size (bytes), padding = 24;

  for (gsize i = 0; i + padding < n; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, i);

      g_assert_null (gs_tensor_file_open_bytes (part, "x", NULL));
    }
  for (gsize i = 0; i < 255 * n; i++)
    {
      const guint8 value = (guint8) (all[i / 255] + 1 + i % 255);
      g_autoptr (GsTensorFile) file = open_changed (bytes, i / 255, &value, 1, NULL);

      for (guint k = 0; file != NULL && k < gs_tensor_file_n_tensors (file); k++)
        gs_stored_tensor_is_finite (gs_tensor_file_tensor (file, k));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gguf/round-trip", test_round_trip);
  g_test_add_func ("/gguf/can-hold", test_can_hold);
  g_test_add_func ("/gguf/bad", test_bad);
  g_test_add_func ("/gguf/damaged", test_damaged);
  return g_test_run ();
}
