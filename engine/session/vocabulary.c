/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vocabularies that are found after the model was opened, or with another model. */
#include "session/vocabulary.h"

#include "io/tokenizer.h"
#include "session/library.h"
#include "session/model-files.h"

static guint
tokens_of (const GsModelConfig *config)
{
  return config->has[GS_COMPONENT_TEXT_ENCODER] ? config->clip.vocabulary : config->clip_2.vocabulary;
}

GsTokenizer *
gs_session_get_tokenizer (GsSession *session, GError **error)
{
  GsModel *model = session->model;

  if (model->tokenizer == NULL && model->tokenizer_error != NULL && model->checkpoint != NULL)
    {
      const guint n = tokens_of (&model->config);

      model->tokenizer = gs_tokenizer_find (gs_checkpoint_path (model->checkpoint), n, NULL);
      if (model->tokenizer == NULL)
        model->tokenizer = gs_tokenizer_find_in (gs_session_library (session), n);
      if (model->tokenizer != NULL)
        g_clear_error (&model->tokenizer_error);
    }
  return gs_model_get_tokenizer (model, error);
}

guint
gs_model_lacks_vocabulary (const char *path, const char *const *folders)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_model_files_open (path, NULL, NULL);
  g_autoptr (GPtrArray) models = NULL;
  GsTokenizer *tokenizer;
  GsModelConfig config;
  guint n;

  if (checkpoint == NULL || !gs_model_config_read (checkpoint, NULL, &config, NULL))
    return 0;
  n = tokens_of (&config);
  if (n == 0)
    return 0;
  tokenizer = gs_tokenizer_find (gs_checkpoint_path (checkpoint), n, NULL);
  if (tokenizer == NULL)
    {
      models = gs_library_list (folders);
      tokenizer = gs_tokenizer_find_in (models, n);
    }
  if (tokenizer != NULL)
    n = 0;
  gs_tokenizer_free (tokenizer);
  return n;
}
