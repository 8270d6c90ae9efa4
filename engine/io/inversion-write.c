/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two layouts of the same vectors. */
#include "io/inversion-write.h"

#include "base/error.h"
#include "io/safetensors.h"
#include "io/torch-write.h"

/* What A1111 gives every word: the token "*" of OpenAI's vocabulary. */
#define STAR_TOKEN 265

static gboolean
write_a1111 (const char *path, const GsInversionContent *content, GError **error)
{
  g_autoptr (GsTorchWriter) writer = gs_torch_writer_new ();

  gs_torch_begin_dict (writer);
  gs_torch_text (writer, "string_to_token");
  gs_torch_begin_dict (writer);
  gs_torch_text (writer, "*");
  gs_torch_integer (writer, STAR_TOKEN);
  gs_torch_end_dict (writer);
  gs_torch_text (writer, "string_to_param");
  gs_torch_begin_dict (writer);
  gs_torch_text (writer, "*");
  gs_torch_floats (writer, content->values, content->n_vectors, content->width);
  gs_torch_end_dict (writer);
  gs_torch_text (writer, "name");
  gs_torch_text (writer, content->name);
  gs_torch_text (writer, "step");
  gs_torch_integer (writer, (gint64) content->step);
  gs_torch_text (writer, "sd_checkpoint");
  gs_torch_none (writer);
  gs_torch_text (writer, "sd_checkpoint_name");
  if (content->model != NULL)
    gs_torch_text (writer, content->model);
  else
    gs_torch_none (writer);
  gs_torch_end_dict (writer);
  return gs_torch_write (writer, path, error);
}

gboolean
gs_inversion_write (const char *path, const GsInversionContent *content, GError **error)
{
  const GsStoredTensor tensor = { .name = content->name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                  .shape = { content->n_vectors, content->width },
                                  .data = content->values,
                                  .n_bytes = (gsize) content->n_vectors * content->width
                                             * sizeof (float) };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *shown = g_filename_display_name (path);

  g_hash_table_insert (metadata, (gpointer) "format", (gpointer) "pt"); /* as diffusers writes */
  if (g_str_has_suffix (path, ".safetensors"))
    return gs_safetensors_write (path, &tensor, 1, metadata, error);
  if (g_str_has_suffix (path, ".pt"))
    return write_a1111 (path, content, error);
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "A word is written as .safetensors or .pt, not as %s", shown);
  return FALSE;
}
