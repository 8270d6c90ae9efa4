/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pipelines from embedded SPIR-V, and their cache on disk. */
#include "gpu/device-private.h"

#include <string.h>

static const GsShaderModule *
find_module (const char *name)
{
  for (gsize i = 0; i < gs_n_shader_modules; i++)
    if (g_str_equal (gs_shader_modules[i].name, name))
      return &gs_shader_modules[i];
  return NULL;
}

gboolean
gs_kernel_exists (const char *name)
{
  return find_module (name) != NULL;
}

static char *
kernel_key (const char *name, const guint32 *constants, guint n_constants)
{
  GString *key = g_string_new (name);

  for (guint i = 0; i < n_constants; i++)
    g_string_append_printf (key, ":%u", constants[i]);
  return g_string_free (key, FALSE);
}

static gboolean
create_pipeline (GsDevice *device, GsKernel *kernel, const GsShaderModule *module,
                 const guint32 *constants, guint n_constants, GError **error)
{
  VkSpecializationMapEntry entries[GS_MAX_SPEC_CONSTANTS];
  const VkSpecializationInfo specialization = {
    .mapEntryCount = n_constants,
    .pMapEntries = entries,
    .dataSize = n_constants * sizeof (guint32),
    .pData = constants,
  };
  const VkShaderModuleCreateInfo module_info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
    .codeSize = module->n_bytes,
    .pCode = module->code,
  };
  VkComputePipelineCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
    .flags = VK_PIPELINE_CREATE_DISPATCH_BASE,
    .stage = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
      .stage = VK_SHADER_STAGE_COMPUTE_BIT,
      .pName = "main",
      .pSpecializationInfo = &specialization,
    },
    .layout = device->pipeline_layout,
  };
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT subgroup = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT,
  };
  g_autofree char *what = g_strdup_printf ("compile the kernel %s", module->name);
  gboolean ok;

  if (module->full_subgroups && device->info.subgroup_control)
    {
      subgroup.requiredSubgroupSize = constants[n_constants - 1];
      info.stage.pNext = &subgroup;
      info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
    }

  for (guint32 i = 0; i < n_constants; i++)
    entries[i] = (VkSpecializationMapEntry) { i, i * sizeof (guint32), sizeof (guint32) };
  if (!gs_vk_check (device,
                    vkCreateShaderModule (device->vk, &module_info, NULL, &info.stage.module), what,
                    error))
    return FALSE;
  ok = gs_vk_check (device,
                    vkCreateComputePipelines (device->vk, device->pipeline_cache, 1, &info, NULL,
                                              &kernel->pipeline),
                    what, error);
  vkDestroyShaderModule (device->vk, info.stage.module, NULL);
  return ok;
}

GsKernel *
gs_kernel_get (GsDevice *device, const char *name, const guint32 *constants, guint n_constants,
               GError **error)
{
  g_autofree char *key = kernel_key (name, constants, n_constants);
  GsKernel *kernel = g_hash_table_lookup (device->kernels, key);
  const GsShaderModule *module;

  if (kernel != NULL)
    return kernel;
  g_assert (n_constants <= GS_MAX_SPEC_CONSTANTS);
  module = find_module (name);
  if (module == NULL)
    g_error ("There is no kernel %s: it is missing in shaders/meson.build", name);

  kernel = g_new0 (GsKernel, 1);
  kernel->name = g_steal_pointer (&key);
  if (!create_pipeline (device, kernel, module, constants, n_constants, error))
    {
      gs_kernel_free (device, kernel);
      return NULL;
    }
  g_hash_table_insert (device->kernels, kernel->name, kernel);
  device->cache_is_stale = TRUE;
  return kernel;
}

void
gs_kernel_free (GsDevice *device, GsKernel *kernel)
{
  vkDestroyPipeline (device->vk, kernel->pipeline, NULL);
  g_free (kernel->name);
  g_free (kernel);
}

static char *
cache_path (GsDevice *device)
{
  return device->cache_folder != NULL
           ? g_build_filename (device->cache_folder, "pipelines.bin", NULL) : NULL;
}

/* The file is the driver's blob behind its SHA-256: drivers trust their own header, not the rest. */
void
gs_kernel_load_cache (GsDevice *device)
{
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  g_autofree char *path = cache_path (device);
  g_autofree char *contents = NULL;
  gsize length = 0;

  if (path != NULL && g_file_get_contents (path, &contents, &length, NULL) && length > 64)
    {
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                                          (const guchar *) contents + 64,
                                                          length - 64);
      if (memcmp (sum, contents, 64) == 0)
        {
          info.initialDataSize = length - 64;
          info.pInitialData = contents + 64;
        }
    }
  if (vkCreatePipelineCache (device->vk, &info, NULL, &device->pipeline_cache) != VK_SUCCESS)
    {
      info.initialDataSize = 0;
      if (vkCreatePipelineCache (device->vk, &info, NULL, &device->pipeline_cache) != VK_SUCCESS)
        device->pipeline_cache = VK_NULL_HANDLE;
    }
}

void
gs_kernel_save_cache (GsDevice *device)
{
  g_autofree char *path = cache_path (device);
  g_autofree guint8 *contents = NULL;
  g_autofree char *sum = NULL;
  gsize length = 0;

  if (!device->cache_is_stale || path == NULL
      || vkGetPipelineCacheData (device->vk, device->pipeline_cache, &length, NULL) != VK_SUCCESS
      || length == 0)
    return;
  contents = g_malloc (64 + length);
  if (vkGetPipelineCacheData (device->vk, device->pipeline_cache, &length, contents + 64)
      != VK_SUCCESS)
    return;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, contents + 64, length);
  memcpy (contents, sum, 64);
  /* Written beside and renamed; a cache that cannot be written only costs time at the next start. */
  if (g_file_set_contents_full (path, (const char *) contents, 64 + length,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
    device->cache_is_stale = FALSE;
}
