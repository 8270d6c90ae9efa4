/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of "gesso-cli generate" that guide a picture by others: each may be given several times,
 * and the n-th of each belongs to the n-th --control. */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

typedef struct
{
  char    **files, **images;                                /* as GOption fills them in */
  char    **strengths, **starts, **ends, **preprocessors, **thresholds;
  GsControl controls[GS_MAX_CONTROLS];                      /* they borrow from the above */
  GsImage  *loaded[GS_MAX_CONTROLS];
  guint     n;
} GsCliControls;

/* Checks them. has_init: there is another picture to go by. */
gboolean gs_cli_controls_parse (GsCliControls *controls, gboolean has_init, GError **error);
/* Reads the pictures. */
gboolean gs_cli_controls_load  (GsCliControls *controls, GError **error);
void     gs_cli_controls_clear (GsCliControls *controls);

/* All preprocessors' names, for help. The caller frees it. */
char    *gs_cli_controls_names (void);

G_END_DECLS
