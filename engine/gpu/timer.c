/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool of time stamps. */
#include "gpu/device-private.h"

struct _GsTimer
{
  GsDevice   *device;
  VkQueryPool pool;
  guint       n_marks, n_recorded;
  guint64     mask;       /* of the bits of a stamp that count */
  double      tick;       /* seconds */
};

/* Bits of the queue's time stamps that count; 0: it has none. */
static guint32
stamp_bits (GsDevice *device)
{
  g_autofree VkQueueFamilyProperties *families = NULL;
  guint32 n = 0;

  vkGetPhysicalDeviceQueueFamilyProperties (device->physical, &n, NULL);
  families = g_new0 (VkQueueFamilyProperties, n);
  vkGetPhysicalDeviceQueueFamilyProperties (device->physical, &n, families);
  return device->queue_family < n ? families[device->queue_family].timestampValidBits : 0;
}

GsTimer *
gs_timer_new (GsDevice *device, guint n_marks)
{
  const VkQueryPoolCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
    .queryType = VK_QUERY_TYPE_TIMESTAMP,
    .queryCount = n_marks,
  };
  const guint32 bits = stamp_bits (device);
  VkPhysicalDeviceProperties properties;
  VkQueryPool pool;
  GsTimer *timer;

  g_assert (n_marks >= 2);
  vkGetPhysicalDeviceProperties (device->physical, &properties);
  if (bits == 0 || !(properties.limits.timestampPeriod > 0)
      || vkCreateQueryPool (device->vk, &info, NULL, &pool) != VK_SUCCESS)
    return NULL;
  timer = g_new0 (GsTimer, 1);
  timer->device = device;
  timer->pool = pool;
  timer->n_marks = n_marks;
  timer->mask = bits >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << bits) - 1;
  timer->tick = properties.limits.timestampPeriod * 1e-9;
  return timer;
}

void
gs_timer_free (GsTimer *timer)
{
  if (timer == NULL)
    return;
  gs_device_wait_idle (timer->device);
  vkDestroyQueryPool (timer->device->vk, timer->pool, NULL);
  g_free (timer);
}

void
gs_timer_record (GsTimer *timer, VkCommandBuffer buffer)
{
  g_assert (timer->n_recorded < timer->n_marks);
  if (timer->n_recorded == 0)
    vkCmdResetQueryPool (buffer, timer->pool, 0, timer->n_marks);
  /* The end of the pipe: when all that was recorded before is done. */
  vkCmdWriteTimestamp (buffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, timer->pool,
                       timer->n_recorded++);
}

gboolean
gs_timer_read (GsTimer *timer, double *seconds, GError **error)
{
  g_autofree guint64 *stamps = g_new0 (guint64, timer->n_marks);

  g_assert (timer->n_recorded == timer->n_marks);
  if (!gs_vk_check (timer->device,
                    vkGetQueryPoolResults (timer->device->vk, timer->pool, 0, timer->n_marks,
                                           timer->n_marks * sizeof *stamps, stamps, sizeof *stamps,
                                           VK_QUERY_RESULT_64_BIT),
                    "read its clock", error))
    return FALSE;
  for (guint i = 0; i + 1 < timer->n_marks; i++)
    {
      const guint64 ticks = (stamps[i + 1] - stamps[i]) & timer->mask;

      /* A clock that steps back a little would look like one that went nearly all the way round. */
      seconds[i] = ticks <= timer->mask / 2 ? ticks * timer->tick : 0;
    }
  return TRUE;
}
