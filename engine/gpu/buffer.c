/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device memory: one buffer, one allocation, one address. */
#include "gpu/device-private.h"
#include "gpu/host-memory.h"

#include <string.h>

#define STAGING_BYTES (32u * 1024 * 1024)

/* Memory property flags to try, in order, for each kind. */
static const VkMemoryPropertyFlags preferences[][3] = {
  [GS_MEMORY_DEVICE] = { VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, 0 },
  [GS_MEMORY_UPLOAD] = {
    VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
      | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, 0 },
  [GS_MEMORY_HOST] = {
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
      | VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, 0 },
  [GS_MEMORY_READBACK] = {
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT
      | VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, 0 },
};

static int
find_memory_type (GsDevice *device, GsMemoryKind kind, guint32 allowed)
{
  const VkMemoryPropertyFlags unified = preferences[GS_MEMORY_UPLOAD][0];

  for (int round = kind == GS_MEMORY_DEVICE && device->unified ? -1 : 0; round < 3; round++)
    {
      VkMemoryPropertyFlags wanted = round < 0 ? unified : preferences[kind][round];

      if (round > 0 && wanted == 0 && kind != GS_MEMORY_DEVICE)
        break; /* the host must reach it */
      for (guint32 i = 0; i < device->memory.memoryTypeCount; i++)
        if (allowed & (1u << i)
            && (device->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
          return i;
    }
  return -1;
}

static gboolean
fail_out_of_memory (GsDevice *device, const char *name, guint64 n_bytes, GError **error)
{
  g_autofree char *needed = g_format_size_full (n_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *available = g_format_size_full (gs_device_get_free_bytes (device),
                                                   G_FORMAT_SIZE_IEC_UNITS);

  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "The device has too little memory for the %s (needs %s, %s free); try a smaller "
               "picture or close other programs", name, needed, available);
  return FALSE;
}

static gboolean
create_vk_buffer (GsBuffer *buffer, guint64 n_bytes, GError **error)
{
  const guint32 families[] = { buffer->device->queue_family, buffer->device->transfer_family };
  const gboolean two = families[0] != families[1];
  const VkExternalMemoryBufferCreateInfo external = {
    .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
    .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
  };
  const VkBufferCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
    .pNext = buffer->from_host ? &external : NULL,
    .sharingMode = two ? VK_SHARING_MODE_CONCURRENT : VK_SHARING_MODE_EXCLUSIVE,
    .queueFamilyIndexCount = two ? G_N_ELEMENTS (families) : 0,
    .pQueueFamilyIndices = families,
    .size = n_bytes,
    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT
             | VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT
             | VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT,
  };

  return gs_vk_check (buffer->device, vkCreateBuffer (buffer->device->vk, &info, NULL, &buffer->vk),
                      "make a buffer", error);
}

/* Takes memory of the process, of the types that a driver wants it for. */
static gboolean
take_host_memory (GsBuffer *buffer, VkImportMemoryHostPointerInfoEXT *import,
                  VkMemoryRequirements *requirements)
{
  GsDevice *device = buffer->device;
  const PFN_vkGetMemoryHostPointerPropertiesEXT get_properties =
    (PFN_vkGetMemoryHostPointerPropertiesEXT) vkGetDeviceProcAddr (
      device->vk, "vkGetMemoryHostPointerPropertiesEXT");
  VkMemoryHostPointerPropertiesEXT properties = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT,
  };

  requirements->size = (requirements->size + GS_HOST_MEMORY_ALIGNMENT - 1)
                       & -(VkDeviceSize) GS_HOST_MEMORY_ALIGNMENT;
  buffer->host_memory = gs_host_memory_new (requirements->size);
  buffer->host_bytes = requirements->size;
  if (buffer->host_memory == NULL
      || get_properties (device->vk, import->handleType, buffer->host_memory, &properties)
           != VK_SUCCESS)
    return FALSE;
  requirements->memoryTypeBits &= properties.memoryTypeBits;
  import->pHostPointer = buffer->host_memory;
  return TRUE;
}

/* For tests: on a graphics card memory is not blank, what is in it by chance is not seldom a NaN. */
static gboolean
leave_what_others_wrote (GsBuffer *buffer, int type, GError **error)
{
  GsDevice *device = buffer->device;
  gpointer data;

  if (!(device->memory.memoryTypes[type].propertyFlags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT))
    return TRUE;
  if (!gs_vk_check (device, vkMapMemory (device->vk, buffer->memory, 0, VK_WHOLE_SIZE, 0, &data),
                    "map memory", error))
    return FALSE;
  memset (data, 0xff, buffer->allocated_bytes);
  vkUnmapMemory (device->vk, buffer->memory);
  return TRUE;
}

static gboolean
allocate (GsBuffer *buffer, GsMemoryKind kind, GError **error)
{
  GsDevice *device = buffer->device;
  VkImportMemoryHostPointerInfoEXT import = {
    .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
    .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
  };
  const VkMemoryAllocateFlagsInfo flags = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
    .pNext = buffer->from_host ? &import : NULL,
    .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
  };
  VkMemoryAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
    .pNext = &flags,
  };
  VkMemoryRequirements requirements;
  guint64 n_bytes;
  int type;

  vkGetBufferMemoryRequirements (device->vk, buffer->vk, &requirements);
  if (kind == GS_MEMORY_DEVICE
      && (device->used_bytes > device->limit_bytes
          || requirements.size > device->limit_bytes - device->used_bytes))
    return fail_out_of_memory (device, buffer->name, requirements.size, error);
  n_bytes = requirements.size; /* pages that are only part of a huge one's end are not used */
  if (buffer->from_host && !take_host_memory (buffer, &import, &requirements))
    return fail_out_of_memory (device, buffer->name, requirements.size, error);
  type = find_memory_type (device, kind, requirements.memoryTypeBits);
  info.allocationSize = requirements.size;
  info.memoryTypeIndex = type;
  if (type < 0 || requirements.size > device->info.max_allocation_bytes
      || vkAllocateMemory (device->vk, &info, NULL, &buffer->memory) != VK_SUCCESS)
    return fail_out_of_memory (device, buffer->name, requirements.size, error);

  buffer->allocated_bytes = kind == GS_MEMORY_HOST ? 0 : n_bytes;
  device->used_bytes += buffer->allocated_bytes;
  device->peak_bytes = MAX (device->peak_bytes, device->used_bytes);
  if (!gs_vk_check (device, vkBindBufferMemory (device->vk, buffer->vk, buffer->memory, 0),
                    "bind memory", error))
    return FALSE;
  if (kind == GS_MEMORY_DEVICE && device->hides_memory)
    return leave_what_others_wrote (buffer, type, error);
  if (device->memory.memoryTypes[type].propertyFlags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT
      && device->memory.memoryTypes[type].propertyFlags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)
    return gs_vk_check (device,
                        vkMapMemory (device->vk, buffer->memory, 0, VK_WHOLE_SIZE, 0,
                                     &buffer->data),
                        "map memory", error);
  return TRUE;
}

static gboolean
copy_now (GsBuffer *from, guint64 from_offset, GsBuffer *to, guint64 to_offset, guint64 n_bytes,
          GError **error)
{
  g_autoptr (GsCommands) commands = gs_commands_new (from->device, "copy");

  gs_commands_copy (commands, from, from_offset, to, to_offset, n_bytes);
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error);
}

/* Kernels read zeros there (see gs_lanes_zeros()). */
static gboolean
clear_padding (GsBuffer *buffer, guint64 n_bytes, GError **error)
{
  g_autoptr (GsBuffer) zeros = NULL;

  if (buffer->data != NULL)
    {
      memset ((guint8 *) buffer->data + buffer->n_bytes, 0, n_bytes);
      return TRUE;
    }
  zeros = gs_buffer_new (buffer->device, GS_MEMORY_HOST, n_bytes, "zeros", error);
  if (zeros == NULL)
    return FALSE;
  memset (zeros->data, 0, n_bytes);
  return copy_now (zeros, 0, buffer, buffer->n_bytes, n_bytes, error);
}

static GsBuffer *
make_buffer (GsDevice *device, GsMemoryKind kind, guint64 n_bytes, const char *name,
             gboolean from_host, GError **error)
{
  g_autoptr (GsBuffer) buffer = g_new0 (GsBuffer, 1);
  guint64 padded_bytes;

  buffer->device = device;
  buffer->name = g_strdup (name);
  buffer->n_bytes = n_bytes;
  buffer->from_host = from_host;
  if (n_bytes > device->info.max_allocation_bytes
      || !g_uint64_checked_add (&padded_bytes, (n_bytes + 255) & ~(guint64) 255,
                                GS_BUFFER_PADDING_BYTES))
    {
      fail_out_of_memory (device, name, n_bytes, error);
      return NULL;
    }
  if (!create_vk_buffer (buffer, padded_bytes, error) || !allocate (buffer, kind, error))
    return NULL;
  buffer->address = vkGetBufferDeviceAddress (device->vk, &(VkBufferDeviceAddressInfo) {
      .sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = buffer->vk });
  if (!clear_padding (buffer, padded_bytes - n_bytes, error))
    return NULL;
  return g_steal_pointer (&buffer);
}

GsBuffer *
gs_buffer_new (GsDevice *device, GsMemoryKind kind, guint64 n_bytes, const char *name,
               GError **error)
{
  /* Huge pages are not worth it for small buffers. */
  const gboolean from_host = device->info.kind == GS_GPU_CPU && device->info.host_memory
                             && n_bytes >= GS_HOST_MEMORY_ALIGNMENT;
  GsBuffer *buffer = from_host ? make_buffer (device, kind, n_bytes, name, TRUE, NULL) : NULL;

  return buffer != NULL ? buffer : make_buffer (device, kind, n_bytes, name, FALSE, error);
}

void
gs_buffer_free (GsBuffer *buffer)
{
  GsDevice *device;

  if (buffer == NULL)
    return;
  device = buffer->device;
  gs_device_wait_idle (device);
  for (guint i = 0; i < G_N_ELEMENTS (buffer->views); i++)
    vkDestroyBufferView (device->vk, buffer->views[i], NULL);
  vkDestroyBuffer (device->vk, buffer->vk, NULL);
  vkFreeMemory (device->vk, buffer->memory, NULL);
  gs_host_memory_free (buffer->host_memory, buffer->host_bytes);
  device->used_bytes -= buffer->allocated_bytes;
  g_free (buffer->name);
  g_free (buffer);
}

guint64
gs_buffer_get_bytes (GsBuffer *buffer)
{
  return buffer->n_bytes;
}

guint64
gs_buffer_get_address (GsBuffer *buffer)
{
  return buffer->address;
}

gpointer
gs_buffer_get_data (GsBuffer *buffer)
{
  return buffer->data;
}

VkBufferView
gs_buffer_get_view (GsBuffer *buffer, GsTexelFormat format, GError **error)
{
  static const VkFormat formats[] = {
    [GS_TEXELS_RGBA32F] = VK_FORMAT_R32G32B32A32_SFLOAT,
    [GS_TEXELS_RGBA16F] = VK_FORMAT_R16G16B16A16_SFLOAT,
  };
  const VkBufferViewCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
    .buffer = buffer->vk,
    .format = formats[format],
    .range = VK_WHOLE_SIZE,
  };

  if (buffer->views[format] == VK_NULL_HANDLE)
    gs_vk_check (buffer->device,
                 vkCreateBufferView (buffer->device->vk, &info, NULL, &buffer->views[format]),
                 "view memory as texels", error);
  return buffer->views[format];
}

gboolean
gs_buffer_write (GsBuffer *buffer, guint64 offset, gconstpointer data, guint64 n_bytes,
                 GError **error)
{
  g_autoptr (GsBuffer) staging = NULL;

  g_assert (offset <= buffer->n_bytes && n_bytes <= buffer->n_bytes - offset);
  if (buffer->data != NULL)
    {
      memcpy ((guint8 *) buffer->data + offset, data, n_bytes);
      return TRUE;
    }
  staging = gs_buffer_new (buffer->device, GS_MEMORY_HOST, MIN (n_bytes, STAGING_BYTES),
                           "upload", error);
  for (guint64 done = 0; staging != NULL && done < n_bytes;)
    {
      guint64 part = MIN (n_bytes - done, STAGING_BYTES);

      memcpy (staging->data, (const guint8 *) data + done, part);
      if (!copy_now (staging, 0, buffer, offset + done, part, error))
        return FALSE;
      done += part;
    }
  return staging != NULL;
}

gboolean
gs_buffer_read (GsBuffer *buffer, guint64 offset, gpointer data, guint64 n_bytes, GError **error)
{
  g_autoptr (GsBuffer) staging = NULL;

  g_assert (offset <= buffer->n_bytes && n_bytes <= buffer->n_bytes - offset);
  if (buffer->data != NULL)
    {
      memcpy (data, (const guint8 *) buffer->data + offset, n_bytes);
      return TRUE;
    }
  staging = gs_buffer_new (buffer->device, GS_MEMORY_HOST, MIN (n_bytes, STAGING_BYTES),
                           "download", error);
  for (guint64 done = 0; staging != NULL && done < n_bytes;)
    {
      guint64 part = MIN (n_bytes - done, STAGING_BYTES);

      if (!copy_now (buffer, offset + done, staging, 0, part, error))
        return FALSE;
      memcpy ((guint8 *) data + done, staging->data, part);
      done += part;
    }
  return staging != NULL;
}
