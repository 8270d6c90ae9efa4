/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training of low-rank factors (Hu et al., "LoRA", arXiv:2106.09685). They begin as kohya's do: down as
 * torch begins a linear layer, up as zeros. Names and metadata of the file are kohya's too
 * (kohya-ss/sd-scripts, networks/lora.py and train_network.py), without what differs from run to run:
 * times and session ids.
 */
#include "session/training-private.h"

#include "base/half-array.h"
#include "io/adapter-write.h"
#include "models/clip-text.h"
#include "session/loras.h"
#include "session/prompt-encoder.h"
#include "train/float-cache.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define DOWN ".lora_down.weight"
#define UP ".lora_up.weight"

static void
add_module (GsTraining *training, const GsLoraModule *module)
{
  const GsTrainingOptions *o = &training->options;
  g_autofree char *down = g_strconcat (module->name, DOWN, NULL);
  g_autofree char *up = g_strconcat (module->name, UP, NULL);
  const double rate = module->component == GS_COMPONENT_UNET ? 1 : o->text_rate / o->rate;
  guint64 down_dims[4], up_dims[4] = { module->dims[0], module->rank, 1, 1 };

  memcpy (down_dims, module->dims, sizeof down_dims);
  down_dims[0] = module->rank;
  gs_low_rank_add (training->low_rank, module->name, module->rank, module->alpha / module->rank);
  gs_trained_add (training->trained, down, down_dims, module->n_dims, rate);
  gs_trained_add (training->trained, up, up_dims, module->n_dims, rate);
}

static gboolean
begin (GsTraining *training, GError **error)
{
  const GsTrainingOptions *o = &training->options;
  const GsLoraChoice choice = { .rank = o->rank, .alpha = o->alpha, .conv_rank = o->conv_rank,
                                .conv_alpha = o->conv_alpha, .blocks = o->blocks,
                                .text_encoder = o->text_encoder };

  training->modules = gs_lora_modules_new (&training->session->model->config, &choice);
  if (training->modules->len == 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "No layer of the model has “%s” in its name; name parts of it that are there",
                   o->blocks);
      return FALSE;
    }
  training->low_rank = gs_low_rank_new ();
  training->trained = gs_trained_new ();
  for (guint i = 0; i < training->modules->len; i++)
    add_module (training, &g_array_index (training->modules, GsLoraModule, i));
  gs_trained_allocate (training->trained, &training->rule,
                       training->session->dtype == GS_DTYPE_F16);
  for (guint i = 0; i < gs_trained_n (training->trained); i += 2)
    {
      const GsTrainedTensor *down = gs_trained_tensor (training->trained, i);

      gs_trained_fill_uniform (training->trained, i,
                               (float) (1 / sqrt ((double) down->n / down->dims[0])), o->seed);
    }
  gs_trained_begin (training->trained);
  return TRUE;
}

static guint
last_layer (GsTraining *training)
{
  const GsModelConfig *config = &training->session->model->config;
  const guint skip = gs_model_config_clip_skip (config, training->options.clip_skip);

  return config->clip.layers + 1 - CLAMP (skip, 1, config->clip.layers);
}

static GsTensor *
context (GsTraining *training, GsGraph *g)
{
  const GsClipConfig *config = &training->session->model->config.clip;
  GsTensor *ids;

  if (!training->options.text_encoder)
    return gs_graph_input (g, "context", (GsShape) { 1, 1, config->length, config->width },
                           g->dtype);
  ids = gs_graph_input (g, "ids", (GsShape) { 1, 1, config->length, 1 }, GS_DTYPE_U32);
  GS_SCOPE (g, "text_encoder");
  return gs_clip_final_norm (g, config,
                             gs_clip_layers (g, config, gs_clip_embed (g, config, ids), 0,
                                             last_layer (training)));
}

/* Layers behind the one that clip skip stops at are not in the graph and stay as they began. */
static void
ask (GsTraining *training, GsGraph *g, GPtrArray *tensors)
{
  if (training->outputs == NULL)
    training->outputs = g_array_new (FALSE, TRUE, sizeof (guint));
  g_array_set_size (training->outputs, gs_trained_n (training->trained));
  for (guint i = 0; i < gs_trained_n (training->trained); i++)
    {
      GsTensor *tensor = gs_graph_find (g, gs_trained_tensor (training->trained, i)->name);

      if (tensor != NULL)
        g_ptr_array_add (tensors, tensor);
      g_array_index (training->outputs, guint, i) = tensor != NULL ? tensors->len : 0;
    }
}

static gboolean
set (GsTraining *training, GsProgram *program, const GsTrainingText *text, GError **error)
{
  const GsClipConfig *config = &training->session->model->config.clip;
  GsTrained *trained = training->trained;
  const gboolean done
    = training->options.text_encoder
        ? gs_program_set_ids (program, "ids", text->ids, config->length, error)
        : gs_program_set_floats (program, "context", text->vectors,
                                 (gsize) config->length * config->width, error);

  for (guint i = 0; done && i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);

      if (g_array_index (training->outputs, guint, i) > 0
          && !gs_program_set_floats (program, tensor->name, trained->values + tensor->first,
                                     tensor->n, error))
        return FALSE;
    }
  return done;
}

static gboolean
collect (GsTraining *training, GsProgram *program, const GsTrainingText *text, GError **error)
{
  GsTrained *trained = training->trained;
  g_autofree float *gradient = g_new (float, trained->n);

  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
      const guint output = g_array_index (training->outputs, guint, i);

      if (output == 0)
        continue;
      if (!gs_program_get_floats (program, output, gradient, tensor->n, error))
        return FALSE;
      for (gsize k = 0; k < tensor->n; k++)
        trained->gradients[tensor->first + k] += gradient[k];
    }
  return TRUE;
}

/* The key of an encoded text; NULL if it holds words of the library, whose files may change. */
static char *
text_key (GsTraining *training, const GsTrainingText *text)
{
  const GsClipConfig *config = &training->session->model->config.clip;
  g_autoptr (GString) all = g_string_new (NULL);

  g_string_printf (all, "text %s %u %s", training->text_hash, last_layer (training),
                   gs_dtype_name (training->session->dtype));
  for (guint i = 0; i < config->length; i++)
    {
      if (text->ids[i] >= config->vocabulary)
        return NULL;
      g_string_append_printf (all, " %u", text->ids[i]);
    }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
}

static gboolean
read_text (GsTraining *training, GsTrainingText *text, GError **error)
{
  GsSession *session = training->session;
  const GsClipConfig *config = &session->model->config.clip;
  const gsize n = (gsize) config->length * config->width;
  g_autofree char *folder = gs_training_cache_folder (training), *key = NULL;

  if (training->options.text_encoder)
    return TRUE;
  key = text_key (training, text);
  text->vectors = key != NULL ? gs_float_cache_get (folder, key, n) : NULL;
  if (text->vectors != NULL)
    return TRUE;
  text->vectors = g_new (float, n);
  return gs_encode_ids (session, (const gint32 *) text->ids, 1,
                        gs_model_config_clip_skip (&session->model->config,
                                                   training->options.clip_skip),
                        text->vectors, NULL, error)
         && (key == NULL || gs_float_cache_put (folder, key, text->vectors, n, error));
}

/* ---- The file ---- */

static void
note (GHashTable *metadata, const char *key, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
note (GHashTable *metadata, const char *key, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_hash_table_replace (metadata, g_strdup (key), g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* Without regard to the locale, as Python prints it. */
static void
note_number (GHashTable *metadata, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.9g", value);
  note (metadata, key, "%s", text);
}

static const char *
py_bool (gboolean value)
{
  return value ? "True" : "False";
}

static void
note_model (GsTraining *training, GHashTable *metadata)
{
  const GsModelConfig *config = &training->session->model->config;
  g_autofree char *path = g_path_get_basename (training->session->model->info->path);
  g_autofree char *shown = g_filename_display_name (path);
  const gboolean is_v = config->schedule.prediction == GS_PREDICTION_V;

  note (metadata, "ss_sd_model_name", "%s", shown);
  note (metadata, "ss_v2", "%s", py_bool (config->family == GS_FAMILY_SD2));
  note (metadata, "ss_base_model_version", "%s",
        config->family == GS_FAMILY_SD2 ? (is_v ? "sd_v2_v" : "sd_v2") : "sd_v1");
  note (metadata, "modelspec.sai_model_spec", "1.0.0");
  note (metadata, "modelspec.architecture", "%s",
        config->family != GS_FAMILY_SD2 ? "stable-diffusion-v1/lora"
        : is_v ? "stable-diffusion-v2-768-v/lora" : "stable-diffusion-v2-512/lora");
  note (metadata, "modelspec.implementation",
        "https://github.com/Stability-AI/generative-models");
  note (metadata, "modelspec.prediction_type", "%s", is_v ? "v" : "epsilon");
  note (metadata, "modelspec.resolution", "%ux%u", training->options.resolution,
        training->options.resolution);
}

static void
note_network (GsTraining *training, GHashTable *metadata)
{
  const GsTrainingOptions *o = &training->options;

  note (metadata, "ss_network_module", "networks.lora");
  note (metadata, "ss_network_dim", "%u", o->rank);
  note_number (metadata, "ss_network_alpha", o->alpha);
  if (o->conv_rank > 0)
    note (metadata, "ss_network_args", "{\"conv_dim\": \"%u\", \"conv_alpha\": \"%.9g\"}",
          o->conv_rank, o->conv_alpha);
  else
    note (metadata, "ss_network_args", "null");
}

/* {"folder": {"a red house": 3}}: what A1111 shows as the LoRA's tags. */
static void
note_tags (GsTraining *training, GHashTable *metadata)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autofree char *folder = g_path_get_basename (training->options.data), *shown = NULL, *text = NULL;

  for (guint i = 0; i < training->pictures.dataset->items->len; i++)
    {
      g_autofree char *caption = gs_training_caption (training, training->pictures.dataset->items->pdata[i], 0);
      g_auto (GStrv) tags = g_strsplit (caption, ",", -1);

      for (guint k = 0; tags[k] != NULL; k++)
        {
          const char *tag = g_strstrip (tags[k]);
          gpointer key = NULL, value = NULL;

          if (tag[0] == '\0')
            continue;
          if (!g_hash_table_lookup_extended (counts, tag, &key, &value))
            g_ptr_array_add (order, key = g_strdup (tag));
          g_hash_table_insert (counts, value == NULL ? key : g_strdup (tag),
                               GUINT_TO_POINTER (GPOINTER_TO_UINT (value) + 1));
        }
    }
  shown = g_filename_display_name (folder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, shown);
  json_builder_begin_object (builder);
  for (guint i = 0; i < order->len; i++)
    {
      json_builder_set_member_name (builder, order->pdata[i]);
      json_builder_add_int_value (builder,
                                  GPOINTER_TO_UINT (g_hash_table_lookup (counts, order->pdata[i])));
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  note (metadata, "ss_tag_frequency", "%s", text);
}

static void
note_training (GsTraining *training, GHashTable *metadata)
{
  const GsTrainingOptions *o = &training->options;
  const guint per_step = o->batch * o->accumulate;
  const guint draws = training->pictures.dataset->n_draws;
  static const char *const schedules[] = { "constant", "linear", "cosine" };

  note_number (metadata, "ss_learning_rate", o->rate);
  note_number (metadata, "ss_unet_lr", o->rate);
  if (o->text_encoder)
    note_number (metadata, "ss_text_encoder_lr", o->text_rate);
  else
    note (metadata, "ss_text_encoder_lr", "None");
  note (metadata, "ss_optimizer", "%s(weight_decay=%.9g)",
        o->optimizer == GS_OPTIMIZER_PRODIGY ? "prodigyopt.prodigy.Prodigy"
                                             : "torch.optim.adamw.AdamW", o->weight_decay);
  note (metadata, "ss_lr_scheduler", "%s%s", schedules[o->schedule],
        o->schedule == GS_SCHEDULE_CONSTANT && o->warm_up > 0 ? "_with_warmup" : "");
  note (metadata, "ss_lr_warmup_steps", "%u", o->warm_up);
  note_number (metadata, "ss_max_grad_norm", o->clip);
  if (o->snr_gamma > 0)
    note_number (metadata, "ss_min_snr_gamma", o->snr_gamma);
  note (metadata, "ss_steps", "%u", training->losses->len);
  note (metadata, "ss_max_train_steps", "%u", o->steps);
  note (metadata, "ss_epoch", "%u", (training->losses->len * per_step + draws - 1) / draws);
  note (metadata, "ss_num_train_images", "%u", draws);
  note (metadata, "ss_num_reg_images", "%u",
        training->prior.dataset != NULL ? training->prior.dataset->n_draws : 0);
  note (metadata, "ss_num_batches_per_epoch", "%u", (draws + o->batch - 1) / o->batch);
  note (metadata, "ss_total_batch_size", "%u", o->batch);
  note (metadata, "ss_gradient_accumulation_steps", "%u", o->accumulate);
  note (metadata, "ss_seed", "%" G_GUINT64_FORMAT, o->seed);
  note (metadata, "ss_resolution", "(%u, %u)", o->resolution, o->resolution);
  note (metadata, "ss_clip_skip", "%u",
        gs_model_config_clip_skip (&training->session->model->config, o->clip_skip));
  note (metadata, "ss_enable_bucket", "%s", py_bool (o->buckets));
  note (metadata, "ss_flip_aug", "%s", py_bool (o->flip));
  note (metadata, "ss_cache_latents", "True");
  note_number (metadata, "ss_noise_offset", o->noise_offset);
  note_number (metadata, "ss_caption_dropout_rate", o->caption_dropout);
  note (metadata, "ss_mixed_precision", "%s",
        training->session->dtype == GS_DTYPE_F16 ? "fp16" : "no");
}

/* Half precision, as nearly all such files are; a number beyond it would be lost, and keeps floats. */
static GsStoredTensor
stored (const char *name, const float *values, guint n_dims, const guint64 *dims, gsize n,
        GPtrArray *owned)
{
  GsStoredTensor tensor = { .name = name, .dtype = GS_DTYPE_F32, .n_dims = n_dims, .data = values,
                            .n_bytes = n * sizeof *values };
  guint16 *halves;

  for (guint i = 0; i < n_dims; i++)
    tensor.shape[i] = dims[i];
  if (!gs_floats_fit_halves (values, n))
    return tensor;
  halves = g_new (guint16, n);
  gs_halves_from_floats (halves, values, n);
  g_ptr_array_add (owned, halves);
  tensor.dtype = GS_DTYPE_F16;
  tensor.data = halves;
  tensor.n_bytes = n * sizeof *halves;
  return tensor;
}

static gboolean
save (GsTraining *training, const char *path, GError **error)
{
  const GsTrained *trained = training->trained;
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *stem = g_path_get_basename (path);
  char *dot = strrchr (stem, '.');

  for (guint i = 0; i < training->modules->len; i++)
    {
      const GsLoraModule *module = &g_array_index (training->modules, GsLoraModule, i);
      char *alpha_name = g_strconcat (module->name, ".alpha", NULL);
      const float alpha = (float) module->alpha;
      GsStoredTensor tensor;

      g_ptr_array_add (owned, alpha_name);
      tensor = stored (alpha_name, &alpha, 0, NULL, 1, owned);
      g_array_append_val (tensors, tensor);
      for (guint k = 2 * i; k < 2 * i + 2; k++)
        {
          const GsTrainedTensor *own = gs_trained_tensor (trained, k);

          tensor = stored (own->name, gs_trained_result (trained) + own->first, own->n_dims, own->dims, own->n,
                           owned);
          g_array_append_val (tensors, tensor);
        }
    }
  if (dot != NULL && dot != stem)
    *dot = '\0';
  note (metadata, "ss_output_name", "%s", stem);
  note_model (training, metadata);
  note_network (training, metadata);
  note_tags (training, metadata);
  note_training (training, metadata);
  return gs_adapter_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                           metadata, error);
}

/* ---- Sample pictures ---- */

static void
hide (GsTraining *training)
{
  g_autoptr (GError) error = NULL;
  GsModel *model = training->session->model;

  if (training->shown == NULL)
    return;
  model->trained = NULL;
  if (!gs_session_use_loras (training->session, "", NULL, &error))
    g_debug ("%s", error->message); /* then no weight is there, and the next job reads them anew */
  g_clear_pointer (&training->shown, gs_adapter_free);
}

/* The model finds changes by the adapters' paths, so each step has a file of its own. */
static gboolean
show (GsTraining *training, GError **error)
{
  GsModel *model = training->session->model;
  g_autofree char *name = g_strdup_printf ("shown-%u.safetensors", training->losses->len);
  g_autofree char *path = g_build_filename (training->options.state, name, NULL);

  hide (training);
  if (!save (training, path, error))
    return FALSE;
  training->shown = gs_adapter_open (path, error);
  g_unlink (path); /* it stays mapped */
  if (training->shown == NULL || !gs_adapter_match (training->shown, model->checkpoint, error))
    {
      g_clear_pointer (&training->shown, gs_adapter_free);
      return FALSE;
    }
  model->trained = training->shown;
  return TRUE;
}

const GsTrainingClass gs_training_lora = {
  .begin = begin,
  .context = context,
  .ask = ask,
  .set = set,
  .collect = collect,
  .read = read_text,
  .show = show,
  .hide = hide,
  .end = hide,
  .save = save,
};
