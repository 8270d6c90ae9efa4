/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model files from one format and precision to another, tensor by tensor. */
#include "gs.h"

#include <gio/gio.h>
#include <string.h>

#include "base/block-quant.h"
#include "base/error.h"
#include "base/half-array.h"
#include "base/half.h"
#include "io/checkpoint.h"
#include "io/folder.h"
#include "io/gguf.h"
#include "io/safetensors.h"
#include "models/model-config.h"

/* Smaller tensors are kept as they are rather than put into blocks: they take no room. */
#define FEWEST_IN_BLOCKS 1024
#define RESIDENT_BYTES (64u << 20)

typedef struct
{
  GsTensorFile *file;       /* either this ... */
  GsCheckpoint *checkpoint; /* ... or this      */
  GHashTable *metadata;
  GArray *tensors;          /* GsStoredTensor as written; data: the source's GsStoredTensor */
  gboolean is_gguf;
  gboolean has_dtype;
  GsDtype dtype;            /* that is wanted */
  gpointer buffer;          /* of the tensor being written */
  guint64 total_bytes, done_bytes, resident_bytes;
  GsConvertFunc progress;
  gpointer user_data;
} Job;

static void
job_clear (Job *job)
{
  gs_tensor_file_unref (job->file);
  gs_checkpoint_free (job->checkpoint);
  g_clear_pointer (&job->metadata, g_hash_table_unref);
  g_clear_pointer (&job->tensors, g_array_unref);
  g_free (job->buffer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static gboolean
read_dtype (Job *job, const char *name, GError **error)
{
  static const GsDtype dtypes[] = { GS_DTYPE_F32,  GS_DTYPE_F16,  GS_DTYPE_BF16, GS_DTYPE_Q8_0,
                                    GS_DTYPE_Q5_0, GS_DTYPE_Q5_1, GS_DTYPE_Q4_0, GS_DTYPE_Q4_1 };

  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_ascii_strcasecmp (name, gs_dtype_name (dtypes[i])) == 0)
      {
        job->has_dtype = TRUE;
        job->dtype = dtypes[i];
        if (job->is_gguf || gs_dtype_block (job->dtype) == 1)
          return TRUE;
        g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                     "A .safetensors file cannot hold %s; write a .gguf file", name);
        return FALSE;
      }
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "“%s” is no precision to convert to; choose f32, f16, bf16, q8_0, q5_0, q5_1, q4_0 "
               "or q4_1", name);
  return FALSE;
}

static gboolean
read_names (Job *job, const char *in, const char *out, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (in), to = g_file_new_for_path (out);
  g_autofree char *shown = g_filename_display_name (out);

  job->is_gguf = g_str_has_suffix (out, ".gguf");
  if (!job->is_gguf && !g_str_has_suffix (out, ".safetensors"))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "%s names no format to write; end it with .safetensors or .gguf", shown);
  else if (g_file_equal (from, to))
    g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                 "A model cannot be converted into itself; choose another name than %s", shown);
  else
    return TRUE;
  return FALSE;
}

static gboolean
fits_halves (const GsStoredTensor *tensor)
{
  const guint64 n = gs_stored_tensor_n_elements (tensor);
  float chunk[1024];

  for (guint64 done = 0; done < n; done += G_N_ELEMENTS (chunk))
    {
      const guint64 part = MIN (n - done, G_N_ELEMENTS (chunk));

      gs_stored_tensor_slice_to_float (tensor, done, part, chunk);
      if (!gs_floats_fit_halves (chunk, part))
        return FALSE;
    }
  return TRUE;
}

/* What a type is in the new format, without loss. */
static GsDtype
kept_dtype (const Job *job, GsDtype dtype)
{
  if (job->is_gguf && (dtype == GS_DTYPE_F8_E4M3 || dtype == GS_DTYPE_F8_E5M2))
    return GS_DTYPE_F16;
  return !job->is_gguf && gs_dtype_block (dtype) > 1 ? GS_DTYPE_F32 : dtype;
}

static GsDtype
new_dtype (const Job *job, const char *name, const GsStoredTensor *tensor)
{
  const gboolean is_number = tensor->dtype < GS_DTYPE_I64;
  const gboolean in_blocks = gs_dtype_block (job->dtype) > 1;
  GsDtype dtype = job->dtype;

  if (!job->has_dtype || !is_number || gs_name_is_ignored (name) || tensor->n_bytes == 0)
    return kept_dtype (job, tensor->dtype);
  if (in_blocks && (tensor->n_dims < 2 || gs_stored_tensor_n_elements (tensor) < FEWEST_IN_BLOCKS))
    return kept_dtype (job, tensor->dtype);
  if (in_blocks && !gs_gguf_can_hold (tensor, dtype))
    dtype = GS_DTYPE_F16;
  if (dtype == GS_DTYPE_F16 && tensor->dtype != GS_DTYPE_F16 && !fits_halves (tensor))
    dtype = GS_DTYPE_F32;
  return dtype;
}

static void
add_tensor (Job *job, const char *name, const GsStoredTensor *source)
{
  GsStoredTensor tensor = *source;

  tensor.name = name;
  tensor.dtype = new_dtype (job, name, source);
  tensor.n_bytes = gs_stored_tensor_n_elements (source) / gs_dtype_block (tensor.dtype)
                   * gs_dtype_bytes (tensor.dtype);
  tensor.data = source;
  job->total_bytes += tensor.n_bytes;
  g_array_append_val (job->tensors, tensor);
}

static gboolean
open_source (Job *job, const char *in, GError **error)
{
  if (!gs_folder_is_one (in))
    {
      job->file = gs_tensor_file_open (in, error);
      for (guint i = 0; job->file != NULL && i < gs_tensor_file_n_tensors (job->file); i++)
        {
          const GsStoredTensor *tensor = gs_tensor_file_tensor (job->file, i);

          add_tensor (job, tensor->name, tensor);
        }
      return job->file != NULL;
    }
  job->checkpoint = gs_checkpoint_open (in, error);
  for (guint i = 0; job->checkpoint != NULL && i < gs_checkpoint_n_tensors (job->checkpoint); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (job->checkpoint, i, &name);

      add_tensor (job, name, tensor);
    }
  return job->checkpoint != NULL;
}

/* A folder's JSON, which says what shapes do not: heads, prediction ... */
static void
keep_configs (Job *job)
{
  static const char *const names[] = { "unet", "text_encoder", "text_encoder_2", "vae",
                                       "scheduler" };
  JsonObject *all = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (root, all);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonObject *config = gs_checkpoint_config (job->checkpoint, names[i]);

      if (config != NULL)
        json_object_set_object_member (all, names[i], json_object_ref (config));
    }
  if (json_object_get_size (all) > 0)
    g_hash_table_insert (job->metadata, g_strdup ("gesso.config"), json_to_string (root, FALSE));
}

/* What the file said stays said, but for what describes the format itself. */
static void
make_metadata (Job *job, const char *in)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (in, NULL);
  GHashTable *old = job->file != NULL ? gs_tensor_file_metadata (job->file) : NULL;
  GsModelConfig config;
  GHashTableIter iter;
  gpointer key, value;

  job->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (old != NULL)
    g_hash_table_iter_init (&iter, old);
  while (old != NULL && g_hash_table_iter_next (&iter, &key, &value))
    if (!g_str_has_prefix (key, "general."))
      g_hash_table_insert (job->metadata, g_strdup (key), g_strdup (value));
  if (job->checkpoint != NULL)
    keep_configs (job);
  if (!job->is_gguf)
    return;
  if (checkpoint != NULL && gs_model_config_derive (checkpoint, NULL, &config, NULL))
    {
      static const char *const names[GS_N_FAMILIES] = { "sd1", "sd2", "sdxl" };

      value = g_strdup (names[config.family]);
    }
  else
    value = g_strdup ("unknown");
  g_hash_table_insert (job->metadata, g_strdup ("general.architecture"), value);
}

static void
to_bf16 (const float *floats, guint64 n, guint16 *out)
{
  for (guint64 i = 0; i < n; i++)
    out[i] = gs_bf16_from_float (floats[i]);
}

static gboolean
convert (Job *job, const GsStoredTensor *source, const GsStoredTensor *tensor, GError **error)
{
  const guint64 n = gs_stored_tensor_n_elements (source);
  g_autofree float *floats = g_try_new (float, MAX (n, 1));

  job->buffer = g_try_malloc (MAX (tensor->n_bytes, 1));
  if (floats == NULL || job->buffer == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "There is not enough memory to convert the tensor %s", tensor->name);
      return FALSE;
    }
  gs_stored_tensor_to_float (source, floats);
  if (tensor->dtype == GS_DTYPE_F32)
    memcpy (job->buffer, floats, n * sizeof *floats);
  else if (tensor->dtype == GS_DTYPE_F16)
    gs_halves_from_floats (job->buffer, floats, n);
  else if (tensor->dtype == GS_DTYPE_BF16)
    to_bf16 (floats, n, job->buffer);
  else
    gs_blocks_from_floats (tensor->dtype, floats, n / gs_dtype_block (tensor->dtype), job->buffer);
  return TRUE;
}

static void
release_pages (Job *job, const GsStoredTensor *source)
{
  job->resident_bytes += source->n_bytes;
  if (job->resident_bytes < RESIDENT_BYTES)
    return;
  job->resident_bytes = 0;
  if (job->file != NULL)
    gs_tensor_file_release_pages (job->file);
  else
    gs_checkpoint_release_pages (job->checkpoint);
}

static gconstpointer
bytes_of (const GsStoredTensor *tensor, gpointer user_data, GError **error)
{
  Job *job = user_data;
  const GsStoredTensor *source = tensor->data;
  const double fraction = job->total_bytes > 0 ? (double) job->done_bytes / job->total_bytes : 0;

  if (job->progress != NULL && !job->progress (fraction, job->user_data))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_CANCELLED, "Cancelled");
      return NULL;
    }
  release_pages (job, source);
  job->done_bytes += tensor->n_bytes;
  g_clear_pointer (&job->buffer, g_free);
  if (tensor->n_bytes == 0)
    return "";
  if (tensor->dtype == source->dtype)
    return source->data;
  return convert (job, source, tensor, error) ? job->buffer : NULL;
}

gboolean
gs_convert_model (const char *in, const char *out, const char *dtype, GsConvertFunc progress,
                  gpointer user_data, GError **error)
{
  g_auto (Job) job = { .progress = progress, .user_data = user_data };
  gboolean (*const write) (const char *, const GsStoredTensor *, guint, GHashTable *, GsTensorBytes,
                           gpointer, GError **)
    = g_str_has_suffix (out, ".gguf") ? gs_gguf_write_from : gs_safetensors_write_from;

  job.tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  if (!read_names (&job, in, out, error) || !read_dtype (&job, dtype, error)
      || !open_source (&job, in, error))
    return FALSE;
  make_metadata (&job, in);
  return write (out, (const GsStoredTensor *) (gpointer) job.tensors->data, job.tensors->len,
                job.metadata, bytes_of, &job, error);
}
