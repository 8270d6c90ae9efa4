/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does on purpose what no driver minds and the validation layer must report: fills a buffer twice
 * without a barrier between. tests/validation.sh believes a clean run only where this one is not.
 */
#include <stdio.h>
#include <vulkan/vulkan.h>

static int
give_up (const char *what)
{
  fprintf (stderr, "%s failed\n", what);
  return 77;
}

static VkDeviceMemory
allocate (VkPhysicalDevice physical, VkDevice device, VkBuffer buffer)
{
  VkPhysicalDeviceMemoryProperties memory;
  VkMemoryRequirements needs;
  VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO };
  VkDeviceMemory result = VK_NULL_HANDLE;

  vkGetPhysicalDeviceMemoryProperties (physical, &memory);
  vkGetBufferMemoryRequirements (device, buffer, &needs);
  while (!(needs.memoryTypeBits & 1u << info.memoryTypeIndex))
    info.memoryTypeIndex++;
  info.allocationSize = needs.size;
  if (vkAllocateMemory (device, &info, NULL, &result) != VK_SUCCESS)
    return VK_NULL_HANDLE;
  return result;
}

static VkBuffer
make_buffer (VkDevice device)
{
  VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                              .size = 4096,
                              .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT };
  VkBuffer buffer = VK_NULL_HANDLE;

  vkCreateBuffer (device, &info, NULL, &buffer);
  return buffer;
}

static void
fill_twice (VkDevice device, VkBuffer buffer)
{
  VkCommandPoolCreateInfo pool_info = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO };
  VkCommandBufferAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                       .commandBufferCount = 1 };
  VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };
  VkSubmitInfo submit = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1 };
  VkCommandBuffer commands;
  VkQueue queue;

  vkCreateCommandPool (device, &pool_info, NULL, &info.commandPool);
  vkAllocateCommandBuffers (device, &info, &commands);
  vkBeginCommandBuffer (commands, &begin);
  vkCmdFillBuffer (commands, buffer, 0, VK_WHOLE_SIZE, 1);
  vkCmdFillBuffer (commands, buffer, 0, VK_WHOLE_SIZE, 2);
  vkEndCommandBuffer (commands);
  submit.pCommandBuffers = &commands;
  vkGetDeviceQueue (device, 0, 0, &queue);
  vkQueueSubmit (queue, 1, &submit, VK_NULL_HANDLE);
  vkQueueWaitIdle (queue);
  vkDestroyCommandPool (device, info.commandPool, NULL);
}

int
main (void)
{
  const float priority = 1;
  VkApplicationInfo application = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                    .apiVersion = VK_API_VERSION_1_2 };
  VkInstanceCreateInfo instance_info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                         .pApplicationInfo = &application };
  VkDeviceQueueCreateInfo queue_info = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                         .queueCount = 1,
                                         .pQueuePriorities = &priority };
  VkDeviceCreateInfo device_info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue_info };
  uint32_t n_devices = 1;
  VkInstance instance;
  VkPhysicalDevice physical;
  VkDevice device;
  VkBuffer buffer;
  VkDeviceMemory memory;

  if (vkCreateInstance (&instance_info, NULL, &instance) != VK_SUCCESS)
    return give_up ("vkCreateInstance");
  if (vkEnumeratePhysicalDevices (instance, &n_devices, &physical) < 0 || n_devices == 0)
    return give_up ("vkEnumeratePhysicalDevices");
  if (vkCreateDevice (physical, &device_info, NULL, &device) != VK_SUCCESS)
    return give_up ("vkCreateDevice");
  buffer = make_buffer (device);
  memory = allocate (physical, device, buffer);
  if (buffer == VK_NULL_HANDLE || memory == VK_NULL_HANDLE ||
      vkBindBufferMemory (device, buffer, memory, 0) != VK_SUCCESS)
    return give_up ("vkBindBufferMemory");
  fill_twice (device, buffer);
  vkDestroyBuffer (device, buffer, NULL);
  vkFreeMemory (device, memory, NULL);
  vkDestroyDevice (device, NULL);
  vkDestroyInstance (instance, NULL);
  return 0;
}
