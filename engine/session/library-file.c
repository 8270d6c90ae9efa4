/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is, from its tensors' names and shapes; and what its metadata say of it.
 *
 * Keys of metadata: ss_... are those of kohya-ss/sd-scripts (library/train_util.py), modelspec... those
 * of Stability-AI/ModelSpec, trained_words that of several training programs.
 */
#include "gs.h"
#include "io/checkpoint.h"
#include "io/inversion.h"
#include "models/controlnet.h"
#include "models/t2i-adapter.h"
#include "models/upscaler.h"
#include "session/library.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_WORDS 8
#define MAX_WORD_BYTES 512
#define MAX_COVER_BYTES (8u << 20)
#define MAX_INVERSION_TENSORS 4

void
gs_library_file_free (GsLibraryFile *file)
{
  if (file == NULL)
    return;
  g_free (file->path);
  g_free (file->name);
  g_free (file->family);
  g_free (file->problem);
  g_strfreev (file->words);
  g_clear_pointer (&file->cover, g_bytes_unref);
  g_free (file);
}

char *
gs_library_stem (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name && !g_file_test (path, G_FILE_TEST_IS_DIR))
    *dot = '\0';
  return name;
}

/* ---- Families ------------------------------------------------------------------------------- */

gboolean
gs_library_fits (const char *family, const char *model_family)
{
  static const char *const kin[] = { " inpainting", " instruct-pix2pix" };
  g_autofree char *a = g_strdup (family);
  g_autofree char *b = g_strdup (model_family);

  if (a == NULL || b == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kin); i++)
    {
      if (g_str_has_suffix (a, kin[i]))
        a[strlen (a) - strlen (kin[i])] = '\0';
      if (g_str_has_suffix (b, kin[i]))
        b[strlen (b) - strlen (kin[i])] = '\0';
    }
  return g_str_equal (a, b);
}

/* The family whose text vectors are that wide. */
static const char *
family_of_width (guint64 width)
{
  return width == 768 ? "SD 1.x" : width == 1024 ? "SD 2.x" : width == 2048 ? "SDXL" : NULL;
}

static const char *
family_of_metadata (GHashTable *metadata)
{
  static const struct
  {
    const char *prefix, *family;
  } names[] = {
    { "sd_v1", "SD 1.x" }, { "sd1", "SD 1.x" }, { "stable-diffusion-v1", "SD 1.x" },
    { "sd_v2", "SD 2.x" }, { "sd2", "SD 2.x" }, { "stable-diffusion-v2", "SD 2.x" },
    { "sdxl", "SDXL" }, { "stable-diffusion-xl", "SDXL" },
  };
  const char *text = g_hash_table_lookup (metadata, "modelspec.architecture");

  if (text == NULL)
    text = g_hash_table_lookup (metadata, "ss_base_model_version");
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (text, names[i].prefix))
      return names[i].family;
  return NULL;
}

/* The width of the text that a cross-attention's keys are made of: that of the inner matrix. */
static const char *
family_of_lora (const GsTensorFile *file)
{
  static const char *const inner[] = { "lora_down", "lora_A", "lora.down", "hada_w1_b" };

  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      const GsStoredTensor *tensor = gs_tensor_file_tensor (file, i);
      gboolean is_key = strstr (tensor->name, "attn2_to_k") != NULL
                        || strstr (tensor->name, "attn2.to_k") != NULL
                        || strstr (tensor->name, "attn2.processor.to_k") != NULL;

      if (g_str_has_prefix (tensor->name, "lora_te2_")
          || g_str_has_prefix (tensor->name, "text_encoder_2."))
        return "SDXL";
      for (guint k = 0; is_key && tensor->n_dims >= 2 && k < G_N_ELEMENTS (inner); k++)
        if (strstr (tensor->name, inner[k]) != NULL)
          return family_of_width (tensor->shape[1]);
    }
  return NULL;
}

static const char *
family_of_inversion (const GsInversion *inversion)
{
  if (gs_inversion_part (inversion, 1280) != NULL)
    return "SDXL";
  return family_of_width (inversion->parts[0].width);
}

/* ---- Kinds ---------------------------------------------------------------------------------- */

static gboolean
is_lora (const GsTensorFile *file)
{
  static const char *const marks[] = { "lora_", ".lora", "_lora.", ".hada_w1", ".lokr_w", ".oft_" };

  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    for (guint k = 0; k < G_N_ELEMENTS (marks); k++)
      if (strstr (gs_tensor_file_tensor (file, i)->name, marks[k]) != NULL)
        return TRUE;
  return FALSE;
}

/* A ControlNet or an adapter without a U-Net beside it. Whose first features are 16 pixels wide is
 * SDXL's; those of SD 1.x and 2.x are alike in all. */
static gboolean
recognise_control (GsLibraryFile *file, const GsCheckpoint *checkpoint)
{
  g_autoptr (GError) error = NULL;
  GsControlNetConfig net;
  GsT2iAdapterConfig adapter;
  gboolean known;

  if (gs_checkpoint_has (checkpoint, GS_COMPONENT_UNET))
    return FALSE;
  if (gs_checkpoint_has (checkpoint, GS_COMPONENT_CONTROLNET))
    {
      /* A control-LoRA is complete only with a model. */
      known = gs_checkpoint_find (checkpoint, "controlnet.lora_controlnet") != NULL
              || gs_controlnet_config_read (checkpoint, NULL, NULL, &net, &error);
      file->family = g_strdup (family_of_width (gs_controlnet_context_width (checkpoint)));
    }
  else if (gs_checkpoint_has (checkpoint, GS_COMPONENT_T2I_ADAPTER))
    {
      known = gs_t2i_adapter_config_read (checkpoint, NULL, &adapter, &error);
      if (known && adapter.fold == 16)
        file->family = g_strdup ("SDXL");
    }
  else
    return FALSE;
  file->kind = GS_LIBRARY_CONTROL;
  if (!known)
    file->problem = g_strdup (error->message);
  return TRUE;
}

static void
recognise_model (GsLibraryFile *file, const GsCheckpoint *checkpoint)
{
  g_autoptr (GsModelInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  if (recognise_control (file, checkpoint))
    return;
  if (gs_checkpoint_has (checkpoint, GS_COMPONENT_UNET))
    {
      file->kind = GS_LIBRARY_CHECKPOINT;
      info = gs_model_info_new (file->path, &error);
      if (info == NULL)
        file->problem = g_strdup (error->message);
      else if (info->missing[0] != NULL)
        file->problem = g_strdup_printf ("%s is incomplete: it lacks %s and others; download it again",
                                         info->name, info->missing[0]);
      file->family = info != NULL ? g_strdup (info->family) : NULL;
    }
  else if (gs_checkpoint_has (checkpoint, GS_COMPONENT_VAE))
    file->kind = GS_LIBRARY_VAE;
}

static gboolean
is_upscaler (const GsTensorFile *tensors)
{
  GsUpscalerConfig config;

  return gs_upscaler_config_read (tensors, &config, NULL, NULL);
}

static void
recognise (GsLibraryFile *file, const GsCheckpoint *checkpoint, const GsTensorFile *tensors)
{
  g_autoptr (GsInversion) inversion = NULL;
  const char *family;

  if (recognise_control (file, checkpoint))
    return;
  if (is_lora (tensors))
    {
      file->kind = GS_LIBRARY_LORA;
      family = family_of_metadata (gs_tensor_file_metadata (tensors));
      file->family = g_strdup (family != NULL ? family : family_of_lora (tensors));
      return;
    }
  if (gs_checkpoint_n_tensors (checkpoint) == 0
      && gs_tensor_file_n_tensors (tensors) <= MAX_INVERSION_TENSORS)
    inversion = gs_inversion_open (file->path, NULL);
  if (inversion != NULL)
    {
      file->kind = GS_LIBRARY_EMBEDDING;
      file->family = g_strdup (family_of_inversion (inversion));
    }
  else if (gs_checkpoint_n_tensors (checkpoint) == 0 && is_upscaler (tensors))
    file->kind = GS_LIBRARY_UPSCALER;
  else
    recognise_model (file, checkpoint);
}

/* ---- Words and cover ------------------------------------------------------------------------ */

static void
add_word (GPtrArray *words, const char *word)
{
  g_autofree char *clean = g_strstrip (g_strdup (word));

  if (*clean != '\0' && strlen (clean) <= MAX_WORD_BYTES && words->len < MAX_WORDS
      && !g_ptr_array_find_with_equal_func (words, clean, g_str_equal, NULL))
    g_ptr_array_add (words, g_steal_pointer (&clean));
}

/* "[\"a\", \"b\"]", or "a, b". */
static void
add_list (GPtrArray *words, const char *text)
{
  g_autofree char *object_text = g_strdup_printf ("{\"words\":%s}", text);
  g_autoptr (JsonObject) object = NULL;
  g_auto (GStrv) parts = NULL;
  JsonArray *array;

  if (g_str_has_prefix (text, "["))
    object = gs_json_parse_object (object_text, strlen (object_text), "trained_words", NULL);
  array = gs_json_get_array (object, "words");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        add_word (words, json_node_get_string (node));
    }
  if (array == NULL)
    parts = g_strsplit (text, ",", MAX_WORDS + 1);
  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    add_word (words, parts[i]);
}

/* What stands with (nearly) every picture that was learned from; tags like "1girl" do not. */
static void
add_frequent (GPtrArray *words, const char *text)
{
  g_autoptr (JsonObject) folders = gs_json_parse_object (text, strlen (text), "ss_tag_frequency",
                                                         NULL);
  g_autoptr (GList) names = folders != NULL ? json_object_get_members (folders) : NULL;

  for (GList *folder = names; folder != NULL; folder = folder->next)
    {
      JsonObject *tags = gs_json_get_object (folders, folder->data);
      g_autoptr (GList) list = tags != NULL ? json_object_get_members (tags) : NULL;
      guint most = 0, n;

      for (GList *tag = list; tag != NULL; tag = tag->next)
        if (gs_json_get_uint (tags, tag->data, &n))
          most = MAX (most, n);
      for (GList *tag = list; tag != NULL; tag = tag->next)
        if (gs_json_get_uint (tags, tag->data, &n) && n > 0 && (guint64) n * 20 >= (guint64) most * 19)
          add_word (words, tag->data);
    }
}

static char **
read_words (GHashTable *metadata)
{
  static const char *const keys[] = { "modelspec.trigger_phrase", "trained_words" };
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *frequencies = g_hash_table_lookup (metadata, "ss_tag_frequency");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = g_hash_table_lookup (metadata, keys[i]);

      if (text != NULL)
        add_list (words, text);
    }
  if (words->len == 0 && frequencies != NULL)
    add_frequent (words, frequencies);
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

/* "data:image/jpeg;base64,..." */
static GBytes *
read_cover (GHashTable *metadata)
{
  const char *text = g_hash_table_lookup (metadata, "modelspec.thumbnail");
  const char *data = text != NULL && g_str_has_prefix (text, "data:image/")
                       ? strstr (text, ";base64,") : NULL;
  gsize n = 0;
  guchar *bytes;

  if (data == NULL || strlen (data) > MAX_COVER_BYTES)
    return NULL;
  bytes = g_base64_decode (data + strlen (";base64,"), &n);
  return g_bytes_new_take (bytes, n);
}

static guint64
file_bytes (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size > 0 ? (guint64) info.st_size : 0;
}

GsLibraryFile *
gs_library_file_new (const char *path, GError **error)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (path, error);
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  GsLibraryFile *file;
  const GPtrArray *files;

  if (checkpoint == NULL)
    return NULL;
  files = gs_checkpoint_files (checkpoint);
  file = g_new0 (GsLibraryFile, 1);
  file->path = g_strdup (path);
  file->name = gs_library_stem (path);
  file->kind = GS_LIBRARY_OTHER;
  if (is_folder || files->len == 0)
    recognise_model (file, checkpoint);
  else
    recognise (file, checkpoint, files->pdata[0]);
  file->file_bytes = is_folder ? gs_checkpoint_stats (checkpoint, GS_N_COMPONENTS).n_bytes
                               : file_bytes (path);
  if (files->len > 0)
    {
      file->words = read_words (gs_tensor_file_metadata (files->pdata[0]));
      file->cover = read_cover (gs_tensor_file_metadata (files->pdata[0]));
    }
  else
    file->words = g_new0 (char *, 1);
  return file;
}
