/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned maps that ask for huge pages. */
#include "gpu/host-memory.h"

#include <sys/mman.h>

static gsize
rounded (gsize n_bytes)
{
  return (n_bytes + GS_HOST_MEMORY_ALIGNMENT - 1) & -(gsize) GS_HOST_MEMORY_ALIGNMENT;
}

gpointer
gs_host_memory_new (gsize n_bytes)
{
  const gsize wanted = rounded (n_bytes), mapped = wanted + GS_HOST_MEMORY_ALIGNMENT;
  guint8 *map, *memory;
  gsize before;

  if (n_bytes > G_MAXSIZE / 2)
    return NULL;
  map = mmap (NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED)
    return NULL;
  before = -(guintptr) map & (GS_HOST_MEMORY_ALIGNMENT - 1);
  memory = map + before;
  if (before > 0)
    munmap (map, before);
  munmap (memory + wanted, mapped - wanted - before);
  madvise (memory, wanted, MADV_HUGEPAGE); /* advice: it works without, too */
  return memory;
}

void
gs_host_memory_free (gpointer memory, gsize n_bytes)
{
  if (memory != NULL)
    munmap (memory, rounded (n_bytes));
}
