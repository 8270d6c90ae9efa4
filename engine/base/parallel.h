/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Host work on several processors, synchronous to the outside. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Works on the elements begin ... end - 1. */
typedef void (*GsParallelFunc) (guint64 begin, guint64 end, gpointer user_data);

/* Cuts 0 ... n - 1 into runs of `least` elements or more, some per processor, and returns when all of them
 * are done. The caller's thread takes part. A function may call it in turn. */
void gs_parallel (guint64 n, guint64 least, GsParallelFunc func, gpointer user_data);

G_END_DECLS
