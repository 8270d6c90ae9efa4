/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was found out about a device and its driver, kept in files of its cache folder: one line
 * "KEY VALUE" for each finding, both without white space. What the process has read or set it has in
 * memory too. Any thread.
 */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* The value, or NULL; free with g_free(). */
char *gs_remembered_get (GsDevice *device, const char *file, const char *key);

/* value NULL: forgets it. If the file cannot be written, the next process does not know. */
void  gs_remembered_set (GsDevice *device, const char *file, const char *key, const char *value);

/* Drops what the process has in memory, so that files are read again. For tests. */
void  gs_remembered_forget (void);

G_END_DECLS
