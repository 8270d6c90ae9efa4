/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The starter model's score: pictures of forty prompts, made by the engine, measured by the judge.
 *
 * GESSO_PICTURES=FOLDER keeps the pictures there, GESSO_MODEL=FILE judges another model.
 */
#include "gs.h"
#include "judge.h"

/* Without guidance, of the first half of the prompts, so many fewer must hold; else the measures would
 * not measure prompts. */
#define CLEARLY_FEWER 4

static void
keep (const GsResult *result, guint prompt, float guidance_scale)
{
  const char *folder = g_getenv ("GESSO_PICTURES");
  g_autofree char *name = g_strdup_printf ("%02u-guidance-%g.png", prompt, guidance_scale);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return;
  path = g_build_filename (folder, name, NULL);
  gs_image_save_png (result->images[0], path, result->parameters[0], &error);
  g_assert_no_error (error);
}

static GsRequest
request_of (Judge *judge, guint prompt, float guidance_scale)
{
  JsonObject *settings = judge->settings;
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = judge_get_prompt (judge, prompt);
  request.negative_prompt = json_object_get_string_member (settings, "negative");
  request.width = (guint) json_object_get_int_member (settings, "width");
  request.height = (guint) json_object_get_int_member (settings, "height");
  request.steps = (guint) json_object_get_int_member (settings, "steps");
  request.sampler = json_object_get_string_member (settings, "sampler");
  request.schedule = json_object_get_string_member (settings, "schedule");
  request.seed = judge_get_seed (judge, prompt);
  request.guidance_scale = guidance_scale;
  return request;
}

/* How many of the first n prompts hold, and of their first half; prints a line for each. */
static guint
score (GsSession *session, Judge *judge, float guidance_scale, guint n, guint *n_hold_half)
{
  guint n_hold = 0, n_held_out = 0, n_held_out_hold = 0;

  for (guint prompt = 0; prompt < n; prompt++)
    {
      GsRequest request = request_of (judge, prompt, guidance_scale);
      g_autoptr (GError) error = NULL;
      g_autoptr (GsResult) result = gs_session_generate (session, &request, NULL, NULL, &error);
      const char *wrong = NULL;
      gboolean holds;

      g_assert_no_error (error);
      keep (result, prompt, guidance_scale);
      holds = judge_holds (judge, prompt, result->images[0], &wrong);
      g_test_message ("guidance %g: %s: %s%s", guidance_scale, request.prompt,
                      holds ? "holds" : "not ", holds ? "" : wrong);
      n_hold += holds;
      *n_hold_half += holds && prompt < judge->n_prompts / 2;
      n_held_out += judge_is_held_out (judge, prompt);
      n_held_out_hold += holds && judge_is_held_out (judge, prompt);
    }
  g_test_message ("guidance %g: %u of %u prompts hold, of the pairs held out of the training %u of %u",
                  guidance_scale, n_hold, n, n_held_out_hold, n_held_out);
  return n_hold;
}

static void
test_score (gconstpointer data)
{
  Judge *judge = (Judge *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSession) session = gs_session_new (NULL, &error);
  guint with, half_with = 0, half_without = 0;

  if (g_error_matches (error, GS_ERROR, GS_ERROR_NO_DEVICE))
    {
      g_test_skip (error->message);
      return;
    }
  g_assert_no_error (error);
  gs_session_load_model (session, g_getenv ("GESSO_MODEL"), NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  with = score (session, judge, (float) json_object_get_double_member (judge->settings, "guidance"),
                judge->n_prompts, &half_with);
  g_assert_cmpuint (with, >=, judge->need);
  score (session, judge, 1, judge->n_prompts / 2, &half_without);
  g_assert_cmpuint (half_without + CLEARLY_FEWER, <=, half_with);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "starter",
                                            "prompts.json", NULL);
  g_autoptr (Judge) judge = NULL;

  g_test_init (&argc, &argv, NULL);
  judge = judge_new (path);
  g_test_add_data_func ("/starter/score", judge, test_score);
  return g_test_run ();
}
