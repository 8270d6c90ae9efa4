/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels' checks of a session's device, and what is said of them. */
#include "ops/check.h"
#include "session/session-private.h"

#include <sys/utsname.h>

#include "config.h"

void
gs_device_check_free (GsDeviceCheck *check)
{
  if (check == NULL)
    return;
  g_free (check->verdict);
  g_free (check->report);
  g_free (check);
}

static void
add_result (GsDeviceCheck *self, GString *lines, const GsKernelCheck *check, const char *finding)
{
  self->n_checks++;
  if (finding == NULL || g_str_equal (finding, "running"))
    return;
  self->n_made++;
  if (g_str_equal (finding, "passed"))
    return;
  self->n_failed++;
  self->usable = self->usable && !check->needed;
  g_string_append_printf (lines, "%s: %s\n", check->name,
                          g_str_equal (finding, "again") ? "did not come back" : "wrong numbers");
}

static const char *
yes_no (gboolean yes)
{
  return yes ? "yes" : "no";
}

static char *
verdict (const GsDeviceCheck *self, const GsGpuInfo *gpu)
{
  g_autofree char *checks = NULL;

  if (!self->usable)
    return g_strdup_printf (
      "%s, %s: it computes wrong; update its driver, or choose another device", gpu->name,
      gpu->driver);
  if (self->n_made < self->n_checks)
    checks = g_strdup_printf ("%u of %u checks made", self->n_made, self->n_checks);
  else if (self->n_failed == 0)
    checks = g_strdup_printf ("all %u checks passed", self->n_checks);
  else
    checks = g_strdup_printf ("%u of %u checks failed, and what failed is not used", self->n_failed,
                              self->n_checks);
  return g_strdup_printf ("%s, %s: half precision %s, cooperative matrix %s, %s", gpu->name,
                          gpu->driver, yes_no (self->has_fp16), yes_no (self->has_matrix), checks);
}

static char *
report (const GsDeviceCheck *self, const GsGpuInfo *gpu, const char *failures)
{
  static const char *const kinds[] = { "discrete", "integrated", "virtual", "processor" };
  GString *text = g_string_new ("Gesso " GESSO_VERSION "\n");
  struct utsname system;

  if (uname (&system) == 0)
    g_string_append_printf (text, "System: %s %s, %s\n", system.sysname, system.release,
                            system.machine);
  g_string_append_printf (text, "Device: %s (%s)\nDriver: %s\n", gpu->name, kinds[gpu->kind],
                          gpu->driver);
  g_string_append_printf (text, "Memory: %.1f GiB\nShared memory: %u KiB\nSubgroups: %u to %u\n",
                          (double) gpu->memory_bytes / (1u << 30), gpu->max_shared_bytes / 1024,
                          gpu->subgroup_min, gpu->subgroup_max);
  g_string_append_printf (text, "Half precision: stored %s, computed %s\nCooperative matrix:",
                          yes_no (gpu->storage16), yes_no (gpu->arithmetic16));
  for (guint i = 0; i < gpu->n_matrix_shapes; i++)
    g_string_append_printf (text, " %ux%ux%u", gpu->matrix_shapes[i].m, gpu->matrix_shapes[i].n,
                            gpu->matrix_shapes[i].k);
  for (guint i = 0; i < gpu->n_group_matrices; i++)
    g_string_append_printf (text, "; by %u invocations %ux%ux%u", gpu->group_matrices[i].invocations,
                            gpu->group_matrices[i].step.m, gpu->group_matrices[i].step.n,
                            gpu->group_matrices[i].step.k);
  g_string_append_printf (text, "%s\nChecks: %u of %u made, %u failed\n%s",
                          gpu->n_matrix_shapes == 0 ? " none" : "", self->n_made, self->n_checks,
                          self->n_failed, failures);
  return g_string_free (text, FALSE);
}

GsDeviceCheck *
gs_session_get_device_check (GsSession *session)
{
  const GsGpuInfo *gpu = gs_device_get_info (session->device);
  g_autoptr (GArray) checks = gs_kernel_checks_list (session->device);
  g_autoptr (GString) failures = g_string_new (NULL);
  GsDeviceCheck *self = g_new0 (GsDeviceCheck, 1);

  self->usable = TRUE;
  self->has_fp16 = gpu->storage16;
  self->has_matrix = gpu->n_matrix_shapes > 0;
  for (guint i = 0; i < checks->len; i++)
    {
      const GsKernelCheck *check = &g_array_index (checks, GsKernelCheck, i);
      g_autofree char *finding = gs_kernel_check_finding (session->device, check->name);

      add_result (self, failures, check, finding);
    }
  self->verdict = verdict (self, gpu);
  self->report = report (self, gpu, failures->str);
  return self;
}

static gboolean
run (GsSession *session, GArray *checks, GError **error)
{
  if (!gs_progress_phase (&session->progress, GS_PHASE_LOAD, checks->len, error))
    return FALSE;
  for (guint i = 0; i < checks->len; i++)
    {
      const GsKernelCheck *check = &g_array_index (checks, GsKernelCheck, i);
      g_autofree char *finding = gs_kernel_check_finding (session->device, check->name);
      gboolean passed;
      double worst;

      if ((finding == NULL || g_str_equal (finding, "running"))
          && !gs_kernel_check_run (session->device, check, &passed, &worst, error))
        return FALSE;
      if (!gs_progress_step (&session->progress, i + 1, NULL, error))
        return FALSE;
    }
  return TRUE;
}

GsDeviceCheck *
gs_session_check_device (GsSession *session, GsProgressFunc progress, gpointer user_data,
                         GError **error)
{
  g_autoptr (GArray) checks = gs_kernel_checks_list (session->device);
  gboolean done;

  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  done = run (session, checks, error);
  gs_progress_end (&session->progress);
  return done ? gs_session_get_device_check (session) : NULL;
}
