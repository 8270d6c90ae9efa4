/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What "gesso-cli generate" was asked to do, checked as far as that goes without a model. */
#pragma once

#include "cli/cli.h"
#include "cli/control-arguments.h"

G_BEGIN_DECLS

typedef struct
{
  GsCliSessionArguments session;
  char     *model, *vae, *taesd;      /* files; model NULL: the starter */
  char    **text_encoders;            /* files, or NULL                 */
  char     *prompt, *negative;        /* UTF-8                          */
  char     *init, *mask;              /* files or NULL                  */
  char     *output, *preview;         /* file; folder or NULL           */
  gboolean  json;
  GsCliControls controls;
  gboolean  verbose; /* tell the memory plan */
  GsRequest request;                  /* all but the strings and images above, owned elsewhere;
                                         width and height are 0 where not given */
  char     *sampler, *schedule, *hires_upscaler, *refiner; /* what request borrows */
} GsCliGenerate;

/* FALSE with an error of GS_CLI_ARGUMENT_ERROR; arguments is to be cleared in any case. */
gboolean gs_cli_generate_parse (GsCliGenerate *arguments, int argc, char **argv, GError **error);
void     gs_cli_generate_clear (GsCliGenerate *arguments);

/* The file of picture i: output itself, or "out-0001.png" ... for a batch. */
char *gs_cli_generate_output (const GsCliGenerate *arguments, guint i);

G_END_DECLS
