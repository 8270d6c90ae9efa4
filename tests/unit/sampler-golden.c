/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded runs of the reference samplers, alone and in whole pipelines, made again. Needs the
 * golden fixtures beside the source; skipped without. */
#include "io/json.h"
#include "io/tensor-file.h"
#include "sample/reference-case.h"
#include "sample/sampler-config.h"
#include "sample/sampler.h"

#include <math.h>
#include <string.h>

/* ---- Recorded runs -------------------------------------------------------------------------- */

static float *
tensor_of_file (const char *name, gsize *n, gpointer user_data)
{
  const GsStoredTensor *tensor = gs_tensor_file_find (user_data, name);
  float *values;

  *n = 0;
  if (tensor == NULL)
    return NULL;
  *n = gs_stored_tensor_n_elements (tensor);
  values = g_new (float, *n);
  gs_stored_tensor_to_float (tensor, values);
  return values;
}

static void
check_case (const char *folder, JsonObject *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, gs_json_get_string (entry, "file"), NULL);
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *id = gs_json_get_string (entry, "id");
  GsReferenceResult result;

  g_assert_no_error (error);
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    g_ptr_array_add (names, (gpointer) gs_tensor_file_tensor (file, i)->name);
  g_ptr_array_add (names, NULL);
  gs_reference_case_check (entry, (const char *const *) names->pdata, tensor_of_file, file, &result,
                           &error);
  g_assert_no_error (error);
  g_test_message ("%-34s %s %.2g of %.2g (%s)", id, result.passed ? "ok" : "FAILED",
                  result.max_relative, result.tolerance, result.detail);
  if (!result.passed)
    {
      g_test_message ("%s failed", id);
      g_test_fail ();
    }
}

static JsonObject *
load_manifest (char **folder)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *manifest;

  *folder = g_build_filename (g_getenv ("GESSO_SHARED") ?: "", "golden", NULL);
  path = g_build_filename (*folder, "MANIFEST.json", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no golden fixtures beside the source");
      return NULL;
    }
  manifest = gs_json_load_object (path, &error);
  g_assert_no_error (error);
  return manifest;
}

static void
test_golden (void)
{
  g_autofree char *folder = NULL;
  g_autoptr (JsonObject) manifest = load_manifest (&folder);
  JsonArray *cases = gs_json_get_array (manifest, "cases");
  guint n_checked = 0;

  if (manifest == NULL)
    return;
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *entry = json_array_get_object_element (cases, i);

      if (g_strcmp0 (gs_json_get_string (entry, "group"), "scheduler") == 0)
        {
          check_case (folder, entry);
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, >, 0);
}

/* ---- Pipelines ------------------------------------------------------------------------------- */

/* A recorded picture from prompt to latent. The guided noise of each step is given back instead of
 * a model's, so what is checked is what lies round the model: where a run begins for a denoising
 * strength, what is blended after each step, which latent each step leaves. The image's own latent
 * is not in the file; the first step's result is taken over where it would be needed. */
typedef struct
{
  float *guided, *latents, *x0, *timesteps, *noise, *mask;
  const float *init; /* right where the mask is 0: the last latents */
  GsTensorFile *file;
  GsSampler *sampler;
  gsize n, call, draw;
  double worst;
  gboolean starts_from_image;
} Picture;

static double
distance (const float *got, const float *want, gsize n)
{
  double off = 0.0, peak = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      off = MAX (off, fabs (got[i] - want[i]));
      peak = MAX (peak, fabs (want[i]));
    }
  return off / peak;
}

static gboolean
give_recorded (const float *input, double timestep, float *output, gpointer user_data,
               GError **error)
{
  Picture *picture = user_data;

  g_assert_cmpfloat_with_epsilon (timestep, picture->timesteps[picture->call], 1e-3);
  memcpy (output, picture->guided + picture->call * picture->n, picture->n * sizeof (float));
  picture->call++;
  return TRUE;
}

static void
give_noise (float *out, gsize n, gpointer user_data)
{
  Picture *picture = user_data;
  g_autofree char *name = g_strdup_printf ("in.step_noise.%zu", picture->draw++);
  gsize n_noise;
  g_autofree float *noise = tensor_of_file (name, &n_noise, picture->file);

  g_assert_cmpuint (n_noise, ==, n);
  memcpy (out, noise, n * sizeof (float));
}

static gboolean
blend_and_compare (const GsSamplerStep *step, gpointer user_data)
{
  Picture *picture = user_data;
  const float *want = picture->latents + step->index * picture->n;
  g_autofree float *original = g_new (float, picture->n);

  if (picture->mask != NULL)
    {
      gsize plane = picture->n / 4;

      gs_sampler_renoise (picture->sampler, step->index + 1, picture->init, picture->noise,
                          original);
      for (gsize i = 0; i < picture->n; i++)
        if (picture->mask[i % plane] < 0.5f)
          step->x[i] = original[i];
    }
  if (picture->starts_from_image && step->index == 0)
    memcpy (step->x, want, picture->n * sizeof (float));
  else
    {
      picture->worst = MAX (picture->worst, distance (step->x, want, picture->n));
      if (picture->x0 != NULL)
        picture->worst = MAX (
          picture->worst, distance (step->x0, picture->x0 + step->index * picture->n, picture->n));
    }
  return TRUE;
}

static void
check_pipeline (const char *folder, JsonObject *entry)
{
  static const GsSamplerCallbacks callbacks = { give_recorded, give_noise, NULL,
                                                blend_and_compare };
  g_autofree char *path = g_build_filename (folder, gs_json_get_string (entry, "file"), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, &error);
  JsonObject *config = gs_json_get_object (entry, "config");
  GsNoiseConfig noise = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = gs_schedule_new (&noise, NULL);
  const char *id = gs_json_get_string (entry, "id");
  Picture picture = { .file = file };
  GsSamplerOptions options;
  double strength = 1.0;
  guint n_steps = 0;
  gsize n_all = 0, n_other = 0, n_times = 0;
  g_autofree float *x = NULL, *guided = NULL, *latents = NULL, *x0 = NULL, *start = NULL,
                   *mask = NULL;
  g_autofree float *timesteps = NULL, *renoise = NULL;

  g_assert_no_error (error);
  guided = picture.guided = tensor_of_file ("out.guided_eps", &n_all, file);
  latents = picture.latents = tensor_of_file ("out.latents", &n_other, file);
  x0 = picture.x0 = tensor_of_file ("out.x0", &n_other, file);
  timesteps = picture.timesteps = tensor_of_file ("out.timesteps", &n_times, file);
  renoise = picture.noise = tensor_of_file ("in.noise.0", &n_other, file);
  start = tensor_of_file ("in.latents", &n_other, file);
  if (g_str_has_prefix (id, "inpaint4"))
    mask = picture.mask = tensor_of_file ("mid.mask_latent", &n_other, file);
  gs_json_get_uint (config, "steps", &n_steps);
  gs_json_get_double (config, "strength", &strength);
  g_assert_true (
    gs_sampler_options_from_pipeline (&options, gs_json_get_string (config, "scheduler"), &error));
  g_assert_no_error (error);

  picture.n = n_all / n_times;
  picture.init = latents + (n_times - 1) * picture.n;
  picture.starts_from_image = strength < 1.0;
  picture.sampler = gs_sampler_new (&options, schedule, n_steps, strength, picture.n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_sampler_n_steps (picture.sampler), ==, n_times);
  x = g_new0 (float, picture.n);
  if (strength == 1.0)
    gs_sampler_start (picture.sampler, NULL, start != NULL ? start : renoise, x);
  gs_sampler_run (picture.sampler, x, &callbacks, &picture, &error);
  g_assert_no_error (error);
  gs_sampler_free (picture.sampler);
  g_test_message ("%-28s %.2g", id, picture.worst);
  g_assert_cmpfloat (picture.worst, <, 5e-6);
}

static void
test_pipelines (void)
{
  g_autofree char *folder = NULL;
  g_autoptr (JsonObject) manifest = load_manifest (&folder);
  JsonArray *cases = gs_json_get_array (manifest, "cases");
  guint n_checked = 0;

  if (manifest == NULL)
    return;
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *entry = json_array_get_object_element (cases, i);
      JsonObject *config = gs_json_get_object (entry, "config");

      if (g_strcmp0 (gs_json_get_string (entry, "group"), "pipeline") != 0 ||
          gs_json_get_string (config, "scheduler") == NULL)
        continue;
      check_pipeline (folder, entry);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >, 0);
}

/* ---- A1111's inpainting ---------------------------------------------------------------------- */

typedef struct
{
  float *denoised, *starts;
  gsize n, step;
  const double *sigmas;
  double worst;
} Blend;

/* What a model must have said for the recorded (blended) estimate. */
static gboolean
say_estimate (const float *input, double timestep, float *output, gpointer user_data,
              GError **error)
{
  Blend *blend = user_data;
  double sigma = blend->sigmas[blend->step], scale = sqrt (sigma * sigma + 1.0);

  for (gsize i = 0; i < blend->n; i++)
    output[i] = (float) ((input[i] * scale - blend->denoised[blend->step * blend->n + i]) / sigma);
  return TRUE;
}

static gboolean
compare_start (const float *x, float *x0, double sigma, double timestep, gpointer user_data)
{
  Blend *blend = user_data;

  blend->worst = MAX (blend->worst, distance (x, blend->starts + blend->step * blend->n, blend->n));
  memcpy (x0, blend->denoised + blend->step * blend->n, blend->n * sizeof (float));
  blend->step++;
  return TRUE;
}

static void
test_a1111_inpaint (void)
{
  static const GsSamplerCallbacks callbacks = { say_estimate, NULL, compare_start, NULL };
  g_autofree char *folder = NULL;
  g_autoptr (JsonObject) manifest = load_manifest (&folder);
  g_autofree char *path = NULL;
  g_autoptr (GsTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  GsNoiseConfig noise_config = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = gs_schedule_new (&noise_config, NULL);
  g_autoptr (GsSampler) sampler = NULL;
  g_autofree float *init = NULL, *noise = NULL, *given = NULL, *denoised = NULL, *starts = NULL,
                   *want = NULL;
  g_autofree float *mask = NULL, *x = NULL;
  double sigmas[GS_MAX_STEPS + 1];
  gsize n, n_sigmas, n_other;
  GsSamplerOptions options;
  Blend blend = { 0 };

  if (manifest == NULL)
    return;
  path = g_build_filename (folder, "pipeline", "inpaint4-a1111.safetensors", NULL);
  file = gs_tensor_file_open (path, &error);
  g_assert_no_error (error);
  init = tensor_of_file ("in.init_latent", &n, file);
  noise = tensor_of_file ("in.noise", &n_other, file);
  mask = tensor_of_file ("in.mask_latent", &n_other, file);
  given = tensor_of_file ("in.sigmas", &n_sigmas, file);
  denoised = blend.denoised = tensor_of_file ("out.denoised", &n_other, file);
  starts = blend.starts = tensor_of_file ("out.step_start", &n_other, file);
  want = tensor_of_file ("out.latent", &n_other, file);
  for (gsize i = 0; i < n_sigmas; i++)
    sigmas[i] = given[i];

  gs_sampler_options_from_k_diffusion (&options, "sample_euler", NULL, &error);
  g_assert_no_error (error);
  options.own_sigmas = blend.sigmas = sigmas;
  blend.n = n;
  sampler = gs_sampler_new (&options, schedule, (guint) n_sigmas - 1, 1.0, n, &error);
  g_assert_no_error (error);
  x = g_new (float, n);
  gs_sampler_start (sampler, init, noise, x);
  gs_sampler_run (sampler, x, &callbacks, &blend, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++) /* and once more at the end */
    if (mask[i % (n / 4)] < 0.5f)
      x[i] = init[i];
  g_test_message ("steps begin within %.2g, the end is within %.2g", blend.worst,
                  distance (x, want, n));
  g_assert_cmpfloat (blend.worst, <, 2e-6);
  g_assert_cmpfloat (distance (x, want, n), <, 2e-6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler-golden/cases", test_golden);
  g_test_add_func ("/sampler-golden/pipelines", test_pipelines);
  g_test_add_func ("/sampler-golden/a1111-inpaint", test_a1111_inpaint);
  return g_test_run ();
}
