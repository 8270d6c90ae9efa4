/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A loaded model: opening, and the programs that were made of it.
 */
#include "session/model.h"

#include "io/inversion.h"
#include "nn/adapted-weights.h"
#include "ops/ops.h"
#include "session/control.h"
#include "session/inversions.h"
#include "session/model-files.h"
#include "session/model-parts.h"
#include "session/prompt-encoder.h"

/* Enough for a job with previews at two sizes, and for one with four controls that begin and end at
 * different steps; each keeps its recorded commands, inputs and outputs, while activations share the
 * arena. */
#define MAX_PROGRAMS 48

typedef struct
{
  char      *key;
  GsProgram *program;
  GBytes    *note;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  gs_program_free (entry->program);
  g_clear_pointer (&entry->note, g_bytes_unref);
  g_free (entry->key);
  g_free (entry);
}

void
gs_model_free (GsModel *model)
{
  if (model == NULL)
    return;
  g_ptr_array_unref (model->programs); /* before the weights that they read */
  g_ptr_array_unref (model->controls);
  gs_weight_router_free (model->router);
  gs_weight_store_free (model->weights);
  g_ptr_array_unref (model->adapters);
  g_ptr_array_unref (model->inversions);
  g_hash_table_unref (model->strangers);
  g_free (model->loras);
  g_ptr_array_unref (model->lora_paths);
  g_free (model->vae_path);
  g_hash_table_unref (model->times);
  g_clear_pointer (&model->times_labels, g_bytes_unref);
  g_hash_table_unref (model->prompts);
  gs_schedule_free (model->schedule);
  gs_tokenizer_free (model->tokenizer);
  g_clear_error (&model->tokenizer_error);
  gs_checkpoint_free (model->checkpoint);
  gs_model_info_free (model->info);
  g_free (model);
}

static const GsStoredTensor *
find_weight (gpointer owner, const char *name)
{
  return gs_checkpoint_find (owner, name);
}

static void
release_pages (gpointer owner)
{
  gs_checkpoint_release_pages (owner);
}

static GsSchedule *
make_schedule (const GsScheduleConfig *config, GError **error)
{
  static const GsBetaKind kinds[] = {
    [GS_BETA_SCALED_LINEAR] = GS_BETAS_SCALED_LINEAR,
    [GS_BETA_LINEAR] = GS_BETAS_LINEAR,
    [GS_BETA_SQUARED_COSINE] = GS_BETAS_SQUARED_COSINE,
  };

  return gs_schedule_new (&(GsNoiseConfig) { .betas = kinds[config->beta_schedule],
                                             .beta_start = config->beta_start,
                                             .beta_end = config->beta_end,
                                             .n_train_steps = config->train_steps,
                                             .zero_terminal_snr = config->zero_terminal_snr },
                          error);
}

static GsModel *
new_model (GsDevice *device, GsDtype dtype, GsWeightSource *source)
{
  GsModel *model = g_new0 (GsModel, 1);

  model->source = gs_adapted_weights_new (source, TRUE);
  model->weights = gs_weight_store_new (device, dtype, model->source);
  gs_weight_store_keep_blocks (model->weights, TRUE);
  model->router = gs_weight_router_new (gs_weight_store_get_weights (model->weights));
  model->controls = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_control_model_free);
  model->inversions = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_inversion_free);
  model->strangers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  model->lora_paths = g_ptr_array_new_with_free_func (g_free);
  model->adapters = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_adapter_free);
  model->prompts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) gs_prompt_vectors_free);
  model->times = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  model->programs = g_ptr_array_new_with_free_func (entry_free);
  return model;
}

static guint
vocabulary_size (const GsModel *model)
{
  return model->config.has[GS_COMPONENT_TEXT_ENCODER] ? model->config.clip.vocabulary
                                                      : model->config.clip_2.vocabulary;
}

GsModel *
gs_model_new (GsDevice *device, GsDtype dtype, GsCheckpoint *checkpoint, GError **error)
{
  g_autoptr (GsModel) model = new_model (device, dtype,
                                         gs_file_weights_new (find_weight, release_pages,
                                                              checkpoint));

  guint vocabulary;

  model->checkpoint = checkpoint;
  if (!gs_model_config_read (checkpoint, NULL, &model->config, error))
    return NULL;
  gs_inversions_reserve (model);
  model->schedule = make_schedule (&model->config.schedule, error);
  if (model->schedule == NULL)
    return NULL;
  vocabulary = vocabulary_size (model);
  if (vocabulary > 0)
    model->tokenizer = gs_tokenizer_find (gs_checkpoint_path (checkpoint), vocabulary,
                                          &model->tokenizer_error);
  /* What the starter became by training has its words. */
  if (vocabulary > 0 && model->tokenizer == NULL && gs_starter_path () != NULL)
    model->tokenizer = gs_tokenizer_find (gs_starter_path (), vocabulary, NULL);
  if (model->tokenizer != NULL)
    g_clear_error (&model->tokenizer_error);
  return g_steal_pointer (&model);
}

/* Is everything there that pictures are made with? */
static gboolean
check_complete (const GsModelConfig *config, const char *path, GError **error)
{
  /* SDXL's refiner has the second text encoder alone. */
  const gboolean is_sdxl = config->unet.label_width > 0;
  const GsComponent needed[] = { GS_COMPONENT_UNET,
                                 is_sdxl ? GS_COMPONENT_TEXT_ENCODER_2 : GS_COMPONENT_TEXT_ENCODER,
                                 GS_COMPONENT_VAE };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (!config->has[needed[i]])
      {
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                     "%s has no %s, and neither the library nor its folder holds one that fits; choose "
                     "a complete model, or name another file with one", path,
                     gs_component_label (needed[i]));
        return FALSE;
      }
  if (config->vae.has_decoder)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "The autoencoder of %s has no decoder; choose another with the VAE setting", path);
  return FALSE;
}

/* Beside a file of a U-Net alone there is none. */
static void
find_vocabulary (GsModel *model, const GPtrArray *donors)
{
  for (guint i = 0; i < donors->len && model->tokenizer == NULL; i++)
    {
      model->tokenizer = gs_tokenizer_find (donors->pdata[i], vocabulary_size (model), NULL);
      if (model->tokenizer != NULL)
        g_clear_error (&model->tokenizer_error);
    }
}

static void
add_notes (GsModelInfo *info, const GPtrArray *notes)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) info->notes);
  for (guint i = 0; i < notes->len; i++)
    g_strv_builder_add (builder, notes->pdata[i]);
  g_strfreev (info->notes);
  info->notes = g_strv_builder_end (builder);
}

GsModel *
gs_model_open (GsDevice *device, GsDtype dtype, const char *path, const GsModelOptions *options,
               const GPtrArray *library, GError **error)
{
  g_autoptr (GsModel) model = NULL;
  g_autoptr (GPtrArray) donors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  GsCheckpoint *checkpoint = gs_model_files_open (path, options, error);

  if (checkpoint == NULL)
    return NULL;
  if (library != NULL)
    gs_model_parts_find (checkpoint, library, donors, notes);
  model = gs_model_new (device, dtype, checkpoint, error);
  if (model == NULL || !check_complete (&model->config, gs_checkpoint_path (checkpoint), error))
    return NULL;
  model->vae_path = g_strdup (options != NULL ? options->vae : NULL);
  find_vocabulary (model, donors);
  model->info = gs_model_info_new (path, error);
  if (model->info == NULL)
    return NULL;
  add_notes (model->info, notes);
  return g_steal_pointer (&model);
}

static char **
component_labels (const GsModelConfig *config)
{
  GPtrArray *labels = g_ptr_array_new ();

  for (guint i = 0; i < GS_N_COMPONENTS; i++)
    if (config->has[i])
      g_ptr_array_add (labels, g_strdup (gs_component_label ((GsComponent) i)));
  g_ptr_array_add (labels, NULL);
  return (char **) g_ptr_array_free (labels, FALSE);
}

static GsModelInfo *
synthetic_info (const GsModelConfig *config, const char *shape)
{
  GsModelInfo *info = g_new0 (GsModelInfo, 1);

  info->path = g_strdup ("");
  info->name = g_strdup_printf ("synthetic %s", shape);
  info->family = g_strdup (gs_model_config_family_name (config));
  info->dtype = g_strdup ("F16");
  info->components = component_labels (config);
  info->missing = g_new0 (char *, 1);
  info->unknown = g_new0 (char *, 1);
  info->notes = g_strdupv ((char *[]) { "Its weights are random: it is for measuring", NULL });
  info->native_size = gs_model_config_native_size (config, NULL);
  return info;
}

GsModel *
gs_model_synthetic (GsDevice *device, GsDtype dtype, const char *shape, GError **error)
{
  g_autoptr (GsModel) model = new_model (device, dtype, gs_synthetic_weights_new ());

  if (!gs_model_config_preset (shape, &model->config, error))
    return NULL;
  model->schedule = make_schedule (&model->config.schedule, error);
  if (model->schedule == NULL)
    return NULL;
  model->tokenizer = gs_tokenizer_find (gs_starter_path (), 0, &model->tokenizer_error);
  model->info = synthetic_info (&model->config, shape);
  return g_steal_pointer (&model);
}

GsWeights *
gs_model_get_weights (GsModel *model)
{
  return gs_weight_router_get_weights (model->router);
}

GsTokenizer *
gs_model_get_tokenizer (GsModel *model, GError **error)
{
  if (model->tokenizer == NULL && model->tokenizer_error != NULL)
    g_propagate_error (error, g_error_copy (model->tokenizer_error));
  else if (model->tokenizer == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The model has no text encoder");
  return model->tokenizer;
}

GsProgram *
gs_model_find_program (GsModel *model, const char *key)
{
  for (guint i = 0; i < model->programs->len; i++)
    {
      Entry *entry = model->programs->pdata[i];

      if (!g_str_equal (entry->key, key))
        continue;
      /* To the end: it is the most recently used one now. */
      g_ptr_array_steal_index (model->programs, i);
      g_ptr_array_add (model->programs, entry);
      return entry->program;
    }
  return NULL;
}

GsProgram *
gs_model_add_program (GsModel *model, GsArena *arena, const char *key, GsGraph *graph,
                      GError **error)
{
  Entry *entry;

  if (!gs_graph_finish (graph, error))
    {
      gs_graph_free (graph);
      return NULL;
    }
  while (model->programs->len >= MAX_PROGRAMS)
    g_ptr_array_remove_index (model->programs, 0);
  entry = g_new0 (Entry, 1);
  entry->key = g_strdup (key);
  entry->program = gs_program_new (graph, arena);
  g_ptr_array_add (model->programs, entry);
  return entry->program;
}

void
gs_model_keep_programs (GsModel *model, GsProgram *const *programs, guint n_programs)
{
  for (guint i = model->programs->len; i-- > 0;)
    {
      const Entry *entry = model->programs->pdata[i];
      gboolean keep = FALSE;

      for (guint k = 0; k < n_programs; k++)
        keep = keep || programs[k] == entry->program;
      if (!keep)
        g_ptr_array_remove_index (model->programs, i);
    }
}

static Entry *
entry_of (GsModel *model, GsProgram *program)
{
  for (guint i = 0; i < model->programs->len; i++)
    {
      Entry *entry = model->programs->pdata[i];

      if (entry->program == program)
        return entry;
    }
  return NULL;
}

GBytes *
gs_model_get_note (GsModel *model, GsProgram *program)
{
  Entry *entry = entry_of (model, program);

  return entry != NULL ? entry->note : NULL;
}

void
gs_model_set_note (GsModel *model, GsProgram *program, GBytes *note)
{
  Entry *entry = entry_of (model, program);

  g_assert (entry != NULL);
  g_clear_pointer (&entry->note, g_bytes_unref);
  entry->note = note;
}

gboolean
gs_model_refresh (GsModel *model, GError **error)
{
  gboolean stay;
  const gboolean done = gs_weight_store_refresh (model->weights, gs_adapted_weights_changed,
                                                 model->source, &stay, error);

  g_hash_table_remove_all (model->prompts);
  g_hash_table_remove_all (model->times);
  gs_model_forget_notes (model);
  if (!done || !stay)
    {
      gs_model_keep_programs (model, NULL, 0);
      gs_weight_store_reset (model->weights);
    }
  if (done)
    gs_adapted_weights_settle (model->source);
  return done;
}

void
gs_model_forget_notes (GsModel *model)
{
  for (guint i = 0; i < model->programs->len; i++)
    g_clear_pointer (&((Entry *) model->programs->pdata[i])->note, g_bytes_unref);
}
