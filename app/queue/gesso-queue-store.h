/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue's folder: every order as an OpenRaster file of its own, and a list of their names in
 * order. Each is there whole or not at all. Orders are written on a thread, one after the other.
 */
#pragma once

#include "engine/gesso-order.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GessoQueueStore GessoQueueStore;

GessoQueueStore *gesso_queue_store_new    (const char *folder);
/* Waits until all is written. */
void             gesso_queue_store_free   (GessoQueueStore *self);

/* Main thread: it is to be there from now on, or no more. */
void             gesso_queue_store_add    (GessoQueueStore *self, GessoOrder *order);
void             gesso_queue_store_remove (GessoQueueStore *self, GessoOrder *order);
/* In which order (of GessoOrder) they come back. */
void             gesso_queue_store_list   (GessoQueueStore *self, GPtrArray *orders);
/* Those left from the last time; they are in the store. The rest of the folder is cleaned up. */
GPtrArray       *gesso_queue_store_load   (GessoQueueStore *self);

G_END_DECLS
