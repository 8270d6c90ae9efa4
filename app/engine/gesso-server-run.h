/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An order on a server: a question a picture, so that each is there as soon as it is made. */
#pragma once

#include "gesso-job.h"
#include "gesso-order.h"
#include "gesso-server.h"

#include "gs.h"

G_BEGIN_DECLS

/* On a thread of its own, whose main context it brings along. Begins behind the pictures that the order
 * has already (see gesso_order_get_n_made()). native_size: of the order's model; stock: NULL where the
 * server has to be asked first; notes: as GsResult.notes. After G_IO_ERROR_HOST_UNREACHABLE it can be
 * called again. */
gboolean gesso_server_run (const char       *address,
                           const char       *token,
                           GessoServerStock *stock,
                           guint             native_size,
                           GessoOrder       *order,
                           GsPreview         preview,
                           GessoJob         *job,
                           char           ***notes,
                           GError          **error);

G_END_DECLS
