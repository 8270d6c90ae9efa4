/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoStartGroup: the picture to start from, how far to leave it, and which part to repaint. */
#pragma once

#include "document/gesso-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_START_GROUP (gesso_start_group_get_type ())
G_DECLARE_FINAL_TYPE (GessoStartGroup, gesso_start_group, GESSO, START_GROUP, AdwPreferencesGroup)

/* Once. */
void gesso_start_group_bind (GessoStartGroup *self, GessoDocument *document);

/* Whether the picture has a mask, and whether something is painted in the frame. */
void gesso_start_group_set_canvas (GessoStartGroup *self, gboolean masked, gboolean painted);
/* Whether live painting is on, which starts from the picture too. */
void gesso_start_group_set_live   (GessoStartGroup *self, gboolean live);
/* Whether the model edits pictures, and so asks for another number. */
void gesso_start_group_set_editing (GessoStartGroup *self, gboolean editing);

G_END_DECLS
