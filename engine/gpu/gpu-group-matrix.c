/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Products of matrices that a whole workgroup makes together, of sizes that kernels choose themselves
 * (VK_NV_cooperative_matrix2). Drivers may offer the extension with few of its features: what counts is
 * whether there are all that matmul-coopmat2.comp uses.
 */
#include "gpu/device-private.h"
#include "gpu/vulkan-new.h"

typedef VkCooperativeMatrixFlexibleDimensionsPropertiesNV Properties;

static Properties *
get_properties (VkPhysicalDevice physical, guint32 *n)
{
  const PFN_vkGetPhysicalDeviceCooperativeMatrixFlexibleDimensionsPropertiesNV get
    = (PFN_vkGetPhysicalDeviceCooperativeMatrixFlexibleDimensionsPropertiesNV) vkGetInstanceProcAddr (
      gs_vk_instance (), "vkGetPhysicalDeviceCooperativeMatrixFlexibleDimensionsPropertiesNV");
  Properties *properties;

  *n = 0;
  if (get == NULL || get (physical, n, NULL) != VK_SUCCESS)
    *n = 0;
  properties = g_new0 (Properties, *n);
  for (guint32 i = 0; i < *n; i++)
    properties[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_FLEXIBLE_DIMENSIONS_PROPERTIES_NV;
  if (*n > 0 && get (physical, n, properties) < 0)
    *n = 0;
  return properties;
}

/* Its SPIR-V is of version 1.6, which comes with Vulkan 1.3; there a workgroup's size is maintenance4's. */
static gboolean
has_features (VkPhysicalDevice physical)
{
  VkPhysicalDeviceMaintenance4Features maintenance = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_FEATURES,
  };
  VkPhysicalDeviceCooperativeMatrix2FeaturesNV matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_2_FEATURES_NV,
    .pNext = &maintenance,
  };
  VkPhysicalDeviceFeatures2 features = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
    .pNext = &matrix,
  };
  VkPhysicalDeviceProperties basic;

  vkGetPhysicalDeviceProperties (physical, &basic);
  if (basic.apiVersion < VK_API_VERSION_1_3
      || !gs_gpu_has_extension (physical, VK_NV_COOPERATIVE_MATRIX_2_EXTENSION_NAME))
    return FALSE;
  vkGetPhysicalDeviceFeatures2 (physical, &features);
  return maintenance.maintenance4 && matrix.cooperativeMatrixWorkgroupScope
         && matrix.cooperativeMatrixFlexibleDimensions && matrix.cooperativeMatrixPerElementOperations
         && matrix.cooperativeMatrixTensorAddressing;
}

static guint32
longest_side (VkPhysicalDevice physical)
{
  VkPhysicalDeviceCooperativeMatrix2PropertiesNV matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_2_PROPERTIES_NV,
  };
  VkPhysicalDeviceProperties2 properties = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
    .pNext = &matrix,
  };

  vkGetPhysicalDeviceProperties2 (physical, &properties);
  return matrix.cooperativeMatrixFlexibleDimensionsMaxDimension;
}

/* Halfs multiplied, summed in a type, by a workgroup. */
static gboolean
sums_in (const Properties *p, VkComponentTypeKHR type)
{
  return p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && p->CType == type && p->ResultType == type && !p->saturatingAccumulation
         && p->scope == VK_SCOPE_WORKGROUP_KHR;
}

/* Results are stored as halfs, which is a matrix of its own type: it has to be one of these too. Steps are
 * powers of two. */
static void
add_matrix (GsGpuInfo *info, const Properties *floats, const Properties *halfs, guint32 longest)
{
  if (info->n_group_matrices < G_N_ELEMENTS (info->group_matrices)
      && halfs->workgroupInvocations == floats->workgroupInvocations)
    info->group_matrices[info->n_group_matrices++] = (GsGroupMatrix) {
      .invocations = floats->workgroupInvocations,
      .step = { MAX (floats->MGranularity, halfs->MGranularity),
                MAX (floats->NGranularity, halfs->NGranularity),
                MAX (floats->KGranularity, halfs->KGranularity) },
      .longest = longest,
    };
}

void
gs_gpu_fill_group_matrices (VkPhysicalDevice physical, GsGpuInfo *info)
{
  g_autofree Properties *properties = NULL;
  guint32 n;

  if (info->n_matrix_shapes == 0 || !has_features (physical))
    return;
  properties = get_properties (physical, &n);
  for (guint32 i = 0; i < n; i++)
    for (guint32 j = 0; j < n; j++)
      if (sums_in (&properties[i], VK_COMPONENT_TYPE_FLOAT32_KHR)
          && sums_in (&properties[j], VK_COMPONENT_TYPE_FLOAT16_KHR))
        add_matrix (info, &properties[i], &properties[j], longest_side (physical));
}
