/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of small matrices that a subgroup makes together (VK_KHR_cooperative_matrix), and the
 * sizes that subgroups may have. */
#include "gpu/device-private.h"
#include "gpu/vulkan-new.h"

#include <string.h>

typedef VkCooperativeMatrixPropertiesKHR Properties;

static Properties *
get_properties (VkPhysicalDevice physical, guint32 *n)
{
  const PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get
    = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR) vkGetInstanceProcAddr (
      gs_vk_instance (), "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  Properties *properties;

  *n = 0;
  if (get == NULL || get (physical, n, NULL) != VK_SUCCESS)
    *n = 0;
  properties = g_new0 (Properties, *n);
  for (guint32 i = 0; i < *n; i++)
    properties[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (*n > 0 && get (physical, n, properties) < 0)
    *n = 0;
  return properties;
}

/* Whether a shape is one that the kernels can use: halfs multiplied, floats summed. */
static gboolean
is_useful (const Properties *p)
{
  return p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR
         && p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR && !p->saturatingAccumulation
         && p->scope == VK_SCOPE_SUBGROUP_KHR && p->MSize % 8 == 0 && p->NSize % 8 == 0
         && p->KSize % 8 == 0 && 32 % p->MSize == 0 && 32 % p->NSize == 0 && 32 % p->KSize == 0;
}

static gboolean
has_features (VkPhysicalDevice physical)
{
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
  };
  VkPhysicalDeviceVulkan12Features v12 = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
    .pNext = &matrix,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &v12,
  };

  vkGetPhysicalDeviceFeatures2 (physical, &features);
  return matrix.cooperativeMatrix && v12.vulkanMemoryModel && v12.shaderFloat16;
}

static void
fill_shapes (VkPhysicalDevice physical, GsGpuInfo *info)
{
  g_autofree Properties *properties = NULL;
  guint32 n = 0;

  /* Mesa 26.2's CPU driver offers them at 16 lanes too and then crashes. */
  if (!info->storage16 || (info->kind == GS_GPU_CPU && info->subgroup_size != 8)
      || !gs_gpu_has_extension (physical, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME)
      || !has_features (physical))
    return;
  properties = get_properties (physical, &n);
  for (guint32 i = 0; i < n && info->n_matrix_shapes < G_N_ELEMENTS (info->matrix_shapes); i++)
    if (is_useful (&properties[i]))
      info->matrix_shapes[info->n_matrix_shapes++]
        = (GsMatrixShape) { properties[i].MSize, properties[i].NSize, properties[i].KSize };
}

static void
fill_subgroups (VkPhysicalDevice physical, GsGpuInfo *info)
{
  VkPhysicalDeviceSubgroupSizeControlFeaturesEXT control = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &control,
  };
  VkPhysicalDeviceSubgroupSizeControlPropertiesEXT sizes = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT,
  };
  VkPhysicalDeviceProperties2 properties = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
    .pNext = &sizes,
  };

  info->subgroup_min = info->subgroup_max = info->subgroup_size;
  if (!gs_gpu_has_extension (physical, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME))
    return;
  vkGetPhysicalDeviceFeatures2 (physical, &features);
  vkGetPhysicalDeviceProperties2 (physical, &properties);
  info->subgroup_control = control.subgroupSizeControl && control.computeFullSubgroups
                           && (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT);
  if (!info->subgroup_control)
    return;
  info->subgroup_min = sizes.minSubgroupSize;
  info->subgroup_max = sizes.maxSubgroupSize;
}

void
gs_gpu_fill_matrix (VkPhysicalDevice physical, GsGpuInfo *info)
{
  fill_subgroups (physical, info);
  fill_shapes (physical, info);
}
