/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels are checked against double precision, and one that failed or took the process down is not
 * chosen again. GESSO_KERNELS=tuned has a processor check what graphics cards use. */
#include "gpu/kernel.h"
#include "ops/attention-private.h"
#include "ops/check.h"
#include "ops/matmul-private.h"
#include "ops/ops.h"
#include "ops/remembered.h"
#include "tensor/fuse.h"

#include <string.h>

#define EMULATED "matmul-coopmat2-32x32-64" /* where GESSO_KERNELS asks for it */

static GsDevice *device; /* one for all cases */

static gboolean
stop (gpointer user_data)
{
  return FALSE;
}

static void
test_all_pass (void)
{
  g_autoptr (GArray) checks = gs_kernel_checks_list (device);

  g_assert_cmpuint (checks->len, >=, 2);
  for (guint i = 0; i < checks->len; i++)
    {
      const GsKernelCheck *check = &g_array_index (checks, GsKernelCheck, i);
      g_autofree char *finding = NULL;
      g_autoptr (GError) error = NULL;
      gboolean passed = FALSE;
      double worst = -1;

      g_assert_true (gs_kernel_check_run (device, check, &passed, &worst, &error));
      g_assert_no_error (error);
      g_test_message ("%s: %g", check->name, worst);
      g_assert_true (passed);
      g_assert_cmpfloat (worst, >, 0); /* something was computed */
      finding = gs_kernel_check_finding (device, check->name);
      g_assert_cmpstr (finding, ==, "passed");
    }
}

/* As if it had not begun. */
static void
test_cancel (void)
{
  g_autoptr (GArray) checks = gs_kernel_checks_list (device);
  const GsKernelCheck *check = &g_array_index (checks, GsKernelCheck, 0);
  g_autofree char *finding = NULL;
  g_autoptr (GError) error = NULL;
  gboolean passed;
  double worst;

  gs_device_set_poll (device, stop, NULL);
  g_assert_false (gs_kernel_check_run (device, check, &passed, &worst, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  gs_device_set_poll (device, NULL, NULL);
  finding = gs_kernel_check_finding (device, check->name);
  g_assert_null (finding);
}

static gboolean
is_listed (const char *name)
{
  g_autoptr (GArray) tiles = gs_matmul_list_tiles (device);

  for (guint i = 0; i < tiles->len; i++)
    if (g_str_equal (g_array_index (tiles, GsMatmulTile, i).name, name))
      return TRUE;
  return FALSE;
}

static void
test_failed_is_not_chosen (void)
{
  static const char *const findings[] = { "failed", "running", "again" };

  for (guint i = 0; i < G_N_ELEMENTS (findings); i++)
    {
      gs_remembered_set (device, "checks", "matmul-tile-32x32", findings[i]);
      gs_remembered_set (device, "checks", "matmul-tile-64x64", findings[i]);
      gs_remembered_forget (); /* as the next start reads it */
      g_assert_false (gs_kernel_check_allows (device, "matmul-tile-32x32"));
      g_assert_false (is_listed ("tile-32x32"));
      g_assert_true (is_listed ("tile-64x64")); /* there is none in its place */
      g_assert_true (gs_kernel_check_allows (device, "matmul-tile-128x64"));
    }
  gs_remembered_set (device, "checks", "matmul-tile-32x32", NULL);
  gs_remembered_set (device, "checks", "matmul-tile-64x64", NULL);
  g_assert_true (is_listed ("tile-32x32"));
}

/* A kernel that no device is known to run right waits for its check: matrices of workgroups, which here are
 * emulated, in all that they are used for. */
static void
test_checked_before_use (void)
{
  static const char *const findings[] = { "failed", "running", "again" };
  g_autofree char *finding = NULL;

  if (!gs_device_get_info (device)->storage16 || gs_device_get_info (device)->n_group_matrices > 0)
    {
      g_test_skip ("nothing to emulate");
      return;
    }
  g_setenv ("GESSO_KERNELS", "coopmat2", TRUE);
  g_assert_true (is_listed (EMULATED + strlen ("matmul-")));
  for (guint i = 0; i < G_N_ELEMENTS (findings); i++)
    {
      gs_remembered_set (device, "checks", EMULATED, findings[i]);
      g_assert_false (gs_kernel_check_passes (device, EMULATED));
      g_assert_false (is_listed (EMULATED + strlen ("matmul-")));
    }
  gs_remembered_set (device, "checks", EMULATED, NULL);
  g_assert_true (gs_kernel_check_passes (device, EMULATED));
  finding = gs_kernel_check_finding (device, EMULATED);
  g_assert_cmpstr (finding, ==, "passed");
  gs_remembered_set (device, "checks", EMULATED, NULL);
  g_unsetenv ("GESSO_KERNELS");
}

/* One that took the device down is not tried in the next session. */
static void
test_lost_in_its_check (void)
{
  g_autofree char *finding = NULL;
  GsDevice *other;

  if (!gs_device_get_info (device)->storage16 || gs_device_get_info (device)->n_group_matrices > 0)
    {
      g_test_skip ("nothing to emulate");
      return;
    }
  g_setenv ("GESSO_KERNELS", "coopmat2", TRUE);
  other = gs_device_new (NULL, NULL, NULL);
  g_assert_nonnull (other);
  gs_device_lose (other);
  g_assert_false (gs_kernel_check_passes (other, EMULATED));
  gs_device_free (other);
  gs_remembered_forget ();
  finding = gs_kernel_check_finding (device, EMULATED);
  g_assert_cmpstr (finding, ==, "failed");
  g_assert_false (gs_kernel_check_passes (device, EMULATED));
  g_assert_false (is_listed (EMULATED + strlen ("matmul-")));
  gs_remembered_set (device, "checks", EMULATED, NULL);
  g_unsetenv ("GESSO_KERNELS");
}

/* ---- What a product or an attention takes over ---- */

#define EACH_CHECK(checks, i, prefix)                                                                \
  for (guint i = 0; i < checks->len; i++)                                                            \
    if (g_str_has_prefix (g_array_index (checks, GsKernelCheck, i).name, prefix))

/* Those that a graphics card has. */
static GArray *
list_tuned (void)
{
  GArray *checks;

  g_setenv ("GESSO_KERNELS", "tuned", TRUE);
  checks = gs_kernel_checks_list (device);
  g_unsetenv ("GESSO_KERNELS");
  return checks;
}

static void
find_all (const char *prefix, const char *finding)
{
  g_autoptr (GArray) checks = list_tuned ();

  EACH_CHECK (checks, i, prefix)
    gs_remembered_set (device, "checks", g_array_index (checks, GsKernelCheck, i).name, finding);
}

/* One of each kind: a processor compiles them for seconds. */
static void
test_taken_over_passes (void)
{
  static const char *const prefixes[] = { "matmul-norms-tile-32x32", "matmul-norms-half-32x32",
                                          "matmul-norms-coopmat-", "attention-queries-coopmat-" };
  g_autoptr (GArray) checks = list_tuned ();

  for (guint k = 0; k < G_N_ELEMENTS (prefixes); k++)
    EACH_CHECK (checks, i, prefixes[k])
      {
        const GsKernelCheck *check = &g_array_index (checks, GsKernelCheck, i);
        g_autoptr (GError) error = NULL;
        gboolean passed = FALSE;
        double worst = -1;

        g_assert_false (check->needed);
        g_assert_true (gs_kernel_check_run (device, check, &passed, &worst, &error));
        g_assert_no_error (error);
        g_test_message ("%s: %g", check->name, worst);
        g_assert_true (passed);
        g_assert_cmpfloat (worst, >, 0);
        break;
      }
}

static gboolean
has_weight (GsWeights *weights, const char *name)
{
  return TRUE;
}

static gboolean
check_weight (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
              const GsLayout *layout, GsDtype *dtype, GError **error)
{
  *dtype = layout->always_f32 ? GS_DTYPE_F32 : GS_DTYPE_F16;
  return TRUE;
}

/* Nodes that are left of two linear layers with a norm in between, as of their groups or of their rows. */
static guint
count_fused (guint32 groups)
{
  static const GsWeightsClass weights_class = { .check = check_weight, .has = has_weight };
  static GsWeights weights = { &weights_class };
  g_autoptr (GsGraph) g = gs_graph_new ("g", GS_DTYPE_F32, &weights);
  GsTensor *x = gs_graph_input (g, "x", (GsShape) { 1, 8, 16, 32 }, GS_DTYPE_F32);
  GsTensor *h = gs_linear (g, "a", x, 32);
  guint n = 0;

  h = groups > 0 ? gs_group_norm (g, "norm", h, groups, 1e-5f) : gs_layer_norm (g, "norm", h, 1e-5f);
  gs_graph_output (g, gs_linear (g, "b", h, 32));
  gs_graph_finish (g, NULL);
  gs_graph_fuse_on (g, device);
  for (guint i = 0; i < g->nodes->len; i++)
    n += !((const GsNode *) g->nodes->pdata[i])->dead;
  return n;
}

/* A product whose norms are wrong is made as before, the norm by a kernel of its own. */
static void
test_wrong_norms_stay_apart (void)
{
  g_setenv ("GESSO_KERNELS", "tile-32x32", TRUE);
  g_assert_cmpuint (count_fused (0), ==, 2);
  g_assert_cmpuint (count_fused (4), ==, 2);
  find_all ("matmul-norms-", "failed");
  g_setenv ("GESSO_KERNELS", "tile-32x32", TRUE);
  g_assert_cmpuint (count_fused (0), ==, 3);
  g_assert_cmpuint (count_fused (4), ==, 3);
  g_assert_true (is_listed ("tile-32x32"));
  g_unsetenv ("GESSO_KERNELS");
  find_all ("matmul-norms-", NULL);
}

/* What tuning chose, for products of that class, takes norms over once it was checked; if it failed, what is
 * fastest beside it. */
static void
test_norms_are_checked_before_use (void)
{
  GsTensor x = { .shape = { 1, 8, 16, 32 }, .dtype = GS_DTYPE_F32 }, w = { .dtype = GS_DTYPE_F16 }, y = x;
  GsTensor *const operands[GS_MATMUL_N_OPERANDS] = { &x, &w };
  const GsMatmulParameters plain = { 32, .kernel = 1, .stride = 1 };
  GsMatmulParameters normed = plain;
  GsMatmulTrial trial;
  GsMatmulTile tile;
  g_autofree char *klass = NULL, *key = NULL, *part_key = NULL, *finding = NULL;

  normed.norm_epsilon = 1;
  gs_matmul_trial_init (&trial, device, operands, &y, &plain);
  klass = gs_matmul_trial_class (&trial);
  key = g_strconcat ("matmul-", klass, NULL);
  part_key = g_strconcat ("matmul-of-norm-", klass, NULL);
  gs_remembered_set (device, "tuning", key, "tile-32x32");
  gs_remembered_set (device, "tuning", part_key, "tile-64x64");

  g_assert_true (gs_matmul_choose_tile (device, GS_MATMUL_TUNED, operands, &y, &normed, &tile));
  g_assert_cmpstr (tile.name, ==, "tile-32x32");
  finding = gs_kernel_check_finding (device, "matmul-norms-tile-32x32");
  g_assert_cmpstr (finding, ==, "passed");

  gs_remembered_set (device, "checks", "matmul-norms-tile-32x32", "failed");
  gs_remembered_set (device, "checks", "matmul-norms-tile-64x64", "passed");
  g_assert_true (gs_matmul_choose_tile (device, GS_MATMUL_TUNED, operands, &y, &normed, &tile));
  g_assert_cmpstr (tile.name, ==, "tile-64x64");
  g_assert_true (gs_matmul_choose_tile (device, GS_MATMUL_TUNED, operands, &y, &plain, &tile));
  g_assert_cmpstr (tile.name, ==, "tile-32x32");

  find_all ("matmul-norms-", "failed");
  g_assert_false (gs_matmul_choose_tile (device, GS_MATMUL_TUNED, operands, &y, &normed, &tile));
  find_all ("matmul-norms-", NULL);
}

/* The same of queries, by kernels for matrix units alone. */
static void
test_wrong_queries_stay_apart (void)
{
  const GsShape shape = { 1, 1, 70, 80 };
  GsTensor x = { .shape = shape, .dtype = GS_DTYPE_F16 }, w = { .dtype = GS_DTYPE_F16 };
  GsAttention attention = { &x, &x, &x, &x, 2, .weight = &w };
  GsAttentionTile tile;

  if (gs_device_get_info (device)->n_matrix_shapes == 0 || !gs_kernel_exists ("attention-coopmat.f16"))
    {
      g_test_skip ("no kernels for matrix units, here or in this build");
      return;
    }
  g_setenv ("GESSO_KERNELS", "coopmat", TRUE);
  g_assert_true (gs_attention_choose (device, &attention, &tile));
  find_all ("attention-queries-", "failed");
  g_setenv ("GESSO_KERNELS", "coopmat", TRUE);
  g_assert_false (gs_attention_choose (device, &attention, &tile));
  attention.weight = NULL;
  g_assert_true (gs_attention_choose (device, &attention, &tile));
  g_assert_cmpint (tile.variant, ==, GS_MATMUL_COOPMAT);
  g_unsetenv ("GESSO_KERNELS");
  find_all ("attention-queries-", NULL);
}

/* Nothing is known yet; compiled kernels stay from the run before. */
static void
forget_findings (void)
{
  g_autoptr (GArray) checks = gs_kernel_checks_list (device);

  for (guint i = 0; i < checks->len; i++)
    gs_remembered_set (device, "checks", g_array_index (checks, GsKernelCheck, i).name, NULL);
  gs_remembered_set (device, "checks", EMULATED, NULL);
  find_all ("", NULL);
}

int
main (int argc, char **argv)
{
  /* Beside the other tests' folder: what fails here must not fail there. */
  const char *cache = g_getenv ("XDG_CACHE_HOME");
  g_autofree char *folder =
    g_build_filename (cache != NULL ? cache : g_get_tmp_dir (), "kernel-check", NULL);
  int status;

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  device = gs_device_new (NULL, NULL, NULL);
  if (device == NULL || gs_device_get_cache_folder (device) == NULL)
    {
      g_print ("1..0 # SKIP there is no Vulkan device, or no cache folder\n");
      gs_device_free (device);
      return 0;
    }
  forget_findings ();
  g_test_add_func ("/kernel-check/cancel", test_cancel);
  g_test_add_func ("/kernel-check/all-pass", test_all_pass);
  g_test_add_func ("/kernel-check/failed-is-not-chosen", test_failed_is_not_chosen);
  g_test_add_func ("/kernel-check/checked-before-use", test_checked_before_use);
  g_test_add_func ("/kernel-check/lost-in-its-check", test_lost_in_its_check);
  g_test_add_func ("/kernel-check/taken-over-passes", test_taken_over_passes);
  g_test_add_func ("/kernel-check/wrong-norms-stay-apart", test_wrong_norms_stay_apart);
  g_test_add_func ("/kernel-check/norms-are-checked-before-use", test_norms_are_checked_before_use);
  g_test_add_func ("/kernel-check/wrong-queries-stay-apart", test_wrong_queries_stay_apart);
  status = g_test_run ();
  gs_device_free (device);
  return status;
}
