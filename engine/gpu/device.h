/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Vulkan device with one compute queue and one timeline: every submit takes the next value of a
 * timeline semaphore, and whoever needs a result waits for that value.
 *
 * Thread: a device and all that is made from it belong to one thread at a time.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef struct _GsDevice GsDevice;
typedef struct _GsBuffer GsBuffer;
typedef struct _GsKernel GsKernel;
typedef struct _GsCommands GsCommands;

typedef enum
{
  GS_GPU_DISCRETE,
  GS_GPU_INTEGRATED,
  GS_GPU_VIRTUAL,
  GS_GPU_CPU,
} GsGpuKind; /* in order of preference */

/* A product of an m x k and a k x n matrix of halfs, summed in floats, that a subgroup makes. */
typedef struct
{
  guint32 m, n, k;
} GsMatrixShape;

/* The same of a whole workgroup of so many invocations: all sizes up to the longest that are multiples of
 * a shape. */
typedef struct
{
  guint32       invocations;
  GsMatrixShape step;
  guint32       longest;
} GsGroupMatrix;

/* What a device is and what its kernels may use. */
typedef struct
{
  char      name[256];
  char      driver[512];     /* name and version of the driver */
  GsGpuKind kind;
  gboolean  storage16;       /* half-precision elements can be loaded and stored              */
  gboolean  arithmetic16;    /* half-precision arithmetic                                      */
  gboolean  integers16;      /* 16-bit integers in shaders                                     */
  gboolean  memory_budget;   /* VK_EXT_memory_budget: free_bytes is live                       */
  gboolean  global_priority; /* VK_KHR_global_priority: queues can stand back for other programs */
  gboolean  host_memory;     /* VK_EXT_external_memory_host                                    */
  guint32   subgroup_size;   /* where a kernel does not ask for another                        */
  gboolean  subgroup_control; /* it may ask, for a power of two within these                   */
  guint32   subgroup_min, subgroup_max;
  GsMatrixShape matrix_shapes[8]; /* all that the kernels can use                              */
  guint     n_matrix_shapes;
  GsGroupMatrix group_matrices[4]; /* likewise, where there is all that they need of
                                      VK_NV_cooperative_matrix2                                 */
  guint     n_group_matrices;
  gboolean  dots_of_bytes;   /* sums of four products of signed bytes, packed in words ...      */
  gboolean  fast_dots;       /* ... and in one instruction                                      */
  guint32   max_shared_bytes;
  guint64   max_allocation_bytes; /* of one buffer                                             */
  guint64   max_texels;      /* elements of a uniform texel buffer                             */
  guint64   memory_bytes;    /* the largest device-local heap                                  */
  char      unusable[256];   /* why it cannot be used, or ""                                   */
  gpointer  handle;          /* the physical device, for gs_device_new()                       */
  guint     index;           /* in gs_gpu_list()                                               */
} GsGpuInfo;

/* All physical devices, GsGpuInfo elements, best first, unusable ones last. Never fails: empty if
 * there is no loader or no driver. */
GArray *gs_gpu_list (void);

/* Lets drivers read their environment variables anew; no device may be open. */
void gs_gpu_reload (void);

/* Opens a device. which: an index into gs_gpu_list() or part of a name (any case); NULL or "": the
 * variable GESSO_DEVICE, else the first usable one. reason: if not NULL, set to a sentence that
 * says why this one (g_free()). GS_ERROR_NO_DEVICE if nothing fits. */
GsDevice *gs_device_new (const char *which, char **reason, GError **error);

/* Waits for the queue; all buffers and commands must be gone. NULL is allowed. */
void gs_device_free (GsDevice *device);

const GsGpuInfo *gs_device_get_info (GsDevice *device);

/* Called about every 20 ms while the CPU waits for the device, and between submits. Returns FALSE
 * to cancel what is running. */
typedef gboolean (*GsPollFunc) (gpointer user_data);

void gs_device_set_poll (GsDevice *device, GsPollFunc poll, gpointer user_data);

/* Asks the poll function; sets GS_ERROR_CANCELLED and returns FALSE if it says stop. */
gboolean gs_device_poll (GsDevice *device, GError **error);

/* Waits for a timeline value as returned by gs_commands_submit(). Polls meanwhile; a cancel still
 * waits for the device (a submit is short) and then fails with GS_ERROR_CANCELLED. */
gboolean gs_device_wait (GsDevice *device, guint64 value, GError **error);

/* Waits for everything that was submitted, without polling; TRUE unless the device is lost. */
gboolean gs_device_wait_idle (GsDevice *device);

/* For tests: from now on it is as if the driver had said that the device is lost. */
void gs_device_lose (GsDevice *device);

/* Bytes of device memory held through this device now, and the most since the last reset. */
guint64 gs_device_get_used_bytes (GsDevice *device);
guint64 gs_device_get_peak_bytes (GsDevice *device);
void    gs_device_reset_peak     (GsDevice *device);

/* What the driver lets us still allocate on the device; the heap's rest if it does not say. */
guint64 gs_device_get_free_bytes (GsDevice *device);

/* Memory for kernels beyond so many bytes in use is refused as if the device had no more of it. */
void    gs_device_set_limit (GsDevice *device, guint64 n_bytes);

/* For tests: the nth submit from now finds no memory, 0: none; memory for kernels that is allocated
 * from now on is out of the host's reach and not blank, as on most graphics cards. */
void    gs_device_fail_submit (GsDevice *device, guint n);
void    gs_device_hide_memory (GsDevice *device, gboolean hides);

/* A folder below XDG_CACHE_HOME for what is learnt about this device and driver (pipeline cache,
 * timings), made if needed; NULL if it cannot be made. The name is keyed by driver and shaders. */
const char *gs_device_get_cache_folder (GsDevice *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsDevice, gs_device_free)

G_END_DECLS
