/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is told of models and of what goes with them, by names, shapes and words. An input is lines:
 *
 *   F16 unet.conv_in.weight 320 4 3 3     a tensor of zeros
 *   = modelspec.architecture sd_v1        metadata
 *
 * of which a safetensors file is made; behind a line "%%" the JSON that diffusers keeps beside it.
 */
#include "fuzz-file.h"

#include "base/dtype.h"
#include "base/error.h"
#include "io/adapter.h"
#include "io/inversion.h"
#include "models/model-config.h"
#include "session/library.h"

#include <unistd.h>

#define MAX_FILE_BYTES ((guint64) 1 << 32) /* most of it a hole */

static void
add_tensor (JsonObject *header, char **words, guint64 *n_bytes)
{
  JsonObject *tensor = json_object_new ();
  JsonArray *shape = json_array_new (), *offsets = json_array_new ();
  GsDtype dtype;
  guint64 n = gs_dtype_from_name (words[0], &dtype) ? gs_dtype_bytes (dtype) : 1;

  for (guint i = 2; words[i] != NULL; i++)
    {
      guint64 size = g_ascii_strtoull (words[i], NULL, 10);

      json_array_add_int_element (shape, (gint64) size);
      n = size == 0 || n <= MAX_FILE_BYTES / size ? n * size : MAX_FILE_BYTES;
    }
  json_array_add_int_element (offsets, (gint64) *n_bytes);
  if (*n_bytes <= MAX_FILE_BYTES)
    *n_bytes += n;
  json_array_add_int_element (offsets, (gint64) *n_bytes);
  json_object_set_string_member (tensor, "dtype", words[0]);
  json_object_set_array_member (tensor, "shape", shape);
  json_object_set_array_member (tensor, "data_offsets", offsets);
  json_object_set_object_member (header, words[1], tensor);
}

static void
write_tensors (const char *path, const guint8 *text, gsize n)
{
  g_autofree char *valid = g_utf8_make_valid ((const char *) text, (gssize) n);
  g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);
  g_autoptr (JsonObject) header = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autofree char *json = NULL;
  g_autoptr (JsonObject) metadata = json_object_new ();
  guint64 n_data = 0, n_header;

  /* A reference of our own, as a tensor of this name takes its place. */
  json_object_set_object_member (header, "__metadata__", json_object_ref (metadata));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const gboolean is_metadata = g_str_has_prefix (lines[i], "= ");
      g_auto (GStrv) words = g_strsplit (lines[i], " ", is_metadata ? 3 : -1);

      if (words[0] == NULL || words[1] == NULL)
        continue;
      if (!is_metadata)
        add_tensor (header, words, &n_data);
      else
        json_object_set_string_member (metadata, words[1], words[2] != NULL ? words[2] : "");
    }
  json_node_set_object (root, header);
  json = json_to_string (root, FALSE);
  n_header = strlen (json);
  for (guint i = 0; i < 8; i++)
    g_string_append_c (bytes, (char) (n_header >> (8 * i)));
  g_string_append (bytes, json);
  fuzz_write (path, bytes->str, bytes->len);
  g_assert (truncate (path, (off_t) (bytes->len + MIN (n_data, MAX_FILE_BYTES))) == 0);
}

static void
look_at (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsLibraryFile) file = gs_library_file_new (path, &error);
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (path, NULL);
  GsModelConfig config;

  g_assert ((file == NULL) == (error != NULL));
  g_assert (error == NULL || (error->domain == GS_ERROR && g_utf8_validate (error->message, -1, NULL)));
  g_assert (file == NULL || file->problem == NULL || g_utf8_validate (file->problem, -1, NULL));
  if (checkpoint != NULL && gs_model_config_read (checkpoint, NULL, &config, NULL))
    g_assert (gs_model_config_family_name (&config) != NULL);
}

static void
look_at_add_ons (const char *path)
{
  g_autoptr (GsAdapter) adapter = gs_adapter_open (path, NULL);
  g_autoptr (GsInversion) inversion = gs_inversion_open (path, NULL);
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (path, NULL);

  g_assert (inversion == NULL || inversion->n_parts > 0);
  if (adapter != NULL && checkpoint != NULL)
    gs_adapter_match (adapter, checkpoint, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  static char *file, *weights, *config, *schedule, *folder;
  const guint8 *parts[3];
  gsize sizes[3];
  guint n_parts = fuzz_split (data, n, G_N_ELEMENTS (parts), parts, sizes);

  if (file == NULL)
    {
      file = fuzz_path ("", "x.safetensors");
      weights = fuzz_path ("folder/unet", "diffusion_pytorch_model.safetensors");
      config = fuzz_path ("folder/unet", "config.json");
      schedule = fuzz_path ("folder/scheduler", "scheduler_config.json");
      folder = fuzz_path ("folder", "");
    }
  if (n_parts == 1)
    {
      write_tensors (file, parts[0], sizes[0]);
      look_at (file);
      look_at_add_ons (file);
      return 0;
    }
  write_tensors (weights, parts[0], sizes[0]);
  fuzz_write (config, parts[1], sizes[1]);
  fuzz_write (schedule, parts[n_parts - 1], sizes[n_parts - 1]);
  look_at (folder);
  return 0;
}
