/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of checks, how each ended, and what may be chosen after it; see check.h. */
#include "ops/check-private.h"
#include "ops/remembered.h"

#include <math.h>
#include <string.h>

#define FILE_NAME "checks"

/* Of the largest value: sums of some hundred products, rounded to the type at the end. The op tests allow
 * as much. */
static const struct
{
  GsDtype dtype;
  double tolerance;
} types[] = { { GS_DTYPE_F32, 1e-5 }, { GS_DTYPE_F16, 2e-3 } };

GArray *
gs_kernel_checks_list (GsDevice *device)
{
  GArray *checks = g_array_new (FALSE, TRUE, sizeof (GsKernelCheck));

  gs_matmul_checks_add (device, checks);
  gs_attention_checks_add (device, checks);
  return checks;
}

static gboolean
run_type (GsDevice *device, const char *name, GsDtype dtype, double *worst, GError **error)
{
  const char *kernel = strchr (name, '-') + 1;

  return g_str_has_prefix (name, "matmul-")
           ? gs_matmul_check_run (device, kernel, dtype, worst, error)
           : gs_attention_check_run (device, kernel, dtype, worst, error);
}

/* Some are made for halves alone. */
static gboolean
takes_type (GsDevice *device, const char *name, GsDtype dtype)
{
  if (dtype == GS_DTYPE_F16)
    return gs_device_get_info (device)->storage16;
  return strstr (name, "-coopmat-") == NULL && strstr (name, "-coopmat2-") == NULL && strstr (name, "-half-") == NULL;
}

gboolean
gs_kernel_check_run (GsDevice *device, const GsKernelCheck *check, gboolean *passed, double *worst,
                     GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *before = gs_kernel_check_finding (device, check->name);

  *passed = TRUE;
  *worst = 0;
  gs_remembered_set (device, FILE_NAME, check->name,
                     g_strcmp0 (before, "running") == 0 ? "again" : "running");
  for (guint i = 0; i < G_N_ELEMENTS (types) && *passed; i++)
    {
      double miss = 0;

      if (!takes_type (device, check->name, types[i].dtype))
        continue;
      if (!run_type (device, check->name, types[i].dtype, &miss, &reason))
        miss = INFINITY;
      *passed = miss <= types[i].tolerance;
      *worst = MAX (*worst, miss);
    }
  if (g_error_matches (reason, GS_ERROR, GS_ERROR_CANCELLED))
    gs_remembered_set (device, FILE_NAME, check->name, NULL);
  else
    gs_remembered_set (device, FILE_NAME, check->name, *passed ? "passed" : "failed");
  if (!g_error_matches (reason, GS_ERROR, GS_ERROR_CANCELLED) &&
      !g_error_matches (reason, GS_ERROR, GS_ERROR_DEVICE_LOST))
    return TRUE; /* a kernel that does not build, say, is one that failed */
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

char *
gs_kernel_check_finding (GsDevice *device, const char *name)
{
  return gs_remembered_get (device, FILE_NAME, name);
}

gboolean
gs_kernel_check_passes (GsDevice *device, const char *name)
{
  g_autofree char *finding = gs_kernel_check_finding (device, name);
  GsKernelCheck check = { .needed = FALSE };
  gboolean passed;
  double worst;

  if (finding != NULL)
    return g_str_equal (finding, "passed");
  g_strlcpy (check.name, name, sizeof check.name);
  return gs_kernel_check_run (device, &check, &passed, &worst, NULL) && passed;
}

gboolean
gs_kernel_check_allows (GsDevice *device, const char *name)
{
  g_autofree char *finding = gs_kernel_check_finding (device, name);

  return g_strcmp0 (finding, "failed") != 0 && g_strcmp0 (finding, "running") != 0 &&
         g_strcmp0 (finding, "again") != 0;
}
