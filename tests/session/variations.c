/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "More like this": the noise of one seed turned towards that of another. */
#include "session-test.h"

static GsImage *
picture_of (guint64 seed, guint64 variation_seed, float strength)
{
  GsRequest request = session_test_request ();

  request.seed = seed;
  request.variation_seed = variation_seed;
  request.variation_strength = strength;
  return session_test_picture (&request);
}

/* Nothing of it, all of it, and the way between. */
static void
test_ends (void)
{
  static const float strengths[] = { 0.1f, 0.3f, 0.6f };
  g_autoptr (GsImage) here = NULL, there = NULL, all = NULL, nothing = NULL;
  double last = 0;

  if (session_test_get () == NULL)
    return;
  here = picture_of (7, 0, 0);
  there = picture_of (99, 0, 0);
  nothing = picture_of (7, 99, 0);
  all = picture_of (7, 99, 1);
  g_assert_true (session_test_same (here, nothing));
  g_assert_true (session_test_same (there, all));
  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autoptr (GsImage) between = picture_of (7, 99, strengths[i]);
      double difference = session_test_difference (between, here);

      g_test_message ("%.1f: %.2f of 255 from the one, %.2f from the other", strengths[i],
                      difference, session_test_difference (between, there));
      g_assert_cmpfloat (difference, >, last);
      last = difference;
    }
}

/* A batch varies one picture, and says in each how it was made. */
static void
test_batch (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsResult) batch = NULL;

  if (session_test_get () == NULL)
    return;
  request.variation_seed = G_MAXUINT32;
  request.variation_strength = 0.25f;
  request.batch = 3;
  batch = session_test_generate (&request);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GsSettings) settings = gs_settings_parse (batch->parameters[i], &error);
      g_autoptr (GsImage) single = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (batch->seeds[i], ==, 7);
      g_assert_cmpuint (settings->request.seed, ==, 7);
      g_assert_cmpuint (settings->request.variation_seed, ==, (guint64) G_MAXUINT32 + i);
      g_assert_cmpfloat (settings->request.variation_strength, ==, 0.25f);
      single = session_test_picture (&settings->request);
      g_assert_true (session_test_same (single, batch->images[i]));
      g_assert_false (session_test_same (batch->images[i], batch->images[(i + 1) % 3]));
    }
}

/* Other people's files. */
static void
test_parse (void)
{
  static const struct { const char *text; guint64 seed; float strength; } cases[] = {
    { "a\nSteps: 20, Sampler: Euler, Seed: 1, Variation seed: 5, Variation seed strength: 0.2", 5,
      0.2f },
    { "a\nSteps: 20, Sampler: Euler, Seed: 1", 0, 0 },
    { "a\nSteps: 20, Sampler: Euler, Seed: 1, Variation seed: x, Variation seed strength: 7", 0, 0 },
    { "a\nSteps: 20, Seed: 1, Variation seed: -3, Variation seed strength: nan", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GsSettings) settings = gs_settings_parse (cases[i].text, NULL);

      g_assert_nonnull (settings);
      g_assert_cmpuint (settings->request.variation_seed, ==, cases[i].seed);
      g_assert_cmpfloat (settings->request.variation_strength, ==, cases[i].strength);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variations/ends", test_ends);
  g_test_add_func ("/variations/batch", test_batch);
  g_test_add_func ("/variations/parse", test_parse);
  return session_test_run ();
}
