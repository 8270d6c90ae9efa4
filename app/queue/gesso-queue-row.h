/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoQueueRow: one order in the list of the queue. It goes to another place by its buttons, by
 * Ctrl+Up and Ctrl+Down, and by being dragged onto another one; Delete cancels it.
 */
#pragma once

#include "queue/gesso-queue.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_QUEUE_ROW (gesso_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (GessoQueueRow, gesso_queue_row, GESSO, QUEUE_ROW, GtkListBoxRow)

GtkWidget *gesso_queue_row_new    (GessoQueue *queue, GessoOrder *order);
/* Its place has changed, or what runs has. */
void       gesso_queue_row_update (GessoQueueRow *self);

G_END_DECLS
