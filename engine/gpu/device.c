/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a device, its timeline, and waiting. */
#include "gpu/device-private.h"
#include "gpu/vulkan-new.h"

#include <gio/gio.h>
#include <string.h>

#define POLL_INTERVAL_NS (20 * 1000 * 1000)

gboolean
gs_vk_check (GsDevice *device, VkResult result, const char *what, GError **error)
{
  /* A driver may go on as if nothing had happened. */
  switch (device != NULL && device->lost ? VK_ERROR_DEVICE_LOST : result)
    {
    case VK_SUCCESS:
      return TRUE;
    case VK_ERROR_DEVICE_LOST:
      if (device != NULL)
        device->lost = TRUE;
      g_set_error (error, GS_ERROR, GS_ERROR_DEVICE_LOST,
                   "The graphics device stopped answering (%s); try a smaller picture or update its "
                   "driver", what);
      return FALSE;
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
      g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                   "The graphics device ran out of memory (%s); try a smaller picture", what);
      return FALSE;
    default:
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "The graphics driver refused to %s (Vulkan result %d); try another device", what,
                   result);
      return FALSE;
    }
}

void
gs_device_lose (GsDevice *device)
{
  device->lost = TRUE;
}

static guint32
compute_queue_family (VkPhysicalDevice physical)
{
  g_autofree VkQueueFamilyProperties *families = NULL;
  guint32 n = 0, best = G_MAXUINT32;

  vkGetPhysicalDeviceQueueFamilyProperties (physical, &n, NULL);
  families = g_new0 (VkQueueFamilyProperties, n);
  vkGetPhysicalDeviceQueueFamilyProperties (physical, &n, families);
  for (guint32 i = 0; i < n; i++)
    {
      if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT))
        continue;
      /* A queue without graphics runs beside the desktop's own work. */
      if (best == G_MAXUINT32 || !(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT))
        best = i;
    }
  return best;
}

/* One for nothing but copies, as discrete GPUs have; else the compute queue's own. */
static guint32
transfer_queue_family (VkPhysicalDevice physical, guint32 compute_family)
{
  g_autofree VkQueueFamilyProperties *families = NULL;
  guint32 n = 0;

  vkGetPhysicalDeviceQueueFamilyProperties (physical, &n, NULL);
  families = g_new0 (VkQueueFamilyProperties, n);
  vkGetPhysicalDeviceQueueFamilyProperties (physical, &n, families);
  for (guint32 i = 0; i < n; i++)
    if (families[i].queueFlags & VK_QUEUE_TRANSFER_BIT
        && !(families[i].queueFlags & (VK_QUEUE_COMPUTE_BIT | VK_QUEUE_GRAPHICS_BIT)))
      return i;
  return compute_family;
}

/* stand_back: the desktop's work, and other programs', comes first. */
static gboolean
create_vk_device (GsDevice *device, gboolean stand_back, GError **error)
{
  const GsGpuInfo *gpu = &device->info;
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
    .cooperativeMatrix = VK_TRUE,
  };
  VkPhysicalDeviceMaintenance4Features maintenance = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_FEATURES,
    .maintenance4 = VK_TRUE,
  };
  VkPhysicalDeviceCooperativeMatrix2FeaturesNV group_matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_2_FEATURES_NV,
    .pNext = &maintenance,
    .cooperativeMatrixWorkgroupScope = VK_TRUE,
    .cooperativeMatrixFlexibleDimensions = VK_TRUE,
    .cooperativeMatrixPerElementOperations = VK_TRUE,
    .cooperativeMatrixTensorAddressing = VK_TRUE,
  };
  VkPhysicalDeviceSubgroupSizeControlFeaturesEXT control = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT,
    .subgroupSizeControl = VK_TRUE,
    .computeFullSubgroups = VK_TRUE,
  };
  VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR dots = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
    .shaderIntegerDotProduct = VK_TRUE,
  };
  VkPhysicalDeviceVulkan12Features v12 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
    .vulkanMemoryModel = gpu->n_matrix_shapes > 0,
    .bufferDeviceAddress = VK_TRUE,
    .timelineSemaphore = VK_TRUE,
    .shaderFloat16 = device->info.arithmetic16,
  };
  VkPhysicalDeviceVulkan11Features v11 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
    .pNext = &v12,
    .storageBuffer16BitAccess = device->info.storage16,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &v11,
    .features.shaderInt64 = VK_TRUE,
    .features.shaderInt16 = gpu->integers16,
  };
  const float priority = 0.0f;
  const VkDeviceQueueGlobalPriorityCreateInfoKHR low = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_GLOBAL_PRIORITY_CREATE_INFO_KHR,
    .globalPriority = VK_QUEUE_GLOBAL_PRIORITY_LOW_KHR,
  };
  const void *global = stand_back ? &low : NULL;
  const VkDeviceQueueCreateInfo queues[] = {
    { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
      .pNext = global,
      .queueFamilyIndex = device->queue_family,
      .queueCount = 1,
      .pQueuePriorities = &priority },
    { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
      .pNext = global,
      .queueFamilyIndex = device->transfer_family,
      .queueCount = 1,
      .pQueuePriorities = &priority },
  };
  const char *extensions[7];
  VkDeviceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
    .pNext = &features,
    .queueCreateInfoCount = device->transfer_family != device->queue_family ? 2 : 1,
    .pQueueCreateInfos = queues,
    .ppEnabledExtensionNames = extensions,
  };

  if (stand_back)
    extensions[info.enabledExtensionCount++] = VK_KHR_GLOBAL_PRIORITY_EXTENSION_NAME;
  if (gpu->memory_budget)
    extensions[info.enabledExtensionCount++] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
  if (gpu->host_memory)
    extensions[info.enabledExtensionCount++] = VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME;
  if (gpu->subgroup_control)
    {
      extensions[info.enabledExtensionCount++] = VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME;
      control.pNext = v12.pNext;
      v12.pNext = &control;
    }
  if (gpu->dots_of_bytes)
    {
      extensions[info.enabledExtensionCount++] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;
      dots.pNext = v12.pNext;
      v12.pNext = &dots;
    }
  if (gpu->n_matrix_shapes > 0)
    {
      extensions[info.enabledExtensionCount++] = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
      matrix.pNext = v12.pNext;
      v12.pNext = &matrix;
    }
  if (gpu->n_group_matrices > 0)
    {
      extensions[info.enabledExtensionCount++] = VK_NV_COOPERATIVE_MATRIX_2_EXTENSION_NAME;
      maintenance.pNext = v12.pNext;
      v12.pNext = &group_matrix;
    }

  return gs_vk_check (device, vkCreateDevice (device->physical, &info, NULL, &device->vk),
                      "open the device", error);
}

static gboolean
create_timeline (GsDevice *device, GError **error)
{
  const VkSemaphoreTypeCreateInfo type = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
    .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
  };
  const VkSemaphoreCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
    .pNext = &type,
  };

  return gs_vk_check (device, vkCreateSemaphore (device->vk, &info, NULL, &device->timeline),
                      "make a timeline", error)
         && gs_vk_check (device, vkCreateSemaphore (device->vk, &info, NULL, &device->transfers),
                         "make a timeline", error);
}

static gboolean
create_layouts (GsDevice *device, GError **error)
{
  const VkDescriptorSetLayoutBinding bindings[2] = {
    { 0, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL },
    { 1, VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL },
  };
  const VkDescriptorSetLayoutCreateInfo set = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
    .bindingCount = 2,
    .pBindings = bindings,
  };
  const VkPushConstantRange push = { VK_SHADER_STAGE_COMPUTE_BIT, 0, GS_PUSH_BYTES };
  VkPipelineLayoutCreateInfo layout = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
    .setLayoutCount = 1,
    .pSetLayouts = &device->set_layout,
    .pushConstantRangeCount = 1,
    .pPushConstantRanges = &push,
  };

  return gs_vk_check (device,
                      vkCreateDescriptorSetLayout (device->vk, &set, NULL, &device->set_layout),
                      "describe its kernels' operands", error)
         && gs_vk_check (device,
                         vkCreatePipelineLayout (device->vk, &layout, NULL,
                                                 &device->pipeline_layout),
                         "describe its kernels' operands", error);
}

/* Unified memory, or a PCI window as large as the memory itself. */
static gboolean
is_unified (GsDevice *device)
{
  const VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT
                                       | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
                                       | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

  for (guint32 i = 0; i < device->memory.memoryTypeCount; i++)
    {
      const VkMemoryType *type = &device->memory.memoryTypes[i];

      if ((type->propertyFlags & wanted) == wanted
          && device->memory.memoryHeaps[type->heapIndex].size >= device->info.memory_bytes)
        return TRUE;
    }
  return FALSE;
}

static void
find_cache_folder (GsDevice *device)
{
  VkPhysicalDeviceProperties properties;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *folder = NULL;

  vkGetPhysicalDeviceProperties (device->physical, &properties);
  g_checksum_update (checksum, properties.pipelineCacheUUID, VK_UUID_SIZE);
  g_checksum_update (checksum, (const guchar *) &properties.driverVersion, sizeof (guint32));
  g_checksum_update (checksum, (const guchar *) &properties.vendorID, sizeof (guint32));
  g_checksum_update (checksum, (const guchar *) &properties.deviceID, sizeof (guint32));
  g_checksum_update (checksum, (const guchar *) &device->info.subgroup_size, sizeof (guint32));
  for (gsize i = 0; i < gs_n_shader_modules; i++)
    g_checksum_update (checksum, (const guchar *) gs_shader_modules[i].code,
                       gs_shader_modules[i].n_bytes);
  folder = g_strndup (g_checksum_get_string (checksum), 16);
  device->cache_folder = g_build_filename (g_get_user_cache_dir (), "gesso", folder, NULL);
  if (g_mkdir_with_parents (device->cache_folder, 0700) != 0)
    g_clear_pointer (&device->cache_folder, g_free);
}

GsDevice *
gs_device_new (const char *which, char **reason, GError **error)
{
  g_autoptr (GArray) gpus = gs_gpu_list ();
  const GsGpuInfo *gpu = gs_gpu_choose (gpus, which, reason, error);
  g_autoptr (GsDevice) device = NULL;

  if (gpu == NULL)
    return NULL;
  device = g_new0 (GsDevice, 1);
  device->info = *gpu;
  device->instance = gs_vk_instance ();
  device->physical = gpu->handle;
  gs_kernels_init (device);
  device->queue_family = compute_queue_family (device->physical);
  if (device->queue_family == G_MAXUINT32)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_NO_DEVICE,
                   "“%s” has no compute queue; choose another device", gpu->name);
      return NULL;
    }
  device->transfer_family = transfer_queue_family (device->physical, device->queue_family);
  device->limit_bytes = G_MAXUINT64;
  vkGetPhysicalDeviceMemoryProperties (device->physical, &device->memory);
  device->unified = is_unified (device);
  /* Some drivers know priorities and grant none. */
  if ((!device->info.global_priority || !create_vk_device (device, TRUE, NULL))
      && !create_vk_device (device, FALSE, error))
    return NULL;
  if (!create_timeline (device, error)
      || !create_layouts (device, error))
    return NULL;
  vkGetDeviceQueue (device->vk, device->queue_family, 0, &device->queue);
  vkGetDeviceQueue (device->vk, device->transfer_family, 0, &device->transfer_queue);
  find_cache_folder (device);
  gs_kernel_load_cache (device);
  return g_steal_pointer (&device);
}

void
gs_device_free (GsDevice *device)
{
  if (device == NULL)
    return;
  if (device->vk != VK_NULL_HANDLE)
    gs_device_wait_idle (device);
  gs_kernels_clear (device);
  if (device->vk != VK_NULL_HANDLE)
    {
      vkDestroyPipelineCache (device->vk, device->pipeline_cache, NULL);
      vkDestroyPipelineLayout (device->vk, device->pipeline_layout, NULL);
      vkDestroyDescriptorSetLayout (device->vk, device->set_layout, NULL);
      vkDestroySemaphore (device->vk, device->timeline, NULL);
      vkDestroySemaphore (device->vk, device->transfers, NULL);
      vkDestroyDevice (device->vk, NULL);
    }
  g_free (device->cache_folder);
  g_free (device);
}

const GsGpuInfo *
gs_device_get_info (GsDevice *device)
{
  return &device->info;
}

const char *
gs_device_get_cache_folder (GsDevice *device)
{
  return device->cache_folder;
}

void
gs_device_set_poll (GsDevice *device, GsPollFunc poll, gpointer user_data)
{
  device->poll = poll;
  device->poll_data = user_data;
}

gboolean
gs_device_poll (GsDevice *device, GError **error)
{
  if (device->poll == NULL || device->poll (device->poll_data))
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_CANCELLED, "Cancelled");
  return FALSE;
}

static VkResult
wait_for (GsDevice *device, guint64 value, guint64 timeout_ns)
{
  const VkSemaphoreWaitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
    .semaphoreCount = 1,
    .pSemaphores = &device->timeline,
    .pValues = &value,
  };

  return vkWaitSemaphores (device->vk, &info, timeout_ns);
}

gboolean
gs_device_wait (GsDevice *device, guint64 value, GError **error)
{
  g_autoptr (GError) cancelled = NULL;
  VkResult result;

  while ((result = wait_for (device, value, POLL_INTERVAL_NS)) == VK_TIMEOUT)
    {
      if (cancelled == NULL)
        gs_device_poll (device, &cancelled);
    }
  if (!gs_vk_check (device, result, "wait for its work", error))
    return FALSE;
  if (cancelled != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cancelled));
      return FALSE;
    }
  return TRUE;
}

gboolean
gs_device_wait_idle (GsDevice *device)
{
  return gs_vk_check (device, vkDeviceWaitIdle (device->vk), "wait for its work", NULL);
}

guint64
gs_device_get_used_bytes (GsDevice *device)
{
  return device->used_bytes;
}

guint64
gs_device_get_peak_bytes (GsDevice *device)
{
  return device->peak_bytes;
}

void
gs_device_reset_peak (GsDevice *device)
{
  device->peak_bytes = device->used_bytes;
}

void
gs_device_set_limit (GsDevice *device, guint64 n_bytes)
{
  device->limit_bytes = n_bytes;
}

void
gs_device_fail_submit (GsDevice *device, guint n)
{
  device->submits_to_failure = n;
}

void
gs_device_hide_memory (GsDevice *device, gboolean hides)
{
  device->hides_memory = hides;
}

/* The CPU driver's "device memory" is the machine's: what the kernel says can still be had. Its heap
 * says nothing: Mesa 22.3 always reports 2 GiB and gives more. 0: not known. */
static guint64
available_ram_bytes (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, "MemAvailable:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024
                      : 0;
}

guint64
gs_device_get_free_bytes (GsDevice *device)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT,
  };
  VkPhysicalDeviceMemoryProperties2 properties = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
    .pNext = &budget,
  };
  guint64 best = device->info.kind == GS_GPU_CPU ? available_ram_bytes () : 0;

  if (best > 0)
    return best;
  if (!device->info.memory_budget)
    best = device->info.memory_bytes > device->used_bytes
             ? device->info.memory_bytes - device->used_bytes : 0;
  else
    {
      vkGetPhysicalDeviceMemoryProperties2 (device->physical, &properties);
      for (guint32 i = 0; i < device->memory.memoryHeapCount; i++)
        if (device->memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT
            && budget.heapBudget[i] > budget.heapUsage[i])
          best = MAX (best, budget.heapBudget[i] - budget.heapUsage[i]);
    }
  return best;
}
