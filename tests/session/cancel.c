/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cancel is heard at every point of a job, is answered at once, and leaves no trace. */
#include "session-test.h"

#include <time.h>

/* The promise is 100 ms or one submit. This is processor time of all the driver's threads, which
 * other programs cannot stretch: 63 ms at most on lavapipe, 82 ms with sanitizers. */
#define SLOW_SECONDS 0.3

/* Says stop at the countdown's end, or once a phase has finished so many steps. */
typedef struct
{
  int     countdown; /* < 0: never */
  int     phase;     /* < 0: any */
  guint   step;
  double  stopped_at; /* in processor time; 0: not yet */
  guint   n_calls_after;
  gboolean seen[GS_PHASE_DECODE + 1];
} Stopper;

static double slowest;

static double
processor_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + now.tv_nsec * 1e-9;
}

static gboolean
watch (const GsProgress *progress, gpointer user_data)
{
  Stopper *stopper = user_data;
  gboolean stop;

  stopper->seen[progress->phase] = TRUE;
  if (stopper->stopped_at != 0)
    {
      stopper->n_calls_after++;
      return FALSE;
    }
  stop = stopper->phase >= 0
             ? (int) progress->phase == stopper->phase && progress->step >= stopper->step
             : stopper->countdown >= 0 && stopper->countdown-- == 0;
  if (stop)
    stopper->stopped_at = processor_seconds ();
  return !stop;
}

/* TRUE if it was cancelled, FALSE if the job was done before. */
static gboolean
run (const GsRequest *request, Stopper *stopper)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = gs_session_generate (session_test_get (), request, watch, stopper,
                                                     &error);
  double seconds = processor_seconds () - stopper->stopped_at;

  if (stopper->stopped_at == 0)
    {
      g_assert_no_error (error);
      return FALSE;
    }
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_null (result);
  slowest = MAX (slowest, seconds);
  g_assert_cmpfloat (seconds, <, SLOW_SECONDS);
  return TRUE;
}

/* The picture of a session that nothing was ever cancelled in. */
static GsImage *
undisturbed (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSession) session = gs_session_new (NULL, &error);
  g_autoptr (GsResult) result = NULL;

  g_assert_no_error (error);
  gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  result = gs_session_generate (session, request, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&result->images[0]);
}

/* Has the driver compile what the request needs, which it does inside of the first submits. */
static void
warm_up (const GsRequest *request)
{
  GsRequest other = *request;
  g_autoptr (GsImage) image = NULL;

  other.prompt = "something else";
  image = session_test_picture (&other);
}

static void
assert_undisturbed (const GsRequest *request, const GsImage *expected)
{
  g_autoptr (GsImage) image = session_test_picture (request);

  g_assert_true (session_test_same (image, expected));
}

static void
test_each_phase (void)
{
  static const struct { GsPhase phase; guint step; } points[] = {
    { GS_PHASE_TEXT_ENCODE, 0 }, { GS_PHASE_IMAGE_ENCODE, 0 }, { GS_PHASE_DENOISE, 0 },
    { GS_PHASE_DENOISE, 2 },     { GS_PHASE_DECODE, 0 },       { GS_PHASE_DECODE, 1 },
  };
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) init = session_test_gradients (64, 64);
  g_autoptr (GsImage) expected = NULL;

  if (session_test_get () == NULL)
    return;
  request.init_image = init;
  request.guidance_scale = 5;
  request.preview = GS_PREVIEW_FAST;
  request.denoising_strength = 1;
  expected = undisturbed (&request);
  warm_up (&request);
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    {
      Stopper stopper = { .phase = points[i].phase, .step = points[i].step };

      g_assert_true (run (&request, &stopper));
      g_assert_true (stopper.seen[points[i].phase]);
    }
  assert_undisturbed (&request, expected);
}

/* At the first call, the second, the third ... until the job is done before. How many there are
 * depends on how long the machine takes. */
static void
test_every_call (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsImage) expected = NULL;
  int n = 0;

  if (session_test_get () == NULL)
    return;
  request.prompt = "a blue boat on the sea, (sunset:1.2)"; /* which no test has encoded */
  request.steps = 2;
  expected = undisturbed (&request);
  warm_up (&request);
  for (;; n++)
    {
      Stopper stopper = { .countdown = n, .phase = -1 };

      if (!run (&request, &stopper))
        break;
      assert_undisturbed (&request, expected);
      g_assert_cmpint (n, <, 500);
    }
  g_test_message ("cancelled at %d calls, answered in %.0f ms at most", n, 1000 * slowest);
  g_assert_cmpint (n, >=, 5);
}

/* The caller that said stop is not asked again, or only to hear the same. */
static void
test_load (void)
{
  GsSession *session = session_test_get ();
  Stopper stopper = { .phase = GS_PHASE_LOAD };
  GsRequest request = session_test_request ();
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  g_assert_false (gs_session_load_model (session, NULL, NULL, watch, &stopper, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_null (gs_session_get_model (session));
  g_clear_error (&error);

  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  gs_session_load_model (session, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (gs_session_get_model (session));
}

/* In the second picture of a batch, too. */
static gboolean
stop_in_second (const GsProgress *progress, gpointer user_data)
{
  guint *n_images = user_data;

  *n_images = progress->n_images;
  return progress->image == 0;
}

static void
test_batch (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) before = NULL;
  guint n_images = 0;

  if (session_test_get () == NULL)
    return;
  before = session_test_picture (&request);
  request.batch = 3;
  g_assert_null (gs_session_generate (session_test_get (), &request, stop_in_second, &n_images,
                                      &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_cmpuint (n_images, ==, 3);
  request.batch = 1;
  assert_undisturbed (&request, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cancel/each-phase", test_each_phase);
  g_test_add_func ("/cancel/every-call", test_every_call);
  g_test_add_func ("/cancel/load", test_load);
  g_test_add_func ("/cancel/batch", test_batch);
  return session_test_run ();
}
