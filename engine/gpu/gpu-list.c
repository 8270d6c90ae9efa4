/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Vulkan devices there are, and whether they have what the engine needs. */
#include "gpu/device-private.h"

#include <string.h>

static VkInstance
create_instance (void)
{
  const VkApplicationInfo application = {
    .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
    .pApplicationName = "gesso",
    .pEngineName = "gesso",
    .apiVersion = VK_API_VERSION_1_3, /* at most: devices may have less */
  };
  const VkInstanceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
    .pApplicationInfo = &application,
  };
  VkInstance instance = VK_NULL_HANDLE;

  if (vkCreateInstance (&info, NULL, &instance) != VK_SUCCESS)
    return VK_NULL_HANDLE;
  return instance;
}

static GMutex instance_lock;
static VkInstance instance = VK_NULL_HANDLE;

VkInstance
gs_vk_instance (void)
{
  VkInstance current;

  g_mutex_lock (&instance_lock);
  if (instance == VK_NULL_HANDLE)
    instance = create_instance ();
  current = instance;
  g_mutex_unlock (&instance_lock);
  return current;
}

void
gs_gpu_reload (void)
{
  /* The old one is kept for the life of the process: some drivers do not survive being loaded twice. */
  g_mutex_lock (&instance_lock);
  instance = VK_NULL_HANDLE;
  g_mutex_unlock (&instance_lock);
}

gboolean
gs_gpu_has_extension (VkPhysicalDevice physical, const char *name)
{
  g_autofree VkExtensionProperties *properties = NULL;
  guint32 n = 0;

  vkEnumerateDeviceExtensionProperties (physical, NULL, &n, NULL);
  properties = g_new0 (VkExtensionProperties, n);
  vkEnumerateDeviceExtensionProperties (physical, NULL, &n, properties);
  for (guint32 i = 0; i < n; i++)
    if (g_str_equal (properties[i].extensionName, name))
      return TRUE;
  return FALSE;
}

static GsGpuKind
kind_of (VkPhysicalDeviceType type)
{
  switch (type)
    {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
      return GS_GPU_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
      return GS_GPU_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
      return GS_GPU_CPU;
    default:
      return GS_GPU_VIRTUAL;
    }
}

static void
fill_features (VkPhysicalDevice physical, GsGpuInfo *info)
{
  VkPhysicalDeviceVulkan12Features v12 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
  };
  VkPhysicalDeviceVulkan11Features v11 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
    .pNext = &v12,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &v11,
  };

  vkGetPhysicalDeviceFeatures2 (physical, &features);
  info->storage16 = v11.storageBuffer16BitAccess;
  info->arithmetic16 = v12.shaderFloat16;
  info->integers16 = features.features.shaderInt16;
  if (!v12.bufferDeviceAddress)
    g_strlcpy (info->unusable, "it lacks buffer device addresses", sizeof info->unusable);
  else if (!v12.timelineSemaphore)
    g_strlcpy (info->unusable, "it lacks timeline semaphores", sizeof info->unusable);
  else if (!features.features.shaderInt64)
    g_strlcpy (info->unusable, "it lacks 64-bit integers in shaders", sizeof info->unusable);
}

static void
fill_dots (VkPhysicalDevice physical, GsGpuInfo *info)
{
  VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR dots = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &dots,
  };
  VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR speed = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR,
  };
  VkPhysicalDeviceProperties2 properties = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
    .pNext = &speed,
  };

  if (!gs_gpu_has_extension (physical, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME))
    return;
  vkGetPhysicalDeviceFeatures2 (physical, &features);
  vkGetPhysicalDeviceProperties2 (physical, &properties);
  info->dots_of_bytes = dots.shaderIntegerDotProduct;
  info->fast_dots = dots.shaderIntegerDotProduct
                    && speed.integerDotProduct4x8BitPackedSignedAccelerated;
}

void
gs_gpu_info_fill (VkPhysicalDevice physical, GsGpuInfo *info)
{
  VkPhysicalDeviceDriverProperties driver = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES,
  };
  VkPhysicalDeviceMaintenance3Properties maintenance = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
    .pNext = &driver,
  };
  VkPhysicalDeviceSubgroupProperties subgroup = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES,
    .pNext = &maintenance,
  };
  VkPhysicalDeviceProperties2 properties = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
    .pNext = &subgroup,
  };
  VkPhysicalDeviceMemoryProperties memory;
  VkPhysicalDeviceProperties basic;

  memset (info, 0, sizeof *info);
  vkGetPhysicalDeviceProperties (physical, &basic);
  g_strlcpy (info->name, basic.deviceName, sizeof info->name);
  info->kind = kind_of (basic.deviceType);
  if (basic.apiVersion < VK_API_VERSION_1_2)
    {
      g_strlcpy (info->unusable, "its driver knows only Vulkan 1.1 or older",
                 sizeof info->unusable);
      return;
    }

  vkGetPhysicalDeviceProperties2 (physical, &properties);
  g_snprintf (info->driver, sizeof info->driver, "%s %s", driver.driverName, driver.driverInfo);
  info->subgroup_size = subgroup.subgroupSize;
  info->max_allocation_bytes = maintenance.maxMemoryAllocationSize;
  info->max_shared_bytes = properties.properties.limits.maxComputeSharedMemorySize;
  info->max_texels = properties.properties.limits.maxTexelBufferElements;
  info->host_memory = gs_gpu_has_extension (physical, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
  info->memory_budget = gs_gpu_has_extension (physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
  info->global_priority = gs_gpu_has_extension (physical, VK_KHR_GLOBAL_PRIORITY_EXTENSION_NAME);

  vkGetPhysicalDeviceMemoryProperties (physical, &memory);
  for (guint32 i = 0; i < memory.memoryHeapCount; i++)
    if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      info->memory_bytes = MAX (info->memory_bytes, memory.memoryHeaps[i].size);
  fill_features (physical, info);
  fill_dots (physical, info);
  gs_gpu_fill_matrix (physical, info);
  gs_gpu_fill_group_matrices (physical, info);
}

static int
compare_gpus (gconstpointer a, gconstpointer b)
{
  const GsGpuInfo *gpu_a = a, *gpu_b = b;
  gboolean bad_a = gpu_a->unusable[0] != '\0', bad_b = gpu_b->unusable[0] != '\0';

  if (bad_a != bad_b)
    return bad_a - bad_b;
  return (int) gpu_a->kind - (int) gpu_b->kind;
}

GArray *
gs_gpu_list (void)
{
  GArray *gpus = g_array_new (FALSE, TRUE, sizeof (GsGpuInfo));
  g_autofree VkPhysicalDevice *physical = NULL;
  VkInstance instance = gs_vk_instance ();
  guint32 n = 0;

  if (instance == VK_NULL_HANDLE || vkEnumeratePhysicalDevices (instance, &n, NULL) != VK_SUCCESS)
    return gpus;
  physical = g_new0 (VkPhysicalDevice, n);
  if (vkEnumeratePhysicalDevices (instance, &n, physical) < 0)
    return gpus;
  for (guint32 i = 0; i < n; i++)
    {
      GsGpuInfo info;

      gs_gpu_info_fill (physical[i], &info);
      info.handle = physical[i];
      g_array_append_val (gpus, info);
    }
  g_array_sort (gpus, compare_gpus);
  for (guint i = 0; i < gpus->len; i++)
    g_array_index (gpus, GsGpuInfo, i).index = i;
  return gpus;
}
