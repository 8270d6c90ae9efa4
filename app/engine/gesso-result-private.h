/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How app/engine makes results. */
#pragma once

#include "gesso-result.h"

#include "gesso-order.h"
#include "gs.h"

G_BEGIN_DECLS

/* original: the frame's part of the painting, straight RGBA; coverage: gray or NULL. */
GessoResult *gesso_result_new (GessoOrder       *order,
                               const GsImage    *original,
                               const GsImage    *coverage,
                               const GsFinished *finished);

G_END_DECLS
