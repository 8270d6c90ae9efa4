/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app/engine tells an order. */
#pragma once

#include "gesso-order.h"

G_BEGIN_DECLS

/* Takes the sentences; NULL: none. */
void gesso_order_take_notes (GessoOrder *self, char **notes);

void gesso_order_set_seconds (GessoOrder *self, double seconds);

G_END_DECLS
