/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise from seeds: torch's numbers on the CPU and on CUDA, and slerp. */
#include "base/random.h"

#include "io/tensor-file.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-5

static void
assert_close (const char *what, const float *got, const float *want, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabsf (got[i] - want[i]) <= TOLERANCE))
      g_error ("%s: element %" G_GSIZE_FORMAT " is %.7g, should be %.7g", what, i, got[i], want[i]);
}

/* ---- Typed-in numbers ----------------------------------------------------------------------- */

/* From PyTorch 2.6, torch.Generator ("cpu").manual_seed (42), the starts of: [1,4,8,8], then
 * again; the end of [1,4,5,7] and all of [11], each after manual_seed (42); from A1111's
 * rng_philox.Generator (42): [1,4,8,8] twice. */
static const float cpu_256[] = {
  1.926915f, 1.487284f, 0.9007172f, -2.105521f, 0.6784185f, -1.234545f,
};
static const float cpu_256_again[] = {
  -0.6854816f, 0.563559f, -1.507175f, -1.610666f, -1.479047f, 0.4322743f,
};
static const float cpu_140_end[] = {
  -1.439124f, 0.5213817f, 0.3487517f, 0.9675941f, -0.4656884f, 1.604797f,
};
static const float cpu_11[] = {
  0.3366904f, 0.1288094f, 0.2344624f, 0.230333f, -1.122856f, -0.1863283f,
  2.208201f, -0.637997f, 0.4616572f, 0.2673509f, 0.5349047f,
};
static const float cuda_256[] = {
  0.1940189f, 2.161374f, -0.172051f, 0.84906f, -1.924399f, 0.6529853f,
};
static const float cuda_256_again[] = {
  0.1391375f, -0.1082162f, -0.7174222f, 0.7566487f, 0.3714882f, -1.004941f,
};

static void
test_cpu (void)
{
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 42);
  g_autoptr (GsRandom) small = gs_random_new (GS_RNG_CPU, 42);
  g_autoptr (GsRandom) odd = gs_random_new (GS_RNG_CPU, 42);
  g_autoptr (GsRandom) wide = gs_random_new (GS_RNG_CPU, 42 + (G_GUINT64_CONSTANT (7) << 32));
  float got[256], got_wide[256];

  gs_random_normal (random, got, 256);
  assert_close ("first", got, cpu_256, G_N_ELEMENTS (cpu_256));
  gs_random_normal (wide, got_wide, 256);
  assert_close ("low 32 bits of the seed", got_wide, got, 256);
  gs_random_normal (random, got, 256);
  assert_close ("second", got, cpu_256_again, G_N_ELEMENTS (cpu_256_again));
  gs_random_normal (small, got, 11);
  assert_close ("11 elements", got, cpu_11, 11);
  gs_random_normal (odd, got, 140);
  assert_close ("the tail of 140", got + 140 - 6, cpu_140_end, 6);
}

/* Pairs of normals outlive a call, blocks do not touch the one left over. */
static void
test_cpu_pairs (void)
{
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 42);
  float got[11], block[16];

  gs_random_normal (random, got, 3);
  gs_random_normal (random, got + 3, 1);
  gs_random_normal (random, got + 4, 7);
  assert_close ("3 + 1 + 7 elements", got, cpu_11, 11);
  gs_random_free (g_steal_pointer (&random));

  random = gs_random_new (GS_RNG_CPU, 42);
  gs_random_normal (random, got, 1);
  gs_random_normal (random, block, 16);
  gs_random_normal (random, got + 1, 1);
  assert_close ("around a block", got, cpu_11, 2);
}

static void
test_cuda (void)
{
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CUDA, 42);
  g_autoptr (GsRandom) wide = gs_random_new (GS_RNG_CUDA, 42 + (G_GUINT64_CONSTANT (7) << 32));
  float got[256], got_wide[256];

  gs_random_normal (random, got, 256);
  assert_close ("first", got, cuda_256, G_N_ELEMENTS (cuda_256));
  gs_random_normal (wide, got_wide, 256);
  g_assert_cmpfloat (fabsf (got[0] - got_wide[0]), >, TOLERANCE);
  gs_random_normal (random, got, 256);
  assert_close ("second", got, cuda_256_again, G_N_ELEMENTS (cuda_256_again));
}

/* The twister's 10000th word from its default seed, as the C++ standard gives it (rand.predef). */
static void
test_twister (void)
{
  g_autoptr (GsRandom) random = gs_random_new (GS_RNG_CPU, 5489);
  guint32 word = 0;

  for (guint i = 0; i < 10000; i++)
    word = gs_random_uint32 (random);
  g_assert_cmpuint (word, ==, 4123659995u);
}

static void
test_moments (void)
{
  const GsRngKind kinds[] = { GS_RNG_CPU, GS_RNG_CUDA };
  const gsize n = 100003; /* not a multiple of 16 */
  g_autofree float *data = g_new (float, n);

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GsRandom) random = gs_random_new (kinds[k], 7);
      double sum = 0, squares = 0;

      gs_random_normal (random, data, n);
      for (gsize i = 0; i < n; i++)
        {
          sum += data[i];
          squares += (double) data[i] * data[i];
        }
      g_assert_cmpfloat (fabs (sum / n), <, 0.02);
      g_assert_cmpfloat (fabs (squares / n - 1), <, 0.02);
    }
}

static void
test_below (void)
{
  const GsRngKind kinds[] = { GS_RNG_CPU, GS_RNG_CUDA };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GsRandom) random = gs_random_new (kinds[k], 1);
      guint counts[3] = { 0 };

      for (guint i = 0; i < 3000; i++)
        counts[gs_random_below (random, 3)]++;
      for (guint i = 0; i < 3; i++)
        g_assert_cmpuint (counts[i], >, 900);
      g_assert_cmpuint (gs_random_below (random, 1), ==, 0);
    }
}

static void
test_slerp (void)
{
  const float low[] = { 1, 0, 0, 2 };  /* one plane of 2 rows, 2 columns: (1, 0) and (0, 2) */
  const float high[] = { 0, 1, 1, 0 }; /* (0, 1) and (1, 0): at right angles to them */
  const float half = sqrtf (0.5f);
  const float want[] = { half, half, half, 2 * half };
  float got[4];

  gs_slerp (0.5f, low, high, got, 1, 2, 2);
  assert_close ("half way", got, want, 4);
  gs_slerp (0.25f, low, low, got, 1, 2, 2);
  assert_close ("parallel", got, low, 4);
}

/* ---- The reference's files ------------------------------------------------------------------ */

static GsTensorFile *
open_golden (const char *name)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *path = shared != NULL ? g_build_filename (shared, "golden", "rng", name, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  GsTensorFile *file;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  file = gs_tensor_file_open (path, &error);
  g_assert_no_error (error);
  return file;
}

static float *
load (GsTensorFile *file, const char *name, gsize *n)
{
  const GsStoredTensor *tensor = gs_tensor_file_find (file, name);
  float *data;

  g_assert_nonnull (tensor);
  *n = gs_stored_tensor_n_elements (tensor);
  data = g_new (float, *n);
  gs_stored_tensor_to_float (tensor, data);
  return data;
}

static void
check_draw (GsTensorFile *file, GsRandom *random, const char *kind, gint64 seed, const char *draw)
{
  g_autofree char *name = g_strdup_printf ("out.%s.%" G_GINT64_FORMAT ".%s", kind, seed, draw);
  gsize n;
  g_autofree float *want = load (file, name, &n);
  g_autofree float *got = g_new (float, n);

  gs_random_normal (random, got, n);
  assert_close (name, got, want, n);
}

static void
test_golden_noise (void)
{
  g_autoptr (GsTensorFile) file = open_golden ("noise.safetensors");
  const GsStoredTensor *seeds;
  guint n_seeds;

  if (file == NULL)
    {
      g_test_skip ("the reference cases are not there");
      return;
    }
  seeds = gs_tensor_file_find (file, "in.seeds");
  n_seeds = (guint) gs_stored_tensor_n_elements (seeds);
  for (guint i = 0; i < n_seeds; i++)
    {
      gint64 seed;
      g_autoptr (GsRandom) cpu = NULL;
      g_autoptr (GsRandom) odd = NULL;
      g_autoptr (GsRandom) small = NULL;
      g_autoptr (GsRandom) cuda = NULL;

      memcpy (&seed, (const char *) seeds->data + i * sizeof seed, sizeof seed);
      cpu = gs_random_new (GS_RNG_CPU, (guint64) seed);
      odd = gs_random_new (GS_RNG_CPU, (guint64) seed);
      small = gs_random_new (GS_RNG_CPU, (guint64) seed);
      cuda = gs_random_new (GS_RNG_CUDA, (guint64) seed);
      check_draw (file, cpu, "cpu", seed, "first");
      check_draw (file, cpu, "cpu", seed, "second");
      check_draw (file, odd, "cpu", seed, "odd");
      check_draw (file, small, "cpu", seed, "small");
      check_draw (file, cuda, "philox", seed, "first");
      check_draw (file, cuda, "philox", seed, "second");
    }
  g_test_message ("%u seeds, %u draws", n_seeds, 6 * n_seeds);
}

static void
test_golden_slerp (void)
{
  g_autoptr (GsTensorFile) file = open_golden ("slerp.safetensors");
  const char *const strengths[] = { "0.0", "0.1", "0.5", "0.9", "1.0" };
  g_autofree float *low = NULL;
  g_autofree float *high = NULL;
  gsize n;

  if (file == NULL)
    {
      g_test_skip ("the reference cases are not there");
      return;
    }
  low = load (file, "in.a", &n);
  high = load (file, "in.b", &n);
  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autofree char *name = g_strconcat ("out.slerp.", strengths[i], NULL);
      g_autofree float *want = load (file, name, &n);
      g_autofree float *got = g_new (float, n);

      gs_slerp ((float) g_ascii_strtod (strengths[i], NULL), low, high, got, 4, 8, 8);
      assert_close (name, got, want, n);
    }
  g_test_message ("%u strengths", (guint) G_N_ELEMENTS (strengths));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/cpu", test_cpu);
  g_test_add_func ("/random/cpu-pairs", test_cpu_pairs);
  g_test_add_func ("/random/cuda", test_cuda);
  g_test_add_func ("/random/twister", test_twister);
  g_test_add_func ("/random/moments", test_moments);
  g_test_add_func ("/random/below", test_below);
  g_test_add_func ("/random/slerp", test_slerp);
  g_test_add_func ("/random/golden/noise", test_golden_noise);
  g_test_add_func ("/random/golden/slerp", test_golden_slerp);
  return g_test_run ();
}
