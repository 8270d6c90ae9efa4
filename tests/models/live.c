/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live painting: the same request again with another start picture and seed makes no program, encodes
 * no prompt and computes nothing of the prompt or the timesteps anew; and what is kept for that is
 * never kept for too long. */
#include "session/model.h"

#include <string.h>

#define SIDE 64

static GsSession *session;

static gboolean
skips (void)
{
  if (session == NULL)
    g_test_skip ("no Vulkan device");
  return session == NULL;
}

static GsImage *
start_picture (guint shade)
{
  GsImage *image = gs_image_new (SIDE, SIDE, 3);

  for (gsize i = 0; i < SIDE * SIDE * 3; i++)
    image->pixels[i] = (guint8) (i * 7 % 97 + shade);
  return image;
}

static GsImage *
paint (const char *prompt, guint shade)
{
  g_autoptr (GsImage) init = start_picture (shade);
  GsRequest request = GS_REQUEST_DEFAULT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;

  request.prompt = prompt;
  request.negative_prompt = "fog";
  request.width = request.height = 0;
  request.init_image = init;
  request.denoising_strength = 0.5f;
  request.steps = 4;
  request.seed = shade;
  request.preview = GS_PREVIEW_FAST;
  result = gs_session_generate (session, &request, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&result->images[0]);
}

static gboolean
same (const GsImage *a, const GsImage *b)
{
  return memcmp (a->pixels, b->pixels, SIDE * SIDE * 3) == 0;
}

/* All that a job may find ready: the programs in order of use, and what is noted of them. */
static GPtrArray *
ready (void)
{
  const GsModel *model = session->model;
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; i < model->programs->len; i++)
    {
      gpointer *entry = model->programs->pdata[i]; /* its key, its program, its note */

      for (guint k = 0; k < 3; k++)
        g_ptr_array_add (all, entry[k]);
    }
  g_ptr_array_add (all, GUINT_TO_POINTER (g_hash_table_size (model->times)));
  g_ptr_array_add (all, GUINT_TO_POINTER (g_hash_table_size (model->prompts)));
  return all;
}

static void
test_nothing_again (void)
{
  g_autoptr (GsImage) warm_up = NULL, first = NULL, second = NULL;
  g_autoptr (GPtrArray) before = NULL, after = NULL;

  if (skips ())
    return;
  warm_up = paint ("a red house", 0); /* also measures what previews need */
  first = paint ("a red house", 1);
  before = ready ();
  second = paint ("a red house", 2);
  after = ready ();
  g_assert_cmpuint (before->len, ==, after->len);
  for (guint i = 0; i < before->len; i++)
    g_assert_true (before->pdata[i] == after->pdata[i]);
  g_assert_cmpuint (g_hash_table_size (session->model->times), >, 0);
  g_assert_false (same (first, second));
}

/* Prompts that take turns, and a measurement in between, which leaves other inputs behind. */
static void
test_nothing_stale (void)
{
  static const char *const only[] = { "unet_batch2", NULL };
  const GsBenchOptions options = { .width = SIDE, .height = SIDE, .repeats = 1, .only = only };
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) house = NULL, boat = NULL, house_again = NULL, boat_again = NULL, last = NULL;
  g_autoptr (GsBench) bench = NULL;

  if (skips ())
    return;
  house = paint ("a red house", 3);
  boat = paint ("a blue boat", 3);
  house_again = paint ("a red house", 3);
  boat_again = paint ("a blue boat", 3);
  g_assert_false (same (house, boat));
  g_assert_true (same (house, house_again));
  g_assert_true (same (boat, boat_again));
  bench = gs_session_bench (session, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  last = paint ("a blue boat", 3);
  g_assert_true (same (boat, last));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, NULL);
  if (session != NULL)
    gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_add_func ("/live/nothing-again", test_nothing_again);
  g_test_add_func ("/live/nothing-stale", test_nothing_stale);
  status = g_test_run ();
  gs_session_free (session);
  return status;
}
