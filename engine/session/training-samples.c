/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of fixed prompts and seeds, made on the way. */
#include "session/training-private.h"

#include <errno.h>
#include <glib/gstdio.h>

/* The prompts, or one about the word, or else the first caption. */
static char **
list_prompts (GsTraining *training)
{
  const GsTrainingOptions *o = &training->options;
  char *own[] = { NULL, NULL };
  char **prompts;

  if (o->prompts != NULL && o->prompts[0] != NULL)
    return g_strdupv ((char **) o->prompts);
  if (o->word != NULL && o->word[0] != '\0')
    own[0] = g_strdup_printf (o->subject == GS_SUBJECT_STYLE ? "a picture in the style of %s"
                                                             : "a picture of %s", o->word);
  else
    own[0] = gs_training_caption (training, training->pictures.dataset->items->pdata[0], 0);
  prompts = g_strdupv (own);
  g_free (own[0]);
  return prompts;
}

/* The engine's progress is ours. */
static gboolean
forward (const GsProgress *progress, gpointer user_data)
{
  GsTraining *training = user_data;

  return training->func == NULL || training->func (&training->progress, training->user_data);
}

static gboolean
make_one (GsTraining *training, const char *prompt, guint i, const char *path, GError **error)
{
  const GsTrainingOptions *o = &training->options;
  GsRequest request = GS_REQUEST_DEFAULT;
  g_autoptr (GsResult) result = NULL;
  gboolean go_on;

  request.prompt = prompt;
  request.width = request.height = o->resolution;
  request.steps = o->sample_steps;
  request.guidance_scale = (float) o->sample_guidance;
  request.sampler = "euler";
  request.seed = o->seed + i;
  request.clip_skip = o->clip_skip;
  result = gs_session_generate (training->session, &request, forward, training, error);
  if (result == NULL || result->images[0] == NULL
      || !gs_image_save_png (result->images[0], path, result->parameters[0], error))
    return FALSE;
  training->progress.part = i + 1;
  training->progress.sample = result->images[0];
  training->progress.sample_path = path;
  go_on = gs_training_tell (training, error);
  training->progress.sample = NULL;
  training->progress.sample_path = NULL;
  return go_on;
}

static gboolean
make_all (GsTraining *training, char **prompts, GError **error)
{
  g_autofree char *folder = g_build_filename (training->options.state, "samples", NULL);
  g_autofree char *shown = g_filename_display_name (folder);
  gboolean is_shown = FALSE;

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "Cannot make the folder %s: %s", shown,
                   g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; prompts[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("%06u-%u.png", training->losses->len, i + 1);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      if (!is_shown && !training->klass->show (training, error))
        return FALSE;
      is_shown = TRUE;
      if (!make_one (training, prompts[i], i, path, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_training_sample (GsTraining *training, GError **error)
{
  g_auto (GStrv) prompts = list_prompts (training);
  gboolean done;

  if (!gs_training_phase (training, GS_TRAINING_SAMPLE, g_strv_length (prompts), error))
    return FALSE;
  gs_training_forget (training);
  done = make_all (training, prompts, error);
  training->klass->hide (training);
  gs_training_forget (training);
  return done;
}
