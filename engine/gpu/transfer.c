/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies beside the compute queue's work. */
#include "gpu/transfer.h"

#include "gpu/device-private.h"

#define POLL_INTERVAL_NS (20 * 1000 * 1000)

struct _GsTransfer
{
  GsDevice       *device;
  VkCommandPool   pool;
  VkCommandBuffer commands;
  guint64         value; /* of the newest copy on the device's timeline of transfers; 0: none yet */
};

GsTransfer *
gs_transfer_new (GsDevice *device, GError **error)
{
  g_autoptr (GsTransfer) transfer = g_new0 (GsTransfer, 1);
  const VkCommandPoolCreateInfo pool = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
    .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
    .queueFamilyIndex = device->transfer_family,
  };
  VkCommandBufferAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
    .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
    .commandBufferCount = 1,
  };

  transfer->device = device;
  if (!gs_vk_check (device, vkCreateCommandPool (device->vk, &pool, NULL, &transfer->pool),
                    "prepare copies", error))
    return NULL;
  info.commandPool = transfer->pool;
  if (!gs_vk_check (device, vkAllocateCommandBuffers (device->vk, &info, &transfer->commands),
                    "prepare copies", error))
    return NULL;
  return g_steal_pointer (&transfer);
}

void
gs_transfer_free (GsTransfer *transfer)
{
  if (transfer == NULL)
    return;
  gs_device_wait_idle (transfer->device);
  vkDestroyCommandPool (transfer->device->vk, transfer->pool, NULL);
  g_free (transfer);
}

static gboolean
record (GsTransfer *transfer, GsBuffer *from, GsBuffer *to, const VkBufferCopy *region,
        GError **error)
{
  const VkCommandBufferBeginInfo begin = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
    .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
  };

  if (!gs_vk_check (transfer->device, vkBeginCommandBuffer (transfer->commands, &begin),
                    "record a copy", error))
    return FALSE;
  vkCmdCopyBuffer (transfer->commands, from->vk, to->vk, 1, region);
  return gs_vk_check (transfer->device, vkEndCommandBuffer (transfer->commands), "record a copy",
                      error);
}

gboolean
gs_transfer_start (GsTransfer *transfer, GsBuffer *from, guint64 from_offset, GsBuffer *to,
                   guint64 to_offset, guint64 n_bytes, GError **error)
{
  GsDevice *device = transfer->device;
  const VkBufferCopy region = { from_offset, to_offset, n_bytes };
  const guint64 value = device->transferred + 1;
  const VkTimelineSemaphoreSubmitInfo timeline = {
    .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
    .signalSemaphoreValueCount = 1,
    .pSignalSemaphoreValues = &value,
  };
  const VkSubmitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
    .pNext = &timeline,
    .commandBufferCount = 1,
    .pCommandBuffers = &transfer->commands,
    .signalSemaphoreCount = 1,
    .pSignalSemaphores = &device->transfers,
  };

  if (!record (transfer, from, to, &region, error)
      || !gs_vk_check (device, vkQueueSubmit (device->transfer_queue, 1, &info, VK_NULL_HANDLE),
                       "copy weights", error))
    return FALSE;
  device->transferred = transfer->value = value;
  return TRUE;
}

gboolean
gs_transfer_wait (GsTransfer *transfer, GError **error)
{
  GsDevice *device = transfer->device;
  const VkSemaphoreWaitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
    .semaphoreCount = 1,
    .pSemaphores = &device->transfers,
    .pValues = &transfer->value,
  };
  VkResult result;

  while ((result = vkWaitSemaphores (device->vk, &info, POLL_INTERVAL_NS)) == VK_TIMEOUT)
    if (!gs_device_poll (device, error))
      {
        gs_device_wait_idle (device);
        return FALSE;
      }
  return gs_vk_check (device, result, "wait for a copy", error);
}
