/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoScrubber: a slider back through the steps that a candidate took. Hidden while there are none.
 *
 * Signals:
 *   changed ()                 see gesso_scrubber_get_look()
 *   continue (uint step)       go on from there
 */
#pragma once

#include "engine/gesso-engine.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_SCRUBBER (gesso_scrubber_get_type ())
G_DECLARE_FINAL_TYPE (GessoScrubber, gesso_scrubber, GESSO, SCRUBBER, GtkWidget)

void        gesso_scrubber_set_engine (GessoScrubber *self, GessoEngine *engine);
/* Stands at the end, which is the candidate. NULLs: nothing to look back on. */
void        gesso_scrubber_set_trail  (GessoScrubber *self, GessoTrail *trail,
                                       GessoCandidate *candidate);
guint       gesso_scrubber_get_step   (GessoScrubber *self);
void        gesso_scrubber_set_step   (GessoScrubber *self, guint step);
/* What the candidate looked like at that step; NULL at the end, or while it is not known yet. */
GdkTexture *gesso_scrubber_get_look   (GessoScrubber *self);

G_END_DECLS
