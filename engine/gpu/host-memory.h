/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of this process that a CPU driver takes as device memory (VK_EXT_external_memory_host).
 * It lies in huge pages: the system hands it out faster, and kernels find its pages faster. Drivers'
 * own memory is in small ones, in Mesa 26 behind a file descriptor that knows no others.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GS_HOST_MEMORY_ALIGNMENT (2u * 1024 * 1024)

/* Zeroed, aligned, and rounded up to whole pages of that size; NULL if there is no room. */
gpointer gs_host_memory_new  (gsize n_bytes);
void     gs_host_memory_free (gpointer memory, gsize n_bytes); /* NULL is allowed */

G_END_DECLS
