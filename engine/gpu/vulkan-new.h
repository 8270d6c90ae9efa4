/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Vulkan headers before 1.3.255 lack of VK_KHR_cooperative_matrix, and some later ones of
 * VK_NV_cooperative_matrix2; values from the registry. */
#pragma once

#include <vulkan/vulkan.h>

#ifndef VK_KHR_cooperative_matrix
#define VK_KHR_cooperative_matrix 1
#define VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME "VK_KHR_cooperative_matrix"
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR ((VkStructureType) 1000506000)
#define VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR ((VkStructureType) 1000506001)
#define VK_COMPONENT_TYPE_FLOAT16_KHR 0
#define VK_COMPONENT_TYPE_FLOAT32_KHR 1
#define VK_SCOPE_SUBGROUP_KHR 3

typedef gint32 VkComponentTypeKHR; /* enumerations are 32 bits wide */
typedef gint32 VkScopeKHR;

typedef struct
{
  VkStructureType sType;
  void           *pNext;
  VkBool32        cooperativeMatrix;
  VkBool32        cooperativeMatrixRobustBufferAccess;
} VkPhysicalDeviceCooperativeMatrixFeaturesKHR;

typedef struct
{
  VkStructureType    sType;
  void              *pNext;
  guint32            MSize, NSize, KSize;
  VkComponentTypeKHR AType, BType, CType, ResultType;
  VkBool32           saturatingAccumulation;
  VkScopeKHR         scope;
} VkCooperativeMatrixPropertiesKHR;

typedef VkResult (VKAPI_PTR *PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR) (
  VkPhysicalDevice, guint32 *, VkCooperativeMatrixPropertiesKHR *);
#endif

#ifndef VK_NV_cooperative_matrix2
#define VK_NV_cooperative_matrix2 1
#define VK_NV_COOPERATIVE_MATRIX_2_EXTENSION_NAME "VK_NV_cooperative_matrix2"
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_2_FEATURES_NV ((VkStructureType) 1000593000)
#define VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_FLEXIBLE_DIMENSIONS_PROPERTIES_NV \
  ((VkStructureType) 1000593001)
#define VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_2_PROPERTIES_NV ((VkStructureType) 1000593002)
#define VK_SCOPE_WORKGROUP_KHR 2

typedef struct
{
  VkStructureType sType;
  void           *pNext;
  VkBool32        cooperativeMatrixWorkgroupScope;
  VkBool32        cooperativeMatrixFlexibleDimensions;
  VkBool32        cooperativeMatrixReductions;
  VkBool32        cooperativeMatrixConversions;
  VkBool32        cooperativeMatrixPerElementOperations;
  VkBool32        cooperativeMatrixTensorAddressing;
  VkBool32        cooperativeMatrixBlockLoads;
} VkPhysicalDeviceCooperativeMatrix2FeaturesNV;

typedef struct
{
  VkStructureType sType;
  void           *pNext;
  guint32         cooperativeMatrixWorkgroupScopeMaxWorkgroupSize;
  guint32         cooperativeMatrixFlexibleDimensionsMaxDimension;
  guint32         cooperativeMatrixWorkgroupScopeReservedSharedMemory;
} VkPhysicalDeviceCooperativeMatrix2PropertiesNV;

typedef struct
{
  VkStructureType    sType;
  void              *pNext;
  guint32            MGranularity, NGranularity, KGranularity;
  VkComponentTypeKHR AType, BType, CType, ResultType;
  VkBool32           saturatingAccumulation;
  VkScopeKHR         scope;
  guint32            workgroupInvocations;
} VkCooperativeMatrixFlexibleDimensionsPropertiesNV;

typedef VkResult (VKAPI_PTR *PFN_vkGetPhysicalDeviceCooperativeMatrixFlexibleDimensionsPropertiesNV) (
  VkPhysicalDevice, guint32 *, VkCooperativeMatrixFlexibleDimensionsPropertiesNV *);
#endif
