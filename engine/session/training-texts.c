/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captions, and the ids that they are. */
#include "session/training-private.h"

#include "io/prompt.h"

#include <string.h>

/* For pictures without a caption, in the manner of Gal et al. ("An Image is Worth One Word", appendix
 * E), who had many more about photographs. */
static const char *const object_templates[] = {
  "a picture of %s", "a picture of a %s", "%s", "an image of the %s", "a good picture of the %s",
};
static const char *const style_templates[] = {
  "a picture in the style of %s", "an image in the style of %s", "%s",
  "a good picture in the style of %s",
};

guint
gs_training_n_captions (GsTraining *training, const GsDatasetItem *item)
{
  if (item->is_prior || item->caption != NULL || training->options.kind != GS_TRAINING_INVERSION)
    return 1;
  return training->options.subject == GS_SUBJECT_STYLE ? G_N_ELEMENTS (style_templates)
                                                       : G_N_ELEMENTS (object_templates);
}

static char *
fill_in (const char *template, const char *word)
{
  const char *place = strstr (template, "%s");

  return g_strdup_printf ("%.*s%s%s", (int) (place - template), template, word, place + 2);
}

/* Words are found whatever their case. */
static gboolean
has_word (const char *caption, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (caption, -1), *wanted = g_utf8_casefold (word, -1);

  return strstr (folded, wanted) != NULL;
}

char *
gs_training_caption (GsTraining *training, const GsDatasetItem *item, guint32 template)
{
  const GsTrainingOptions *o = &training->options;
  const guint choice = template % gs_training_n_captions (training, item);
  const char *word = o->word != NULL ? o->word : "";

  if (item->is_prior)
    return g_strdup (item->caption != NULL ? item->caption : "");
  if (item->caption != NULL && (word[0] == '\0' || has_word (item->caption, word)))
    return g_strdup (item->caption);
  if (item->caption != NULL && item->caption[0] != '\0')
    return g_strdup_printf ("%s, %s", word, item->caption);
  if (item->caption != NULL || o->kind != GS_TRAINING_INVERSION)
    return g_strdup (word);
  return fill_in (o->subject == GS_SUBJECT_STYLE ? style_templates[choice]
                                                 : object_templates[choice], word);
}

void
gs_training_text_free (gpointer data)
{
  GsTrainingText *text = data;

  g_free (text->ids);
  g_free (text->vectors);
  g_free (text);
}

/* Begin, the text as far as it fits, end, padding. */
static guint32 *
make_ids (GsTraining *training, const char *caption)
{
  GsTokenizer *tokenizer = training->session->model->tokenizer;
  const GsClipConfig *config = &training->session->model->config.clip;
  g_autoptr (GArray) tokens = gs_prompt_encode_text (tokenizer, caption);
  const guint n = MIN (tokens->len, config->length - 2);
  guint32 *ids = g_new (guint32, config->length);

  ids[0] = gs_tokenizer_get_bos (tokenizer);
  for (guint i = 0; i < n; i++)
    ids[1 + i] = g_array_index (tokens, gint32, i);
  ids[1 + n] = gs_tokenizer_get_eos (tokenizer);
  for (guint i = n + 2; i < config->length; i++)
    ids[i] = config->pad;
  return ids;
}

static gboolean
check_ids (GsTraining *training, const guint32 *ids, GError **error)
{
  const GsClipConfig *config = &training->session->model->config.clip;

  for (guint i = 0; i < config->length; i++)
    if (ids[i] >= config->vocabulary + config->extra_tokens)
      {
        g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                     "The vocabulary does not belong to this model: token %u is beyond the %u of its "
                     "text encoder", ids[i], config->vocabulary);
        return FALSE;
      }
  return TRUE;
}

GsTrainingText *
gs_training_text (GsTraining *training, const char *caption, GError **error)
{
  GsTrainingText *text = g_hash_table_lookup (training->texts, caption);

  if (text != NULL)
    return text;
  text = g_new0 (GsTrainingText, 1);
  text->ids = make_ids (training, caption);
  if (!check_ids (training, text->ids, error) || !training->klass->read (training, text, error))
    {
      gs_training_text_free (text);
      return NULL;
    }
  g_hash_table_insert (training->texts, g_strdup (caption), text);
  return text;
}
