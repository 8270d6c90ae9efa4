/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app/engine tells an order. */
#pragma once

#include "gesso-order.h"

G_BEGIN_DECLS

/* Takes the sentences; NULL: none. */
void gesso_order_take_notes (GessoOrder *self, char **notes);

void gesso_order_set_seconds (GessoOrder *self, double seconds);

void gesso_order_set_unfinished (GessoOrder *self, gboolean unfinished);

/* The devices that it is to go to no more; has: NULL for any. Any thread while it runs. */
gboolean gesso_order_has_failed_on (GessoOrder *self, gconstpointer device);
void     gesso_order_add_failed_on (GessoOrder *self, gpointer device);

/* Pictures of the batch that are made: one that is tried again begins behind them. Any thread. */
guint gesso_order_get_n_made (GessoOrder *self);
void  gesso_order_set_n_made (GessoOrder *self, guint n);

G_END_DECLS
