/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LoRA from a prompt's tags to the weights. */
#include "session/loras.h"

#include "io/prompt.h"
#include "nn/adapted-weights.h"
#include "session/library.h"

#define MAX_OPEN 16 /* their files stay mapped, so that strengths change at once */

/* What of an adapter the model has no place for, as a sentence; NULL: nothing. */
static char *
note_unmatched (const GsAdapter *adapter, const char *name)
{
  const GPtrArray *unmatched = gs_adapter_unmatched (adapter);

  if (unmatched->len == 0)
    return NULL;
  return g_strdup_printf ("%u parts of the LoRA %s have no place in this model and do nothing, the "
                          "first is %s", unmatched->len, name,
                          (const char *) unmatched->pdata[0]);
}

/* Opened before, or now. It stays the model's. */
static GsAdapter *
open_adapter (GsModel *model, const char *path, GError **error)
{
  g_autoptr (GsAdapter) adapter = NULL;

  for (guint i = 0; i < model->adapters->len; i++)
    if (g_str_equal (gs_adapter_get_path (model->adapters->pdata[i]), path))
      return model->adapters->pdata[i];
  adapter = gs_adapter_open (path, error);
  if (adapter == NULL || !gs_adapter_match (adapter, model->checkpoint, error))
    return NULL;
  g_ptr_array_add (model->adapters, adapter);
  return g_steal_pointer (&adapter);
}

/* With the model first, then in the library. */
static char *
find_lora (GsSession *session, const char *name)
{
  char *path = gs_lora_find (gs_checkpoint_path (session->model->checkpoint), name);

  return path != NULL ? path
                      : gs_library_find (gs_session_library (session), GS_LIBRARY_LORA, name);
}

static gboolean
find_uses (GsSession *session, GArray *loras, GArray *uses, GPtrArray *notes, GError **error)
{
  GsModel *model = session->model;

  g_ptr_array_set_size (model->lora_paths, 0);
  for (guint i = 0; i < loras->len; i++)
    {
      const GsPromptLora *lora = &g_array_index (loras, GsPromptLora, i);
      g_autofree char *path = find_lora (session, lora->name);
      GsAdapterUse use = { NULL, lora->strength, lora->text_strength };
      char *note;

      if (path == NULL)
        {
          g_autofree char *own = g_build_filename (g_get_user_data_dir (), "gesso", "loras", NULL);

          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                       "There is no LoRA called “%s”; copy %s.safetensors into %s, or take it out of "
                       "the prompt", lora->name, lora->name, own);
          return FALSE;
        }
      use.adapter = open_adapter (model, path, error);
      if (use.adapter == NULL)
        return FALSE;
      g_array_append_val (uses, use);
      g_ptr_array_add (model->lora_paths, g_steal_pointer (&path));
      note = note_unmatched (use.adapter, lora->name);
      if (note != NULL)
        g_ptr_array_add (notes, note);
    }
  return TRUE;
}

/* The uses as text; NULL: none. */
static char *
describe (const GArray *uses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < uses->len; i++)
    {
      const GsAdapterUse *use = &g_array_index (uses, GsAdapterUse, i);

      g_string_append_printf (text, "%s %a %a\n", gs_adapter_get_path (use->adapter), use->strength,
                              use->text_strength);
    }
  return g_string_free (text, uses->len == 0);
}

static gboolean
set_uses (GsModel *model, const GArray *uses, GError **error)
{
  gs_adapted_weights_set (model->source, (const GsAdapterUse *) (gpointer) uses->data, uses->len);
  if (gs_model_refresh (model, error))
    return TRUE;
  gs_adapted_weights_set (model->source, NULL, 0);
  gs_adapted_weights_settle (model->source);
  return FALSE;
}

/* Drops what was opened first and is not in use. */
static void
close_some (GsModel *model, const GArray *uses)
{
  for (guint i = 0; i < model->adapters->len && model->adapters->len > MAX_OPEN;)
    {
      gboolean in_use = FALSE;

      for (guint k = 0; k < uses->len; k++)
        in_use |= g_array_index (uses, GsAdapterUse, k).adapter == model->adapters->pdata[i];
      if (in_use)
        i++;
      else
        g_ptr_array_remove_index (model->adapters, i);
    }
}

gboolean
gs_session_use_loras (GsSession *session, const char *prompt, char ***notes, GError **error)
{
  GsModel *model = session->model;
  g_autoptr (GArray) loras = NULL;
  g_autoptr (GArray) uses = g_array_new (FALSE, FALSE, sizeof (GsAdapterUse));
  g_autoptr (GPtrArray) sentences = g_ptr_array_new_with_free_func (g_free);
  G_GNUC_UNUSED g_autofree char *words = gs_prompt_take_loras (prompt != NULL ? prompt : "", &loras);
  g_autofree char *description = NULL;

  if (loras->len > 0 && model->checkpoint == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "Random weights take no LoRA");
      return FALSE;
    }
  if (!find_uses (session, loras, uses, sentences, error))
    return FALSE;
  if (model->trained != NULL)
    g_array_append_val (uses, ((GsAdapterUse) { model->trained, 1, 1 }));
  description = describe (uses);
  if (g_strcmp0 (description, model->loras) != 0)
    {
      g_clear_pointer (&model->loras, g_free);
      if (!set_uses (model, uses, error))
        return FALSE;
      model->loras = g_steal_pointer (&description);
    }
  close_some (model, uses);
  if (sentences->len > 0)
    {
      g_ptr_array_add (sentences, NULL);
      *notes = (char **) g_ptr_array_free (g_steal_pointer (&sentences), FALSE);
    }
  return TRUE;
}
