/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each picture of a batch is handed out as soon as it is made, also if the batch is then
 * cancelled. */
#include "session-test.h"

#define BATCH 3

typedef struct
{
  GsImage *images[BATCH];
  GsImage *coverage;
  char    *parameters[BATCH];
  guint    n, cancel_at;
  gboolean denoises_next; /* the next picture was begun since the last one was handed out */
} Collected;

static void
collected_clear (Collected *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      gs_image_free (self->images[i]);
      g_free (self->parameters[i]);
    }
  gs_image_free (self->coverage);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Collected, collected_clear)

static gboolean
collect (const GsProgress *progress, gpointer user_data)
{
  const GsFinished *finished = progress->finished;
  Collected *self = user_data;

  self->denoises_next |= progress->phase == GS_PHASE_DENOISE;
  if (finished == NULL)
    return TRUE;
  g_assert_true (self->denoises_next);
  self->denoises_next = FALSE;
  g_assert_cmpuint (finished->index, ==, self->n);
  g_assert_cmpuint (progress->image, ==, self->n);
  g_assert_cmpuint (progress->n_images, ==, BATCH);
  g_assert_cmpuint (finished->seed, ==, 7 + self->n);
  g_assert_cmpuint (gs_steps_get_n (finished->steps), >, 0);
  self->images[self->n] = gs_image_copy (finished->image);
  self->parameters[self->n] = g_strdup (finished->parameters);
  if (self->coverage == NULL)
    self->coverage = gs_image_copy (progress->coverage);
  self->n++;
  return self->n != self->cancel_at;
}

static void
test_finished (void)
{
  g_autoptr (GsImage) picture = session_test_gradients (64, 72);
  g_autoptr (GsImage) mask = session_test_mask (64, 72, 20, 20, 30, 30);
  GsRequest request = session_test_request ();
  g_auto (Collected) all = { 0 }, some = { .cancel_at = 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) batch = NULL, cancelled = NULL;

  if (session_test_get () == NULL)
    return;
  request.width = request.height = 0;
  request.init_image = picture;
  request.mask = mask;
  request.batch = BATCH;
  request.keep_steps = TRUE;
  batch = gs_session_generate (session_test_get (), &request, collect, &all, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all.n, ==, BATCH);
  g_assert_true (session_test_same (all.coverage, batch->coverage));

  cancelled = gs_session_generate (session_test_get (), &request, collect, &some, &error);
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_null (cancelled);
  g_assert_cmpuint (some.n, ==, 2);
  for (guint i = 0; i < BATCH; i++)
    {
      g_assert_true (session_test_same (all.images[i], batch->images[i]));
      g_assert_cmpstr (all.parameters[i], ==, batch->parameters[i]);
      if (i < some.n)
        g_assert_true (session_test_same (some.images[i], batch->images[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/finished/finished", test_finished);
  return session_test_run ();
}
