/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights are packed out of a file as out of memory, in parts as at once, and a file that is cut off
 * meanwhile is an error. */
#include "base/mapped-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "ops/matmul-private.h"
#include "tensor/weights.h"

#define HEADER 6 /* bytes of something else in front: data of files stand at any even place */

static char *path;

/* A file of random numbers that are finite in all types. */
static GBytes *
make_file (gsize n_bytes, GsMappedFile **file)
{
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  g_autoptr (GError) error = NULL;
  GBytes *mapped;
  guint32 seed = 7;

  for (gsize i = 0; i < n_bytes; i++)
    bytes[i] = (guint8) ((seed = seed * 1664525 + 1013904223) >> 24) & 0xb7;
  g_assert_true (g_file_set_contents (path, (const char *) bytes, n_bytes, NULL));
  mapped = gs_mapped_file_new (path, file, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (mapped, NULL), g_bytes_get_size (mapped), bytes, n_bytes);
  return mapped;
}

static guint8 *
pack (const GsLayout *layout, const GsHostTensor *tensor, GsDtype dtype, gsize *n_bytes)
{
  guint8 *to;

  *n_bytes = layout->bytes (tensor->dims, tensor->n_dims, dtype);
  to = g_malloc0 (*n_bytes);
  g_assert_true (layout->pack (tensor, dtype, to));
  return to;
}

/* Three of its first dimension, packed one after the other. */
static void
check_parts (const GsLayout *layout, const GsHostTensor *whole, GsDtype dtype, const guint8 *expected,
             gsize n_expected)
{
  GsHostTensor part = *whole;
  const gsize stored = gs_host_tensor_n_elements (whole) / 3 / gs_dtype_block (whole->dtype)
                       * gs_dtype_bytes (whole->dtype);
  gsize n_bytes, done = 0;

  part.dims[0] /= 3;
  for (guint i = 0; i < 3; i++, done += n_bytes)
    {
      g_autofree guint8 *packed = NULL;

      part.data = (const guint8 *) whole->data + i * stored;
      packed = pack (layout, &part, dtype, &n_bytes);
      g_assert_cmpmem (packed, n_bytes, expected + done, n_bytes);
    }
  g_assert_cmpuint (done, ==, n_expected);
}

static void
check_layout (const GsLayout *layout, GsDtype stored, GsDtype dtype, const guint64 *dims, guint n_dims)
{
  GsHostTensor tensor = { .dtype = stored, .n_dims = n_dims };
  gsize n_bytes, n_packed, n_read;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree guint8 *copy = NULL, *packed = NULL, *read = NULL;
  GsMappedFile *file;

  memcpy (tensor.dims, dims, n_dims * sizeof *dims);
  n_bytes = gs_host_tensor_n_elements (&tensor) / gs_dtype_block (stored) * gs_dtype_bytes (stored);
  bytes = make_file (HEADER + n_bytes, &file);
  copy = g_memdup2 ((const guint8 *) g_bytes_get_data (bytes, NULL) + HEADER, n_bytes);

  tensor.data = copy;
  packed = pack (layout, &tensor, dtype, &n_packed);
  tensor.file = file; /* in whose map these data do not lie */
  read = pack (layout, &tensor, dtype, &n_read);
  g_assert_cmpmem (read, n_read, packed, n_packed);
  g_clear_pointer (&read, g_free);
  tensor.data = (const guint8 *) g_bytes_get_data (bytes, NULL) + HEADER;
  read = pack (layout, &tensor, dtype, &n_read);
  g_assert_cmpmem (read, n_read, packed, n_packed);
  if (layout->rows_apart > 0 && dims[0] % (3 * layout->rows_apart) == 0)
    check_parts (layout, &tensor, dtype, packed, n_packed);

  /* Not a signal: no page that is gone is touched. */
  g_assert_cmpint (truncate (path, HEADER + n_bytes - 1), ==, 0);
  g_assert_false (layout->pack (&tensor, dtype, read));
  g_unlink (path);
}

static void
test_layouts (void)
{
  static const guint64 small[] = { 48, 32 }, taps[] = { 96, 64, 3, 3 }, odd[] = { 35, 13, 3, 3 };
  static const guint64 large[] = { 768, 1024 };
  static const struct
  {
    const GsLayout *layout;
    GsDtype stored, dtype;
  } rows[] = {
    { &gs_layout_matmul, GS_DTYPE_F16, GS_DTYPE_F16 },
    { &gs_layout_matmul, GS_DTYPE_F32, GS_DTYPE_F16 },
    { &gs_layout_matmul, GS_DTYPE_BF16, GS_DTYPE_F32 },
    { &gs_layout_rows, GS_DTYPE_F16, GS_DTYPE_F16 },
    { &gs_layout_rows, GS_DTYPE_F64, GS_DTYPE_F16 },
    { &gs_layout_vector, GS_DTYPE_F16, GS_DTYPE_F32 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      check_layout (rows[i].layout, rows[i].stored, rows[i].dtype, small, 2);
      check_layout (rows[i].layout, rows[i].stored, rows[i].dtype, taps, 4);
      check_layout (rows[i].layout, rows[i].stored, rows[i].dtype, odd, 4);
      check_layout (rows[i].layout, rows[i].stored, rows[i].dtype, large, 2);
    }
  check_layout (&gs_layout_matmul, GS_DTYPE_Q8_0, GS_DTYPE_Q8_0, small, 2);
  check_layout (&gs_layout_matmul, GS_DTYPE_Q4_K, GS_DTYPE_Q4_K, large, 2);
}

static void
test_refusals (void)
{
  g_autoptr (GError) missing = NULL, folder = NULL;
  g_autoptr (GBytes) empty = NULL;
  GsMappedFile *file;

  g_assert_null (gs_mapped_file_new (path, &file, &missing));
  g_assert_error (missing, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_null (gs_mapped_file_new ("/", &file, &folder));
  g_assert_nonnull (folder);
  empty = make_file (0, &file);
  g_assert_false (gs_mapped_file_holds (file, "x", 1));
  g_assert_false (gs_mapped_file_holds (NULL, "x", 1));
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-XXXXXX", NULL);
  int result;

  path = g_build_filename (folder, "weights", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mapped-file/layouts", test_layouts);
  g_test_add_func ("/mapped-file/refusals", test_refusals);
  result = g_test_run ();
  g_rmdir (folder);
  g_free (path);
  return result;
}
