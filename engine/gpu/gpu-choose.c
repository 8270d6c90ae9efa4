/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the devices is used, and why. */
#include "gpu/device-private.h"

#include <string.h>

/* The position in the list that a user's words mean, or -1. */
static int
find_gpu (GArray *gpus, const char *which)
{
  char *end = NULL;
  guint64 number = g_ascii_strtoull (which, &end, 10);
  g_autofree char *needle = g_ascii_strdown (which, -1);

  if (end != which && *end == '\0')
    return number < gpus->len ? (int) number : -1;
  for (guint i = 0; i < gpus->len; i++)
    {
      g_autofree char *name = g_ascii_strdown (g_array_index (gpus, GsGpuInfo, i).name, -1);

      if (strstr (name, needle) != NULL)
        return i;
    }
  return -1;
}

const GsGpuInfo *
gs_gpu_choose (GArray *gpus, const char *which, char **reason, GError **error)
{
  static const char *const kinds[] = { "a discrete GPU", "an integrated GPU", "a virtual GPU",
                                       "a CPU driver" };
  const char *source = "it was asked for";
  const GsGpuInfo *gpu;
  int index = 0;

  if (gpus->len == 0)
    {
      g_set_error_literal (error, GS_ERROR, GS_ERROR_NO_DEVICE,
                           "No Vulkan driver was found; install your graphics card's, or "
                           "mesa-vulkan-drivers to compute on the CPU");
      return NULL;
    }
  if (which == NULL || *which == '\0')
    {
      which = g_getenv ("GESSO_DEVICE");
      source = "GESSO_DEVICE names it";
    }
  if (which != NULL && *which != '\0')
    {
      index = find_gpu (gpus, which);
      if (index < 0)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_NO_DEVICE,
                       "There is no device “%s”; “gesso-cli info” lists those there are", which);
          return NULL;
        }
    }
  else
    source = NULL;

  gpu = &g_array_index (gpus, GsGpuInfo, index);
  if (gpu->unusable[0] != '\0')
    {
      g_set_error (error, GS_ERROR, GS_ERROR_NO_DEVICE,
                   "“%s” cannot be used because %s; update its driver or choose another device",
                   gpu->name, gpu->unusable);
      return NULL;
    }
  if (reason != NULL)
    *reason = source != NULL
                ? g_strdup_printf ("%s, because %s", gpu->name, source)
                : g_strdup_printf ("%s, because %s is the best kind among the %u found", gpu->name,
                                   kinds[gpu->kind], gpus->len);
  return gpu;
}
