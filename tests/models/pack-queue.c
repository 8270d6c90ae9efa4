/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of a file are there once they are settled; where the file fails meanwhile, none is taken to be. */
#include "nn/pack-queue.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "gpu/buffer.h"
#include "nn/weights.h"

#define N_WEIGHTS 9
#define ELEMENTS (96 * 64)
#define BYTES (2 * ELEMENTS)

static GsDevice *device;
static char *path, *names[N_WEIGHTS];
static guint8 numbers[N_WEIGHTS * BYTES];
static GsStoredTensor stored[N_WEIGHTS];
static const guint64 dims[] = { 96, 64 };

static const GsStoredTensor *
find (gpointer owner, const char *name)
{
  for (guint i = 0; i < N_WEIGHTS; i++)
    if (g_str_equal (names[i], name))
      return &stored[i];
  return NULL;
}

static void
write_file (void)
{
  FILE *file = fopen (path, "r+");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (numbers, 1, sizeof numbers, file), ==, sizeof numbers);
  fclose (file);
}

/* The owner of what is stored. */
static GBytes *
open_file (void)
{
  g_autoptr (GError) error = NULL;
  GsMappedFile *file;
  GBytes *bytes = gs_mapped_file_new (path, &file, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < N_WEIGHTS; i++)
    stored[i] = (GsStoredTensor) { names[i], GS_DTYPE_F16, 2, { 96, 64 },
                                   (const guint8 *) g_bytes_get_data (bytes, NULL) + i * BYTES, BYTES,
                                   file };
  return bytes;
}

/* Has all brought, and settles. */
static gboolean
bring (GsWeightStore *store, guint8 *found, GError **error)
{
  GsWeights *weights = gs_weight_store_get_weights (store);
  GsBuffer *buffers[N_WEIGHTS];
  guint64 offsets[N_WEIGHTS];

  for (guint i = 0; i < N_WEIGHTS; i++)
    if (!weights->klass->resident (weights, names[i], dims, 2, &gs_layout_rows, &buffers[i],
                                   &offsets[i], error))
      return FALSE;
  if (!weights->klass->settle (weights, error))
    return FALSE;
  for (guint i = 0; i < N_WEIGHTS; i++)
    g_assert_true (gs_buffer_read (buffers[i], offsets[i], found + i * BYTES, BYTES, NULL));
  return TRUE;
}

static void
test_store (void)
{
  g_autofree guint8 *found = g_malloc (sizeof numbers);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GsWeightStore) store = NULL;
  g_autoptr (GError) error = NULL;

  if (device == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  bytes = open_file ();
  store = gs_weight_store_new (device, GS_DTYPE_F16, gs_file_weights_new (find, NULL, NULL));
  g_assert_true (bring (store, found, &error));
  g_assert_cmpmem (found, sizeof numbers, numbers, sizeof numbers);

  gs_weight_store_evict (store, "unet");
  g_assert_cmpint (truncate (path, 4 * BYTES), ==, 0);
  g_assert_false (bring (store, found, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, names[4]));
  g_clear_error (&error);
  g_assert_false (bring (store, found, NULL)); /* nor the next time */

  write_file ();
  memset (found, 0, sizeof numbers);
  g_assert_true (bring (store, found, &error));
  g_assert_cmpmem (found, sizeof numbers, numbers, sizeof numbers);
}

/* What was not waited for is read anew by those who come later. */
static void
test_left (void)
{
  g_autofree guint8 *found = g_malloc0 (sizeof numbers);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GsWeightStore) store = NULL;
  GsWeights *weights;
  GsBuffer *buffer;
  guint64 offset;

  if (device == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  bytes = open_file ();
  store = gs_weight_store_new (device, GS_DTYPE_F16, gs_file_weights_new (find, NULL, NULL));
  weights = gs_weight_store_get_weights (store);
  g_assert_true (weights->klass->resident (weights, names[2], dims, 2, &gs_layout_rows, &buffer,
                                           &offset, NULL));
  gs_weight_store_evict (store, "unet"); /* and its place with it */
  g_assert_true (bring (store, found, NULL));
  g_assert_cmpmem (found, sizeof numbers, numbers, sizeof numbers);
  g_assert_true (weights->klass->resident (weights, names[2], dims, 2, &gs_layout_rows, &buffer,
                                           &offset, NULL));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-XXXXXX", NULL);
  int status;

  path = g_build_filename (folder, "weights", NULL);
  for (guint i = 0; i < sizeof numbers; i++)
    numbers[i] = (guint8) (i * 7 + i / 251);
  g_assert_true (g_file_set_contents (path, (const char *) numbers, sizeof numbers, NULL));
  for (guint i = 0; i < N_WEIGHTS; i++)
    names[i] = g_strdup_printf ("unet.%u.weight", i);
  g_test_init (&argc, &argv, NULL);
  device = gs_device_new (NULL, NULL, NULL);
  g_test_add_func ("/pack-queue/store", test_store);
  g_test_add_func ("/pack-queue/left", test_left);
  status = g_test_run ();
  gs_device_free (device);
  for (guint i = 0; i < N_WEIGHTS; i++)
    g_free (names[i]);
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  return status;
}
