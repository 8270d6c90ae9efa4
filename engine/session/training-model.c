/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training of the U-Net itself, and of the text encoder where asked. */
#include "session/training-private.h"

#include "models/clip-text.h"

static gboolean
begin (GsTraining *training, GError **error)
{
  const GsTrainingOptions *o = &training->options;

  training->trained = gs_trained_new ();
  if (!gs_training_weights_add (training, GS_COMPONENT_UNET, 1, error)
      || (o->text_encoder && !gs_training_weights_add (training, GS_COMPONENT_TEXT_ENCODER,
                                                       o->text_rate / o->rate, error)))
    return FALSE;
  gs_training_weights_begin (training);
  return TRUE;
}

static GsTensor *
context (GsTraining *training, GsGraph *g)
{
  const GsModelConfig *model = &training->session->model->config;
  const GsClipConfig *config = &model->clip;
  const guint skip = gs_model_config_clip_skip (model, training->options.clip_skip);
  GsTensor *ids = gs_graph_input (g, "ids", (GsShape) { 1, 1, config->length, 1 }, GS_DTYPE_U32);

  GS_SCOPE (g, "text_encoder");
  return gs_clip_final_norm (g, config,
                             gs_clip_layers (g, config, gs_clip_embed (g, config, ids), 0,
                                             config->layers + 1 - CLAMP (skip, 1, config->layers)));
}

static gboolean
set (GsTraining *training, GsProgram *program, const GsTrainingText *text, GError **error)
{
  return gs_program_set_ids (program, "ids", text->ids,
                             training->session->model->config.clip.length, error);
}

static gboolean
read_text (GsTraining *training, GsTrainingText *text, GError **error)
{
  return TRUE; /* the ids are all it takes */
}

const GsTrainingClass gs_training_model = {
  .begin = begin,
  .context = context,
  .ask = gs_training_weights_ask,
  .set = set,
  .collect = gs_training_weights_collect,
  .read = read_text,
  .show = gs_training_weights_show,
  .hide = gs_training_weights_end,
  .enter = gs_training_weights_renew,
  .stepped = gs_training_weights_renew,
  .leave = gs_training_weights_leave,
  .end = gs_training_weights_end,
  .save = gs_training_weights_save,
};
