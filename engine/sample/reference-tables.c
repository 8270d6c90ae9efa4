/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded tables of noise levels and recorded forward noising, compared with ours. */
#include "sample/reference-tables.h"

#include "sample/schedule.h"
#include "sample/sampler-config.h"
#include "sample/sigma-table.h"

#include <math.h>
#include <string.h>

static double
tolerance_of (JsonObject *entry, const char *key, double otherwise)
{
  JsonNode *node = json_object_get_member (entry, "tolerance");
  JsonObject *object =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  return object != NULL ? json_object_get_double_member_with_default (object, key, otherwise)
                        : otherwise;
}

gboolean
gs_reference_check_noising (JsonObject *entry, JsonObject *config, GsReferenceTensor tensor,
                            gpointer user_data, GsReferenceResult *result, GError **error)
{
  GsNoiseConfig noise_config = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = NULL;
  gsize n_x0 = 0, n_noise = 0, n_t = 0, n_t_euler = 0, n_ddpm = 0, n_velocity = 0, n_euler = 0, n;
  g_autofree float *x0 = tensor ("in.x0", &n_x0, user_data);
  g_autofree float *noise = tensor ("in.noise", &n_noise, user_data);
  g_autofree float *t = tensor ("in.t", &n_t, user_data);
  g_autofree float *t_euler = tensor ("in.t_euler", &n_t_euler, user_data);
  g_autofree float *ddpm = tensor ("out.ddpm", &n_ddpm, user_data);
  g_autofree float *velocity = tensor ("out.velocity", &n_velocity, user_data);
  g_autofree float *euler = tensor ("out.euler", &n_euler, user_data);
  g_autofree float *got = NULL;
  double tolerance = tolerance_of (entry, "fp32", 2e-5);

  if (!gs_noise_config_from_json (&noise_config, config, error))
    return FALSE;
  schedule = gs_schedule_new (&noise_config, error);
  if (schedule == NULL)
    return FALSE;
  if (n_t == 0 || n_t != n_t_euler || n_x0 == 0 || n_noise != n_x0 || n_ddpm != n_x0 ||
      n_velocity != n_x0 || n_euler != n_x0)
    {
      gs_reference_note (result, "the case's tensors are missing or do not fit together", -1,
                         INFINITY, INFINITY, tolerance);
      return TRUE;
    }

  n = n_x0 / n_t;
  got = g_new (float, n);
  for (gsize k = 0; k < n_t; k++)
    {
      const float *x = x0 + k * n, *e = noise + k * n;
      double alpha = gs_schedule_alpha_cumprod (schedule, (gint) t[k], 1.0);
      double sigma = gs_schedule_interpolate_sigma (schedule, t_euler[k]);

      gs_add_noise (got, x, e, n, sqrt (alpha), sqrt (1.0 - alpha));
      gs_reference_compare (result, "out.ddpm", (gint) k, got, ddpm + k * n, n, tolerance);
      gs_velocity (got, x, e, n, sqrt (alpha), sqrt (1.0 - alpha));
      gs_reference_compare (result, "out.velocity", (gint) k, got, velocity + k * n, n, tolerance);
      gs_add_noise (got, x, e, n, 1.0, sigma);
      gs_reference_compare (result, "out.euler", (gint) k, got, euler + k * n, n, tolerance);
    }
  return TRUE;
}

/* Element by element, relative to each. */
static void
compare_table (GsReferenceResult *result, const char *name, const double *got, gsize n_got,
               const float *want, gsize n_want, double tolerance)
{
  if (n_got != n_want)
    {
      gs_reference_note (result, name, -1, INFINITY, INFINITY, tolerance);
      return;
    }
  for (gsize i = 0; i < n_want; i++)
    {
      double off = fabs (got[i] - want[i]);

      gs_reference_note (result, name, (gint) i, off, want[i] != 0.0f ? off / fabs (want[i]) : off,
                         tolerance);
    }
}

/* Relative to the largest: a beta is a difference of floats near 1, good to 6e-8 and no better. */
static void
compare_floats (GsReferenceResult *result, const char *name, const float *got, gsize n_got,
                const float *want, gsize n_want, double tolerance)
{
  if (n_got == n_want)
    gs_reference_compare (result, name, -1, got, want, n_want, tolerance);
  else
    gs_reference_note (result, name, -1, INFINITY, INFINITY, tolerance);
}

/* The tables of a training schedule; FALSE if the name is of another kind. */
static gboolean
check_training_table (const char *name, const GsSchedule *schedule, const float *want, gsize n_want,
                      GsReferenceResult *result, double tolerance)
{
  static const struct
  {
    const char *name;
    GsNoiseConfig config;
  } betas[] = {
    { "out.betas_scaled_linear", { GS_BETAS_SCALED_LINEAR, 0.00085, 0.012, 1000, FALSE } },
    { "out.betas_linear", { GS_BETAS_LINEAR, 0.0001, 0.02, 1000, FALSE } },
    { "out.betas_squaredcos_cap_v2", { GS_BETAS_SQUARED_COSINE, 0.0, 0.0, 1000, FALSE } },
    { "out.betas_scaled_linear_zsnr", { GS_BETAS_SCALED_LINEAR, 0.00085, 0.012, 1000, TRUE } },
    { "out.alphas_cumprod_zsnr", { GS_BETAS_SCALED_LINEAR, 0.00085, 0.012, 1000, TRUE } },
  };

  if (strcmp (name, "out.alphas_cumprod") == 0)
    compare_floats (result, name, schedule->alphas_cumprod, schedule->n, want, n_want, tolerance);
  else if (g_str_has_prefix (name, "out.sigmas_"))
    compare_floats (result, name, schedule->sigmas, schedule->n, want, n_want, tolerance);
  else
    {
      for (guint i = 0; i < G_N_ELEMENTS (betas); i++)
        if (strcmp (name, betas[i].name) == 0)
          {
            g_autoptr (GsSchedule) other = gs_schedule_new (&betas[i].config, NULL);
            gboolean product = strstr (name, "alphas") != NULL;

            compare_floats (result, name, product ? other->alphas_cumprod : other->betas, other->n,
                            want, n_want, tolerance);
            return TRUE;
          }
      return FALSE;
    }
  return TRUE;
}

/* t to sigma and back, where the case gives the places to look at. */
static gboolean
check_probe (const char *name, const GsSchedule *schedule, const float *want, gsize n_want,
             GsReferenceTensor tensor, gpointer user_data, GsReferenceResult *result,
             double tolerance)
{
  gboolean to_sigma = strcmp (name, "out.t_to_sigma") == 0;
  gsize n = 0;
  g_autofree float *probe = NULL;
  g_autofree double *got = NULL;

  if (!to_sigma && strcmp (name, "out.sigma_to_t") != 0)
    return FALSE;
  probe = tensor (to_sigma ? "in.t_probe" : "in.sigma_probe", &n, user_data);
  got = g_new0 (double, n + 1);
  for (gsize i = 0; i < n; i++)
    got[i] = to_sigma ? gs_schedule_t_to_sigma (schedule, probe[i])
                      : gs_schedule_sigma_to_t (schedule, probe[i]);
  compare_table (result, name, got, n, want, n_want, tolerance);
  return TRUE;
}

/* "out.<schedule>.<steps>" */
static gboolean
check_named_table (const char *name, const GsSchedule *schedule, JsonObject *config,
                   const float *want, gsize n_want, GsReferenceResult *result, double tolerance)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", 3);
  const GsScheduleName *entry =
    g_strv_length (parts) == 3 ? gs_schedule_name_lookup (parts[1]) : NULL;
  guint64 n = 0;
  g_autoptr (GArray) table = NULL;

  if (entry == NULL || !g_ascii_string_to_unsigned (parts[2], 10, 1, 1000, &n, NULL))
    return FALSE;
  table =
    gs_sigma_table_new (entry->kind, schedule, (guint) n,
                        json_object_get_double_member_with_default (config, "sigma_min", 0.0),
                        json_object_get_double_member_with_default (config, "sigma_max", 0.0));
  compare_table (result, name, (const double *) (const void *) table->data, table->len, want,
                 n_want, tolerance);
  return TRUE;
}

gboolean
gs_reference_check_tables (JsonObject *entry, JsonObject *config, const char *const *names,
                           GsReferenceTensor tensor, gpointer user_data, GsReferenceResult *result,
                           GError **error)
{
  GsNoiseConfig noise = GS_NOISE_CONFIG_SD;
  g_autoptr (GsSchedule) schedule = gs_schedule_new (&noise, error);
  double tolerance = tolerance_of (entry, "relative", 1e-5);
  guint n_checked = 0;

  if (schedule == NULL)
    return FALSE;
  for (; *names != NULL; names++)
    {
      gsize n_want = 0;
      g_autofree float *want = NULL;

      if (!g_str_has_prefix (*names, "out."))
        continue;
      want = tensor (*names, &n_want, user_data);
      if (!check_training_table (*names, schedule, want, n_want, result, tolerance) &&
          !check_probe (*names, schedule, want, n_want, tensor, user_data, result, tolerance) &&
          !check_named_table (*names, schedule, config, want, n_want, result, tolerance))
        gs_reference_note (result, *names, -1, INFINITY, INFINITY, tolerance);
      n_checked++;
    }
  if (n_checked == 0)
    gs_reference_note (result, "the case expects nothing that is known", -1, INFINITY, INFINITY,
                       tolerance);
  return TRUE;
}
