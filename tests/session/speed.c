/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shortcuts: which evaluation does what, that parts cut out of the U-Net are the whole where they are
 * fed its own results, and what that makes of pictures. */
#include "session-test.h"
#include "session/model.h"
#include "session/speed.h"

#include <math.h>
#include <string.h>

/* ---- Plans ---------------------------------------------------------------------------------- */

/* "W2 W2 W1 ..." of one evaluation a step. */
static char *
plan (const GsSpeed *speed, guint n_steps, guint batch)
{
  static const char letters[GS_N_UNET_PARTS] = { 'W', 'D', 's', 'C', 'g' };
  GsSpeedState state = { .speed = *speed, .n_steps = n_steps, .batch = batch };
  GString *text = g_string_new (NULL);
  GsWay ways[GS_MAX_WAYS];
  const guint n = gs_speed_ways (speed, batch, ways);

  for (guint i = 0; i < n_steps; i++)
    {
      const GsWay way = gs_speed_next (&state, i);
      gboolean is_listed = FALSE;

      g_string_append_printf (text, "%s%c%u", i > 0 ? " " : "", letters[way.part], way.batch);
      for (guint k = 0; k < n; k++)
        is_listed = is_listed || (ways[k].part == way.part && ways[k].batch == way.batch);
      g_assert_true (is_listed);
    }
  return g_string_free (text, FALSE);
}

static void
test_plans (void)
{
  static const struct
  {
    GsSpeed speed;
    guint batch;
    const char *want;
  } cases[] = {
    { { 0 }, 2, "W2 W2 W2 W2 W2 W2" },
    { { 0 }, 1, "W1 W1 W1 W1 W1 W1" },
    { { .guide_from = 0.2f, .guide_to = 0.7f }, 2, "W1 W2 W2 W2 W1 W1" },
    { { .guide_to = 0.5f }, 2, "W2 W2 W2 W1 W1 W1" },
    { { .guide_to = 0.5f }, 1, "W1 W1 W1 W1 W1 W1" },
    { { .deep_cache = 3 }, 2, "D2 s2 s2 D2 s2 s2" },
    { { .deep_cache = 1 }, 2, "W2 W2 W2 W2 W2 W2" },
    { { .gate = 3 }, 2, "W2 W2 C2 g1 g1 g1" },
    { { .gate = 9 }, 2, "W2 W2 W2 W2 W2 W2" },
    { { .gate = 2 }, 1, "W1 C1 g1 g1 g1 g1" },
    /* Together: what is kept of a batch of two is no use to one. */
    { { .guide_from = 0.5f, .deep_cache = 2 }, 2, "D1 s1 D1 D2 s2 D2" },
    { { .guide_to = 0.5f, .deep_cache = 2, .gate = 5 }, 3, "D3 s3 D3 D1 C3 g1" },
    { { .deep_cache = 2, .gate = 4 }, 2, "D2 s2 D2 C2 g1 g1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = plan (&cases[i].speed, 6, cases[i].batch);

      g_assert_cmpstr (got, ==, cases[i].want);
    }
}

/* ---- Programs ------------------------------------------------------------------------------- */

#define WIDTH 12
#define HEIGHT 8

static GsProgram *
program (GsUnetPart part, guint batch)
{
  g_autoptr (GError) error = NULL;
  GsUnetPrograms programs;

  gs_unet_programs (session_test_get (), part, batch, WIDTH, HEIGHT, 77, NULL, &programs,
                    &error);
  g_assert_no_error (error);
  return programs.steps;
}

/* Numbers that depend on the input's name alone, the same for each sample of it. */
static void
fill (GsProgram *self)
{
  GPtrArray *tensors = gs_program_get_graph (self)->tensors;

  for (guint i = 0; i < tensors->len; i++)
    {
      const GsTensor *tensor = tensors->pdata[i];
      g_autofree float *values = NULL;
      g_autoptr (GRand) random = NULL;
      g_autoptr (GError) error = NULL;
      gsize n, n_sample;

      if (tensor->kind != GS_TENSOR_INPUT)
        continue;
      random = g_rand_new_with_seed (g_str_hash (tensor->name));
      n = gs_shape_elements (tensor->shape);
      n_sample = n / tensor->shape.n;
      values = g_new (float, n);
      for (gsize k = 0; k < n; k++)
        values[k] = k < n_sample ? (float) g_rand_double_range (random, -1, 1) : values[k - n_sample];
      gs_program_set_floats (self, tensor->name, values, n, &error);
      g_assert_no_error (error);
    }
}

/* The first sample of what it makes. */
static float *
run (GsProgram *self)
{
  const GsShape shape = gs_program_get_shape (self, 0);
  const gsize n = gs_shape_elements (shape);
  float *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  gs_program_run (self, &error);
  g_assert_no_error (error);
  gs_program_get_floats (self, 0, values, n, &error);
  g_assert_no_error (error);
  return values;
}

static guint
count_live (GsProgram *self)
{
  GPtrArray *nodes = gs_program_get_graph (self)->nodes;
  guint n = 0;

  for (guint i = 0; i < nodes->len; i++)
    n += !((GsNode *) nodes->pdata[i])->dead;
  return n;
}

static void
assert_close (const float *a, const float *b, gsize n, const char *what)
{
  double peak = 0, worst = 0;

  for (gsize i = 0; i < n; i++)
    {
      peak = MAX (peak, fabs (b[i]));
      worst = MAX (worst, fabs (a[i] - b[i]));
    }
  g_test_message ("%s: differs by %.2g of the peak", what, worst / peak);
  g_assert_cmpfloat (peak, >, 0);
  g_assert_cmpfloat (worst, <=, 1e-5 * peak);
}

/* Where both see the same latent, the part makes what the whole makes: what differs in a run is that
 * what is kept is older. From a batch of two of the same the mean is the same too. */
static void
test_parts (void)
{
  static const struct
  {
    GsUnetPart keep, use;
    guint keep_batch, use_batch;
    const char *name;
  } cases[] = {
    { GS_UNET_KEEP_DEEP, GS_UNET_SHALLOW, 2, 2, "shallow" },
    { GS_UNET_KEEP_DEEP, GS_UNET_SHALLOW, 1, 1, "shallow alone" },
    { GS_UNET_KEEP_CROSS, GS_UNET_GATED, 2, 1, "gated" },
    { GS_UNET_KEEP_CROSS, GS_UNET_GATED, 1, 1, "gated alone" },
  };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsProgram *whole = program (GS_UNET_WHOLE, cases[i].use_batch);
      GsProgram *keep = program (cases[i].keep, cases[i].keep_batch);
      GsProgram *use = program (cases[i].use, cases[i].use_batch);
      const GsShape shape = gs_program_get_shape (whole, 0);
      const gsize n = gs_shape_elements (shape) / shape.n;
      g_autofree float *want = NULL, *kept = NULL, *stale = NULL, *got = NULL;
      g_autoptr (GError) error = NULL;

      fill (whole);
      fill (keep);
      fill (use);
      want = run (whole);
      kept = run (keep);
      stale = run (use); /* with other numbers than the whole's in place of what is kept */
      g_assert_true (gs_program_pass (keep, use, &error));
      g_assert_no_error (error);
      got = run (use);
      assert_close (kept, want, n, "all");
      assert_close (got, want, n, cases[i].name);
      g_assert_cmpint (memcmp (stale, got, n * sizeof *got), !=, 0);
      g_assert_cmpuint (count_live (use), <, count_live (whole));
    }
}

/* ---- Pictures ------------------------------------------------------------------------------- */

static GsRequest
guided_request (void)
{
  GsRequest request = session_test_request ();

  request.guidance_scale = 5;
  request.steps = 6;
  return request;
}

static void
test_pictures (void)
{
  GsRequest request = guided_request ();
  g_autoptr (GsImage) plain = NULL, off = NULL, free_u = NULL;
  const struct
  {
    const char *name;
    float from, to;
    guint deep_cache, gate;
    gboolean free_u;
  } cases[] = {
    { "cfg interval", 0, 0.6f, 0, 0 },
    { "deep cache", 0, 0, 2, 0 },
    { "gate", 0, 0, 0, 4 },
    { "all", 0, 0.6f, 2, 4 },
    { "freeu and deep cache", 0, 0, 2, 0, TRUE },
    { "freeu and all", 0, 0.6f, 2, 4, TRUE },
  };

  if (session_test_get () == NULL)
    return;
  plain = session_test_picture (&request);
  request.guidance_to = 1;
  request.deep_cache = 1;
  request.gate = 100;
  off = session_test_picture (&request);
  g_assert_true (session_test_same (off, plain));
  request.free_u = TRUE; /* no short cut: another picture, which the short cuts then come near */
  free_u = session_test_picture (&request);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsRequest shorter = guided_request (), other = guided_request ();
      g_autoptr (GsImage) got = NULL, another = NULL;
      const GsImage *whole = cases[i].free_u ? free_u : plain;

      shorter.guidance_from = cases[i].from;
      shorter.guidance_to = cases[i].to;
      shorter.deep_cache = cases[i].deep_cache;
      shorter.gate = cases[i].gate;
      shorter.free_u = cases[i].free_u;
      other.seed++;
      other.free_u = cases[i].free_u;
      got = session_test_picture (&shorter);
      another = session_test_picture (&other);
      g_test_message ("%s: %.1f of 255 from the whole; another seed %.1f", cases[i].name,
                      session_test_difference (got, whole), session_test_difference (another, whole));
      g_assert_false (session_test_same (got, whole));
      g_assert_cmpfloat (session_test_difference (got, whole), <,
                         0.8 * session_test_difference (another, whole));
    }
}

/* FreeU changes what DeepCache makes, too, and nothing of what is made without it afterwards. */
static void
test_free_u (void)
{
  GsRequest request = guided_request (), pair = guided_request ();
  g_autoptr (GsImage) plain = NULL, with = NULL, deep = NULL, deep_with = NULL, again = NULL;
  g_autoptr (GsImage) mask = session_test_mask (64, 64, 32, 0, 32, 64), masked = NULL;
  g_autoptr (GsResult) both = NULL;

  if (session_test_get () == NULL)
    return;
  plain = session_test_picture (&request);
  request.free_u = TRUE;
  with = session_test_picture (&request);
  g_assert_false (session_test_same (with, plain));
  request.deep_cache = 2;
  deep_with = session_test_picture (&request);
  request.free_u = FALSE;
  deep = session_test_picture (&request);
  g_assert_false (session_test_same (deep_with, deep));
  request.deep_cache = 0;
  again = session_test_picture (&request);
  g_assert_true (session_test_same (again, plain));

  pair.free_u = TRUE;
  pair.batch = 2;
  both = session_test_generate (&pair);
  g_assert_true (session_test_same (both->images[0], with));
  g_assert_false (session_test_same (both->images[1], with));

  request.free_u = TRUE;
  request.init_image = plain;
  request.mask = mask;
  request.mask_feather = 0;
  masked = session_test_picture (&request);
  g_assert_false (session_test_same (masked, plain));
  for (guint y = 0; y < 64; y++)
    g_assert_cmpmem (masked->pixels + y * 64 * 3, 32 * 3, plain->pixels + y * 64 * 3, 32 * 3);
}

/* The plan knows of it, and with the least memory that there may be the picture is the same. */
static void
test_free_u_with_less_memory (void)
{
  GsSession *session = session_test_get ();
  GsRequest request = guided_request ();
  g_autoptr (GsImage) whole = NULL;
  g_autoptr (GError) error = NULL;
  guint64 first = 0, needed, available;

  if (session == NULL)
    return;
  request.steps = 2;
  request.free_u = TRUE;
  whole = session_test_picture (&request);
  for (;;)
    {
      g_autoptr (GsResult) result = NULL;

      g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
      if (needed > available)
        break;
      first = MAX (first, needed);
      result = session_test_generate (&request);
      g_assert_cmpuint (result->peak_bytes, <=, session->memory_limit);
      g_assert_true (session_test_same (result->images[0], whole));
      session->memory_limit = needed * 3 / 4;
    }
  g_assert_cmpuint (session->memory_limit, <, first * 3 / 4); /* more than one plan was tried */
  session->memory_limit = G_MAXUINT64;
}

/* A run that goes on behind the gate makes what it needs first. */
static void
test_resumed_behind_the_gate (void)
{
  GsRequest request = guided_request ();
  g_autoptr (GsResult) whole = NULL, rest = NULL;

  if (session_test_get () == NULL)
    return;
  request.gate = 2;
  request.keep_steps = TRUE;
  whole = session_test_generate (&request);
  request.resume = whole->steps[0];
  request.resume_step = 4;
  rest = session_test_generate (&request);
  g_assert_cmpfloat (session_test_difference (rest->images[0], whole->images[0]), <, 10);
}

static void
test_settings_come_back (void)
{
  GsRequest request = guided_request ();
  g_autoptr (GsResult) result = NULL, again = NULL;
  g_autoptr (GsSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  if (session_test_get () == NULL)
    return;
  request.guidance_from = 0.1f;
  request.guidance_to = 0.85f;
  request.deep_cache = 2;
  request.gate = 4;
  request.free_u = TRUE;
  result = session_test_generate (&request);
  g_assert_nonnull (strstr (result->parameters[0],
                            "CFG interval: 0.1-0.85, DeepCache: 2, T-GATE: 4, FreeU: v2"));
  settings = gs_settings_parse (result->parameters[0], &error);
  g_assert_no_error (error);
  again = session_test_generate (&settings->request);
  g_assert_true (session_test_same (again->images[0], result->images[0]));
}

static void
test_refused (void)
{
  GsRequest requests[3];

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < 3; i++)
    requests[i] = guided_request ();
  requests[0].guidance_from = 0.7f;
  requests[0].guidance_to = 0.3f;
  requests[1].deep_cache = 21;
  requests[2].gate = 2000;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_session_generate (session_test_get (), &requests[i], NULL, NULL, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/speed/plans", test_plans);
  g_test_add_func ("/speed/parts", test_parts);
  g_test_add_func ("/speed/pictures", test_pictures);
  g_test_add_func ("/speed/free-u", test_free_u);
  g_test_add_func ("/speed/free-u-with-less-memory", test_free_u_with_less_memory);
  g_test_add_func ("/speed/resumed-behind-the-gate", test_resumed_behind_the_gate);
  g_test_add_func ("/speed/settings-come-back", test_settings_come_back);
  g_test_add_func ("/speed/refused", test_refused);
  return session_test_run ();
}
