/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoQueueButton: opens the list of what is made and what waits, to reorder, cancel and pause, and
 * says how many pictures are made at a time.
 *
 * Properties: "batch" (uint).
 */
#pragma once

#include "queue/gesso-queue.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_QUEUE_BUTTON (gesso_queue_button_get_type ())
G_DECLARE_FINAL_TYPE (GessoQueueButton, gesso_queue_button, GESSO, QUEUE_BUTTON, GtkWidget)

/* NULL before it goes. */
void gesso_queue_button_set_queue (GessoQueueButton *self, GessoQueue *queue);

G_END_DECLS
