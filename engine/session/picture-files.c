/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As A1111 names files: model and autoencoder by the first 10 digits of their SHA-256 (modules/
 * sd_models.py, sd_vae.py), LoRA by 12 of that behind the header (extensions-builtin/Lora/network.py),
 * words by 12 of the whole (modules/textual_inversion/textual_inversion.py).
 */
#include "session/picture-files.h"

#include "io/inversion.h"
#include "io/prompt.h"
#include "session/library.h"
#include "session/model.h"

#define MODEL_DIGITS 10
#define ADD_ON_DIGITS 12

static void
set_file (GsParameters *parameters, const char *key, const char *path)
{
  g_autofree char *whole = NULL, *data = NULL;

  if (!gs_library_get_hash (path, &whole, &data))
    return;
  whole[MODEL_DIGITS] = '\0';
  gs_parameters_set (parameters, key, whole);
}

/* "name: hash", one behind the other. */
static void
append (GString *list, const char *name, const char *path, gboolean by_data)
{
  g_autofree char *whole = NULL, *data = NULL;

  if (gs_library_get_hash (path, &whole, &data))
    g_string_append_printf (list, "%s%s: %.*s", list->len > 0 ? ", " : "", name, ADD_ON_DIGITS,
                            by_data ? data : whole);
}

static void
set_loras (GsParameters *parameters, const GsModel *model, const char *prompt)
{
  g_autoptr (GArray) loras = NULL;
  g_autoptr (GString) list = g_string_new (NULL);
  G_GNUC_UNUSED g_autofree char *words = gs_prompt_take_loras (prompt != NULL ? prompt : "", &loras);

  /* In the prompt's order, as gs_session_use_loras() found them. */
  for (guint i = 0; i < loras->len && i < model->lora_paths->len; i++)
    append (list, g_array_index (loras, GsPromptLora, i).name, model->lora_paths->pdata[i], TRUE);
  if (list->len > 0)
    gs_parameters_set (parameters, "Lora hashes", list->str);
}

static gboolean
has_word (GsTokenizer *tokenizer, const GsInversion *inversion, const char *prompt)
{
  return prompt != NULL
         && (gs_prompt_has_word (tokenizer, prompt, inversion->name)
             || (inversion->token != NULL
                 && gs_prompt_has_word (tokenizer, prompt, inversion->token)));
}

static void
set_words (GsParameters *parameters, const GsModel *model, const GsRequest *request)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < model->inversions->len; i++)
    {
      const GsInversion *inversion = model->inversions->pdata[i];

      if (has_word (model->tokenizer, inversion, request->prompt)
          || has_word (model->tokenizer, inversion, request->negative_prompt))
        append (list, inversion->name, inversion->path, FALSE);
    }
  if (list->len > 0)
    gs_parameters_set (parameters, "TI hashes", list->str);
}

void
gs_picture_files_set (GsParameters *parameters, GsSession *session, const GsRequest *request)
{
  const GsModel *model = session->model;

  if (model->checkpoint != NULL)
    set_file (parameters, "Model hash", gs_checkpoint_path (model->checkpoint));
  if (model->info != NULL)
    gs_parameters_set (parameters, "Model", model->info->name);
  if (model->vae_path != NULL)
    {
      g_autofree char *base = g_path_get_basename (model->vae_path);
      g_autofree char *shown = g_filename_display_name (base);

      set_file (parameters, "VAE hash", model->vae_path);
      gs_parameters_set (parameters, "VAE", shown);
    }
  set_loras (parameters, model, request->prompt);
  if (model->tokenizer != NULL)
    set_words (parameters, model, request);
}
