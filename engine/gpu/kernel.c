/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pipelines from embedded SPIR-V, compiled by several threads, and their cache on disk. */
#include "gpu/device-private.h"

#include "include/types.h"

#include <string.h>

#define MAX_COMPILERS 8
#define POLL_INTERVAL_US (20 * 1000)
#define LONG_WAIT_US 1000 /* worth a message */
/* Between writes of the cache: programs come one after the other, each with kernels of its own. */
#define SAVE_INTERVAL_US (2 * G_USEC_PER_SEC)

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

/* Mesa 26.2's CPU driver smashes its stack when vectors of 16 invocations store words of 64 bits. */
static gboolean
stores_wide (const GsGpuInfo *info)
{
  return info->kind != GS_GPU_CPU || info->subgroup_size <= 8;
}

static VkResult
create_pipeline (GsKernel *kernel)
{
  GsDevice *device = kernel->device;
  VkSpecializationMapEntry entries[GS_MAX_SPEC_CONSTANTS + 1];
  guint32 constants[GS_MAX_SPEC_CONSTANTS + 1];
  const VkSpecializationInfo specialization = {
    .mapEntryCount = kernel->n_constants + 1,
    .pMapEntries = entries,
    .dataSize = (kernel->n_constants + 1) * sizeof (guint32),
    .pData = constants,
  };
  const VkShaderModuleCreateInfo module_info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
    .codeSize = kernel->module->n_bytes,
    .pCode = kernel->module->code,
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
  VkResult result;

  if (kernel->module->full_subgroups && device->info.subgroup_control)
    {
      subgroup.requiredSubgroupSize = kernel->constants[kernel->n_constants - 1];
      info.stage.pNext = &subgroup;
      info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
    }
  for (guint32 i = 0; i <= kernel->n_constants; i++)
    entries[i] = (VkSpecializationMapEntry) { i, i * sizeof (guint32), sizeof (guint32) };
  memcpy (constants, kernel->constants, kernel->n_constants * sizeof *constants);
  entries[kernel->n_constants].constantID = GS_CONSTANT_WIDE_STORES;
  constants[kernel->n_constants] = stores_wide (&device->info);
  result = vkCreateShaderModule (device->vk, &module_info, NULL, &info.stage.module);
  if (result != VK_SUCCESS)
    return result;
  /* The cache synchronises itself: it was not made to be synchronised from outside. */
  result = vkCreateComputePipelines (device->vk, device->pipeline_cache, 1, &info, NULL,
                                     &kernel->pipeline);
  vkDestroyShaderModule (device->vk, info.stage.module, NULL);
  return result;
}

static void
compile (gpointer data, gpointer user_data)
{
  GsKernel *kernel = data;
  GsDevice *device = kernel->device;
  const gint64 start = g_get_monotonic_time ();
  const VkResult result = create_pipeline (kernel);

  g_debug ("kernel %s: %" G_GINT64_FORMAT " us", kernel->name, g_get_monotonic_time () - start);
  g_mutex_lock (&device->compiled_lock);
  kernel->result = result;
  kernel->is_compiled = TRUE;
  g_cond_broadcast (&device->compiled);
  g_mutex_unlock (&device->compiled_lock);
}

/* Again if it failed before, as memory may have been short. */
static void
compile_soon (GsKernel *kernel)
{
  GsDevice *device = kernel->device;

  g_mutex_lock (&device->compiled_lock);
  kernel->is_compiled = FALSE;
  g_mutex_unlock (&device->compiled_lock);
  device->cache_is_stale = TRUE;
  /* What no thread could be made for waits for the first that can. */
  g_thread_pool_push (device->compilers, kernel, NULL);
}

static gboolean
has_failed (GsKernel *kernel)
{
  gboolean failed;

  g_mutex_lock (&kernel->device->compiled_lock);
  failed = kernel->is_compiled && kernel->result != VK_SUCCESS;
  g_mutex_unlock (&kernel->device->compiled_lock);
  return failed;
}

GsKernel *
gs_kernel_get (GsDevice *device, const char *name, const guint32 *constants, guint n_constants)
{
  g_autofree char *key = kernel_key (name, constants, n_constants);
  GsKernel *kernel = g_hash_table_lookup (device->kernels, key);

  if (kernel != NULL)
    {
      if (has_failed (kernel))
        compile_soon (kernel);
      return kernel;
    }
  g_assert (n_constants <= GS_MAX_SPEC_CONSTANTS);
  kernel = g_new0 (GsKernel, 1);
  kernel->device = device;
  kernel->name = g_steal_pointer (&key);
  kernel->module = find_module (name);
  if (kernel->module == NULL)
    g_error ("There is no kernel %s: it is missing in shaders/meson.build", name);
  kernel->n_constants = n_constants;
  if (n_constants > 0)
    memcpy (kernel->constants, constants, n_constants * sizeof *constants);
  g_hash_table_insert (device->kernels, kernel->name, kernel);
  compile_soon (kernel);
  return kernel;
}

VkPipeline
gs_kernel_wait (GsKernel *kernel, GError **error)
{
  GsDevice *device = kernel->device;
  const gint64 start = g_get_monotonic_time ();
  g_autofree char *what = NULL;
  gboolean is_compiled;

  g_mutex_lock (&device->compiled_lock);
  while (!(is_compiled = kernel->is_compiled))
    {
      const gint64 until = g_get_monotonic_time () + POLL_INTERVAL_US;

      if (g_cond_wait_until (&device->compiled, &device->compiled_lock, until))
        continue;
      g_mutex_unlock (&device->compiled_lock); /* the caller's function may take its time */
      if (!gs_device_poll (device, error))
        return VK_NULL_HANDLE;
      g_mutex_lock (&device->compiled_lock);
    }
  g_mutex_unlock (&device->compiled_lock);
  if (g_get_monotonic_time () - start >= LONG_WAIT_US)
    g_debug ("kernel %s: waited for %" G_GINT64_FORMAT " us", kernel->name,
             g_get_monotonic_time () - start);
  if (kernel->result == VK_SUCCESS)
    return kernel->pipeline;
  what = g_strdup_printf ("compile the kernel %s", kernel->module->name);
  gs_vk_check (device, kernel->result, what, error);
  return VK_NULL_HANDLE;
}

static void
kernel_free (gpointer data)
{
  GsKernel *kernel = data;

  vkDestroyPipeline (kernel->device->vk, kernel->pipeline, NULL);
  g_free (kernel->name);
  g_free (kernel);
}

void
gs_kernels_init (GsDevice *device)
{
  const guint n_threads = CLAMP (g_get_num_processors (), 1, MAX_COMPILERS);

  device->cache_saved_at = g_get_monotonic_time ();
  g_mutex_init (&device->compiled_lock);
  g_cond_init (&device->compiled);
  device->kernels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, kernel_free);
  device->compilers = g_thread_pool_new (compile, NULL, n_threads, FALSE, NULL);
}

void
gs_kernels_clear (GsDevice *device)
{
  /* Those that nobody waits for any more are left uncompiled. */
  g_thread_pool_free (device->compilers, TRUE, TRUE);
  gs_kernel_save_cache (device);
  g_hash_table_unref (device->kernels);
  g_mutex_clear (&device->compiled_lock);
  g_cond_clear (&device->compiled);
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

  if (!device->cache_is_stale || path == NULL || device->pipeline_cache == VK_NULL_HANDLE
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
  g_file_set_contents_full (path, (const char *) contents, 64 + length,
                            G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
  device->cache_is_stale = FALSE;
}

void
gs_kernel_save_cache_soon (GsDevice *device)
{
  const gint64 now = g_get_monotonic_time ();

  if (!device->cache_is_stale || now - device->cache_saved_at < SAVE_INTERVAL_US)
    return;
  device->cache_saved_at = now;
  gs_kernel_save_cache (device);
}
