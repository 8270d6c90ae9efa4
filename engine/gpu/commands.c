/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording with automatic barriers, cut into short submits. */
#include "gpu/device-private.h"

#include <string.h>

/* Submits in flight: one running, one waiting, so that the device never idles between them. */
#define MAX_IN_FLIGHT 2
#define SETS_PER_POOL 64

typedef struct
{
  GsBuffer *buffer;
  guint64   begin, end;
} Range;

struct _GsCommands
{
  GsDevice     *device;
  char         *name;
  VkCommandPool pool;
  GArray       *buffers;      /* VkCommandBuffer, in order of submission              */
  gboolean      dry;          /* nothing is recorded                                  */
  gboolean      open;         /* the last of them is being recorded                   */
  double        open_work;    /* estimated work in it                                 */
  double        submit_work;  /* what one of them is to have at most                  */
  double        longest;      /* what the longest has                                 */
  double        work;         /* of all together                                      */
  GArray       *reads;        /* Range: since the last barrier                        */
  GArray       *writes;
  GArray       *next_reads;   /* Range: declared for the coming dispatch              */
  GArray       *next_writes;
  VkBufferView  next_views[2];
  GArray       *set_pools;    /* VkDescriptorPool                                     */
  guint         sets_left;    /* in the newest of them                                */
  GHashTable   *sets;         /* pair of views as a string -> VkDescriptorSet         */
  guint         n_dispatches;
  GError       *error;        /* sticky                                               */
};

static GArray *
range_array (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Range));
}

GsCommands *
gs_commands_new_dry (GsDevice *device)
{
  GsCommands *commands = g_new0 (GsCommands, 1);

  commands->dry = TRUE;
  commands->device = device;
  commands->submit_work = gs_pace_submit_work (&device->pace, device->info.kind);
  commands->buffers = g_array_new (FALSE, FALSE, sizeof (VkCommandBuffer));
  commands->reads = range_array ();
  commands->writes = range_array ();
  commands->next_reads = range_array ();
  commands->next_writes = range_array ();
  commands->set_pools = g_array_new (FALSE, FALSE, sizeof (VkDescriptorPool));
  commands->sets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return commands;
}

GsCommands *
gs_commands_new (GsDevice *device, const char *name)
{
  GsCommands *commands = gs_commands_new_dry (device);
  const VkCommandPoolCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
    .queueFamilyIndex = device->queue_family,
  };

  commands->dry = FALSE;
  commands->name = g_strdup (name);
  gs_vk_check (device, vkCreateCommandPool (device->vk, &info, NULL, &commands->pool),
               "record work", &commands->error);
  return commands;
}

void
gs_commands_free (GsCommands *commands)
{
  GsDevice *device;

  if (commands == NULL)
    return;
  device = commands->device;
  if (!commands->dry)
    gs_device_wait_idle (device);
  vkDestroyCommandPool (device->vk, commands->pool, NULL);
  for (guint i = 0; i < commands->set_pools->len; i++)
    vkDestroyDescriptorPool (device->vk,
                             g_array_index (commands->set_pools, VkDescriptorPool, i), NULL);
  g_array_unref (commands->set_pools);
  g_array_unref (commands->buffers);
  g_array_unref (commands->reads);
  g_array_unref (commands->writes);
  g_array_unref (commands->next_reads);
  g_array_unref (commands->next_writes);
  g_hash_table_unref (commands->sets);
  g_clear_error (&commands->error);
  g_free (commands->name);
  g_free (commands);
}

GsDevice *
gs_commands_get_device (GsCommands *commands)
{
  return commands->device;
}

void
gs_commands_take_error (GsCommands *commands, GError *error)
{
  if (commands->error == NULL)
    commands->error = error;
  else
    g_error_free (error);
}

static guint64
declare (GArray *ranges, GsBuffer *buffer, guint64 offset, guint64 n_bytes)
{
  const Range range = { buffer, offset, offset + n_bytes };

  g_array_append_val (ranges, range);
  return gs_buffer_get_address (buffer) + offset;
}

guint64
gs_commands_read (GsCommands *commands, GsBuffer *buffer, guint64 offset, guint64 n_bytes)
{
  return commands->dry ? 0 : declare (commands->next_reads, buffer, offset, n_bytes);
}

guint64
gs_commands_write (GsCommands *commands, GsBuffer *buffer, guint64 offset, guint64 n_bytes)
{
  return commands->dry ? 0 : declare (commands->next_writes, buffer, offset, n_bytes);
}

void
gs_commands_bind_texels (GsCommands *commands, guint binding, GsBuffer *buffer,
                         GsTexelFormat format)
{
  GError *error = NULL;

  g_assert (binding < G_N_ELEMENTS (commands->next_views));
  if (commands->dry)
    return;
  commands->next_views[binding] = gs_buffer_get_view (buffer, format, &error);
  if (error != NULL)
    gs_commands_take_error (commands, error);
}

static VkCommandBuffer
current (GsCommands *commands)
{
  return g_array_index (commands->buffers, VkCommandBuffer, commands->buffers->len - 1);
}

static void
barrier (VkCommandBuffer buffer, VkPipelineStageFlags to_stages, VkAccessFlags to_access)
{
  const VkMemoryBarrier memory = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
    .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
    .dstAccessMask = to_access,
  };

  vkCmdPipelineBarrier (buffer,
                        VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                        to_stages, 0, 1, &memory, 0, NULL, 0, NULL);
}

static void
device_barrier (GsCommands *commands)
{
  barrier (current (commands),
           VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
           VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT
             | VK_ACCESS_TRANSFER_WRITE_BIT);
  g_array_set_size (commands->reads, 0);
  g_array_set_size (commands->writes, 0);
}

static void
open_buffer (GsCommands *commands)
{
  const VkCommandBufferAllocateInfo allocate = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
    .commandPool = commands->pool,
    .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
    .commandBufferCount = 1,
  };
  const VkCommandBufferBeginInfo begin = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
  };
  VkCommandBuffer buffer;

  if (!gs_vk_check (commands->device,
                    vkAllocateCommandBuffers (commands->device->vk, &allocate, &buffer),
                    "record work", &commands->error))
    return;
  g_array_append_val (commands->buffers, buffer);
  commands->open = TRUE;
  commands->open_work = 0;
  gs_vk_check (commands->device, vkBeginCommandBuffer (buffer, &begin), "record work",
               &commands->error);
  /* What an earlier recording wrote into shared memory must be seen by this one. */
  if (commands->buffers->len == 1 && commands->error == NULL)
    device_barrier (commands);
}

static void
close_buffer (GsCommands *commands)
{
  if (commands->open && commands->error == NULL)
    gs_vk_check (commands->device, vkEndCommandBuffer (current (commands)), "record work",
                 &commands->error);
  commands->open = FALSE;
}

static gboolean
overlaps (GArray *a, GArray *b)
{
  for (guint i = 0; i < a->len; i++)
    {
      const Range *x = &g_array_index (a, Range, i);

      for (guint j = 0; j < b->len; j++)
        {
          const Range *y = &g_array_index (b, Range, j);

          if (x->buffer == y->buffer && x->begin < y->end && y->begin < x->end)
            return TRUE;
        }
    }
  return FALSE;
}

/* Puts a barrier where what is declared next meets what is under way, then counts it as under way. */
static void
order (GsCommands *commands)
{
  if (overlaps (commands->next_reads, commands->writes)
      || overlaps (commands->next_writes, commands->writes)
      || overlaps (commands->next_writes, commands->reads))
    device_barrier (commands);
  g_array_append_vals (commands->reads, commands->next_reads->data, commands->next_reads->len);
  g_array_append_vals (commands->writes, commands->next_writes->data, commands->next_writes->len);
  g_array_set_size (commands->next_reads, 0);
  g_array_set_size (commands->next_writes, 0);
}

static VkDescriptorSet
allocate_set (GsCommands *commands)
{
  GsDevice *device = commands->device;
  const VkDescriptorPoolSize size = { VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 2 * SETS_PER_POOL };
  const VkDescriptorPoolCreateInfo pool_info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
    .maxSets = SETS_PER_POOL,
    .poolSizeCount = 1,
    .pPoolSizes = &size,
  };
  VkDescriptorSetAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
    .descriptorSetCount = 1,
    .pSetLayouts = &device->set_layout,
  };
  VkDescriptorSet set = VK_NULL_HANDLE;

  if (commands->sets_left == 0)
    {
      VkDescriptorPool pool;

      if (!gs_vk_check (device, vkCreateDescriptorPool (device->vk, &pool_info, NULL, &pool),
                        "bind operands", &commands->error))
        return VK_NULL_HANDLE;
      g_array_append_val (commands->set_pools, pool);
      commands->sets_left = SETS_PER_POOL;
    }
  info.descriptorPool = g_array_index (commands->set_pools, VkDescriptorPool,
                                       commands->set_pools->len - 1);
  gs_vk_check (device, vkAllocateDescriptorSets (device->vk, &info, &set), "bind operands",
               &commands->error);
  commands->sets_left--;
  return set;
}

/* The descriptor set of the views that were bound for the next dispatch, if any. */
static void
bind_views (GsCommands *commands)
{
  VkBufferView views[2] = { commands->next_views[0], commands->next_views[1] };
  VkDescriptorSet set;
  char *key;

  memset (commands->next_views, 0, sizeof commands->next_views);
  if (views[0] == VK_NULL_HANDLE && views[1] == VK_NULL_HANDLE)
    return;
  for (guint i = 0; i < 2; i++)
    if (views[i] == VK_NULL_HANDLE)
      views[i] = views[1 - i];
  key = g_strdup_printf ("%p %p", (gpointer) views[0], (gpointer) views[1]);
  set = g_hash_table_lookup (commands->sets, key);
  if (set == VK_NULL_HANDLE)
    {
      VkWriteDescriptorSet write = {
        .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
        .descriptorCount = 2,
        .descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
        .pTexelBufferView = views,
      };

      write.dstSet = set = allocate_set (commands);
      if (set == VK_NULL_HANDLE)
        {
          g_free (key);
          return;
        }
      vkUpdateDescriptorSets (commands->device->vk, 1, &write, 0, NULL);
      g_hash_table_insert (commands->sets, g_steal_pointer (&key), set);
    }
  g_free (key);
  vkCmdBindDescriptorSets (current (commands), VK_PIPELINE_BIND_POINT_COMPUTE,
                           commands->device->pipeline_layout, 0, 1, &set, 0, NULL);
}

typedef struct
{
  VkPipeline    pipeline;
  gconstpointer push;
  gsize         push_bytes;
  VkBufferView  views[2];
} Dispatch;

static void
emit (GsCommands *commands, const Dispatch *dispatch, const guint32 *base, const guint32 *count)
{
  VkCommandBuffer buffer = current (commands);

  vkCmdBindPipeline (buffer, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch->pipeline);
  memcpy (commands->next_views, dispatch->views, sizeof dispatch->views);
  bind_views (commands);
  vkCmdPushConstants (buffer, commands->device->pipeline_layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                      dispatch->push_bytes, dispatch->push);
  vkCmdDispatchBase (buffer, base[0], base[1], base[2], count[0], count[1], count[2]);
}

/* Starts a new command buffer when this much more work would make the open one too long. */
static void
make_room (GsCommands *commands, double work)
{
  if (commands->open && commands->open_work > 0
      && commands->open_work + work > commands->submit_work)
    close_buffer (commands);
  if (!commands->open && commands->error == NULL)
    open_buffer (commands);
  commands->open_work += work;
  commands->work += work;
  commands->longest = MAX (commands->longest, commands->open_work);
}

void
gs_commands_dispatch (GsCommands *commands, GsKernel *kernel, gconstpointer push, gsize push_bytes,
                      guint32 groups_x, guint32 groups_y, guint32 groups_z, double work)
{
  const guint32 groups[3] = { groups_x, groups_y, groups_z };
  guint32 base[3] = { 0 }, count[3] = { groups_x, groups_y, groups_z };
  Dispatch dispatch = { .push = push, .push_bytes = push_bytes };
  guint axis = groups_z >= groups_y && groups_z >= groups_x ? 2 : groups_y >= groups_x ? 1 : 0;
  guint32 parts;

  g_assert (push_bytes <= GS_PUSH_BYTES && push_bytes % 4 == 0);
  memcpy (dispatch.views, commands->next_views, sizeof dispatch.views);
  memset (commands->next_views, 0, sizeof commands->next_views);
  g_assert (groups_x > 0 && groups_y > 0 && groups_z > 0);
  commands->n_dispatches++;
  if (commands->error != NULL || commands->dry)
    return;
  dispatch.pipeline = gs_kernel_wait (kernel, &commands->error);
  if (dispatch.pipeline == VK_NULL_HANDLE)
    return;

  /* One long dispatch becomes several over parts of its grid: workgroups do not know each other. */
  parts = CLAMP (work / commands->submit_work, 1, groups[axis]);
  make_room (commands, work / parts);
  if (commands->error != NULL)
    return;
  order (commands);
  for (guint32 part = 0; part < parts && commands->error == NULL; part++)
    {
      if (part > 0)
        make_room (commands, work / parts);
      base[axis] = (guint64) groups[axis] * part / parts;
      count[axis] = (guint64) groups[axis] * (part + 1) / parts - base[axis];
      if (commands->error == NULL)
        emit (commands, &dispatch, base, count);
    }
}

void
gs_commands_copy (GsCommands *commands, GsBuffer *from, guint64 from_offset, GsBuffer *to,
                  guint64 to_offset, guint64 n_bytes)
{
  const VkBufferCopy region = { from_offset, to_offset, n_bytes };

  if (commands->error != NULL || commands->dry || n_bytes == 0)
    return;
  make_room (commands, n_bytes);
  if (commands->error != NULL)
    return;
  gs_commands_read (commands, from, from_offset, n_bytes);
  gs_commands_write (commands, to, to_offset, n_bytes);
  order (commands);
  vkCmdCopyBuffer (current (commands), from->vk, to->vk, 1, &region);
}

void
gs_commands_mark (GsCommands *commands, GsTimer *timer)
{
  if (!commands->open && commands->error == NULL)
    open_buffer (commands);
  if (commands->error == NULL)
    gs_timer_record (timer, current (commands));
}

guint
gs_commands_get_n_dispatches (GsCommands *commands)
{
  return commands->n_dispatches;
}

gboolean
gs_commands_finish (GsCommands *commands, GError **error)
{
  if (!commands->open && commands->error == NULL)
    open_buffer (commands);
  if (commands->error == NULL)
    barrier (current (commands), VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  close_buffer (commands);
  if (commands->error != NULL)
    {
      g_propagate_error (error, g_error_copy (commands->error));
      return FALSE;
    }
  return TRUE;
}

static gboolean
submit (GsCommands *commands, VkCommandBuffer buffer, GError **error)
{
  GsDevice *device = commands->device;
  const guint64 value = device->last_value + 1;
  const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
  const guint32 n_waits = device->transferred > 0 ? 1 : 0;
  const VkTimelineSemaphoreSubmitInfo timeline = {
    .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
    .waitSemaphoreValueCount = n_waits,
    .pWaitSemaphoreValues = &device->transferred,
    .signalSemaphoreValueCount = 1,
    .pSignalSemaphoreValues = &value,
  };
  const VkSubmitInfo info = {
    .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
    .pNext = &timeline,
    .waitSemaphoreCount = n_waits,
    .pWaitSemaphores = &device->transfers,
    .pWaitDstStageMask = &stage,
    .commandBufferCount = 1,
    .pCommandBuffers = &buffer,
    .signalSemaphoreCount = 1,
    .pSignalSemaphores = &device->timeline,
  };

  if (device->submits_to_failure > 0 && --device->submits_to_failure == 0)
    return gs_vk_check (device, VK_ERROR_OUT_OF_DEVICE_MEMORY, "submit work", error);
  if (!gs_vk_check (device, vkQueueSubmit (device->queue, 1, &info, VK_NULL_HANDLE), "submit work",
                    error))
    return FALSE;
  device->last_value = value;
  return TRUE;
}

gboolean
gs_commands_start (GsCommands *commands, GError **error)
{
  GsDevice *device = commands->device;

  g_assert (!commands->open && !commands->dry && commands->error == NULL);
  for (guint i = 0; i < commands->buffers->len; i++)
    {
      if (!gs_device_poll (device, error)
          || !submit (commands, g_array_index (commands->buffers, VkCommandBuffer, i), error)
          || (i + 1 >= MAX_IN_FLIGHT
              && !gs_device_wait (device, device->last_value - (MAX_IN_FLIGHT - 1), error)))
        {
          /* Nothing of this recording may still run when its memory is reused. */
          gs_device_wait_idle (device);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
gs_commands_wait (GsCommands *commands, GError **error)
{
  GsDevice *device = commands->device;

  if (gs_device_wait (device, device->last_value, error))
    return TRUE;
  gs_device_wait_idle (device);
  return FALSE;
}

gboolean
gs_commands_run (GsCommands *commands, GError **error)
{
  GsDevice *device = commands->device;
  const gint64 started = g_get_monotonic_time ();

  if (!gs_commands_start (commands, error) || !gs_commands_wait (commands, error))
    return FALSE;
  gs_pace_note (&device->pace, device->info.kind, commands->work,
                (g_get_monotonic_time () - started) * 1e-6);
  gs_kernel_save_cache_soon (device);
  return TRUE;
}

gboolean
gs_commands_is_stale (GsCommands *commands)
{
  GsDevice *device = commands->device;

  return gs_pace_is_stale (&device->pace, device->info.kind, commands->buffers->len,
                           commands->longest, commands->submit_work);
}
