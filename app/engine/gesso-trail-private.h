/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app/engine alone knows of a trail. */
#pragma once

#include "gesso-trail.h"

#include "document/gesso-settings.h"
#include "gs.h"

G_BEGIN_DECLS

GessoTrail *gesso_trail_new          (GsSteps            *steps,
                                      GessoSettings      *settings,
                                      const GdkRectangle *area);
/* Borrowed. */
GsSteps    *gesso_trail_get_gs_steps (GessoTrail *self);

G_END_DECLS
