/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures made with less and less device memory: each tier of the planner is met, none takes more than
 * it may, and all make the same picture to the bit; so do those that run out of memory in the middle.
 */
#include "session-test.h"

#include <string.h>

#include "session/latents.h"
#include "session/memory-plan.h"

#define SIDE 96

static GsRequest
small_request (void)
{
  GsRequest request = session_test_request ();

  request.width = request.height = SIDE;
  request.steps = 2;
  request.guidance_scale = 4;
  return request;
}

static void
assert_same_latents (const GsResult *a, const GsResult *b)
{
  const gsize n = gs_latents_elements (a->latents) * a->latents->n;

  g_assert_cmpuint (gs_latents_elements (b->latents) * b->latents->n, ==, n);
  g_assert_cmpmem (a->latents->values, n * sizeof (float), b->latents->values, n * sizeof (float));
}

/* Down to the least that it can do with. hidden: the host does not reach the device's memory. */
static void
go_down (gboolean hidden)
{
  GsSession *session = session_test_get ();
  const GsRequest request = small_request ();
  const GsMemoryJob job = { .width = SIDE / 8, .height = SIDE / 8, .batch = 2, .n_tokens = 77,
                            .clip_skip = 1, .preview = request.preview };
  g_autoptr (GsResult) whole = NULL;
  g_autoptr (GError) error = NULL;
  gboolean met[GS_N_TIERS] = { FALSE };
  GsMemoryPlan plan;

  if (session == NULL)
    return;
  gs_device_hide_memory (session->device, hidden);
  whole = session_test_generate (&request);
  for (;;)
    {
      g_autoptr (GsResult) result = NULL;
      guint64 needed, available;

      g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
      if (needed > available)
        break;
      gs_memory_plan (session, &job, &plan, &error);
      g_assert_no_error (error);
      g_test_message ("tier %u, tile %u: %.2f MiB", plan.tier, plan.tile,
                      needed * 0x1p-20);
      result = session_test_generate (&request);
      g_assert_cmpuint (result->peak_bytes, <=, session->memory_limit);
      g_assert_null (result->notes);
      assert_same_latents (whole, result);
      if (plan.tile == 0)
        g_assert_true (session_test_same (whole->images[0], result->images[0]));
      met[plan.tier] = TRUE;
      session->memory_limit = needed - (plan.tier < GS_TIER_STREAMED ? 1 : needed / 8);
    }
  for (guint tier = 0; tier < GS_N_TIERS; tier++)
    g_assert_true (met[tier]);
  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY);
  session->memory_limit = G_MAXUINT64;
  gs_device_hide_memory (session->device, FALSE);
}

static void
test_tiers (void)
{
  go_down (FALSE);
}

static void
test_hidden_memory (void)
{
  go_down (TRUE);
}

/* Several pictures and a start picture: stages come again. */
static void
test_batch (void)
{
  GsSession *session = session_test_get ();
  g_autoptr (GsImage) picture = session_test_gradients (SIDE, SIDE);
  GsRequest request = small_request ();
  g_autoptr (GsResult) whole = NULL, little = NULL;
  g_autoptr (GError) error = NULL;
  guint64 needed, available;

  if (session == NULL)
    return;
  request.init_image = picture;
  request.denoising_strength = 0.6f;
  request.batch = 2;
  whole = session_test_generate (&request);
  session->memory_limit = 1;
  g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
  for (session->memory_limit = needed; ; session->memory_limit += needed / 4)
    {
      g_autofree char *plan = gs_session_describe_memory (session, &request, &error);

      g_assert_no_error (error);
      if (strstr (plan, "tiles") == NULL)
        break;
    }
  little = session_test_generate (&request);
  assert_same_latents (whole, little);
  for (guint i = 0; i < 2; i++)
    g_assert_true (session_test_same (whole->images[i], little->images[i]));
  session->memory_limit = G_MAXUINT64;
}

typedef struct
{
  GsSession *session;
  GsPhase    phase;
  guint      step;
  gboolean   done;
} Shortage;

/* The next submit finds no memory. */
static gboolean
run_short (const GsProgress *progress, gpointer user_data)
{
  Shortage *self = user_data;

  if (!self->done && progress->phase == self->phase && progress->step == self->step)
    {
      gs_device_fail_submit (self->session->device, 1);
      self->done = TRUE;
    }
  return TRUE;
}

static void
test_shortage (void)
{
  static const struct
  {
    GsPhase phase;
    guint   step;
  } places[] = { { GS_PHASE_TEXT_ENCODE, 0 }, { GS_PHASE_DENOISE, 0 }, { GS_PHASE_DENOISE, 1 },
                 { GS_PHASE_DECODE, 0 } };
  GsSession *session = session_test_get ();
  GsRequest request = small_request ();
  g_autoptr (GsResult) whole = NULL;

  if (session == NULL)
    return;
  request.sampler = "dpmpp-2m"; /* it remembers the step before */
  request.steps = 3;
  whole = session_test_generate (&request);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      Shortage shortage = { session, places[i].phase, places[i].step, FALSE };
      g_autoptr (GError) error = NULL;
      g_autoptr (GsResult) result = NULL;

      request.prompt = i == 0 ? "a red house under a yellow sun, once more" : request.prompt;
      result = gs_session_generate (session, &request, run_short, &shortage, &error);
      g_assert_no_error (error);
      g_assert_true (shortage.done);
      g_assert_cmpuint (g_strv_length (result->notes), ==, 1);
      g_test_message ("%s", result->notes[0]);
      g_assert_true (g_str_has_prefix (result->notes[0], "The device ran out of memory"));
      if (i == 0)
        {
          request.prompt = session_test_request ().prompt;
          continue;
        }
      assert_same_latents (whole, result);
      g_assert_true (session_test_same (whole->images[0], result->images[0]));
    }
}

/* Again and again: from tier to tier, until there is none left. */
static gboolean
always_short (const GsProgress *progress, gpointer user_data)
{
  if (progress->phase == GS_PHASE_DENOISE)
    gs_device_fail_submit (user_data, 1);
  return TRUE;
}

static void
test_no_memory_at_all (void)
{
  GsSession *session = session_test_get ();
  const GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) after = NULL;

  if (session == NULL)
    return;
  g_assert_null (gs_session_generate (session, &request, always_short, session->device, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY);
  gs_device_fail_submit (session->device, 0);
  after = session_test_generate (&request);
  g_assert_nonnull (after->images[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/tiers", test_tiers);
  g_test_add_func ("/memory/hidden-memory", test_hidden_memory);
  g_test_add_func ("/memory/batch", test_batch);
  g_test_add_func ("/memory/shortage", test_shortage);
  g_test_add_func ("/memory/no-memory-at-all", test_no_memory_at_all);
  return session_test_run ();
}
