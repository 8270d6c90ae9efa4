/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kernels are checked against double precision, and one that failed or took the process down is not
 * chosen again. GESSO_KERNELS=tuned has a processor check what graphics cards use. */
#include "ops/check.h"
#include "ops/matmul-private.h"
#include "ops/remembered.h"

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

/* Nothing is known yet; compiled kernels stay from the run before. */
static void
forget_findings (void)
{
  g_autoptr (GArray) checks = gs_kernel_checks_list (device);

  for (guint i = 0; i < checks->len; i++)
    gs_remembered_set (device, "checks", g_array_index (checks, GsKernelCheck, i).name, NULL);
  gs_remembered_set (device, "checks", EMULATED, NULL);
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
  status = g_test_run ();
  gs_device_free (device);
  return status;
}
