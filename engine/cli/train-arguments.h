/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arguments of "gesso-cli train". */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

typedef struct
{
  GsCliSessionArguments session;
  GsTrainingOptions options; /* its strings are owned here */
  char    *model;
  char    *resume;           /* a state folder, or NULL */
  char   **outputs;          /* never NULL              */
  guint    log_every;        /* steps; 0: by time       */
  gboolean starter;          /* the starter model: from drawn pictures, in stages */
  guint    n_pictures;       /* that are drawn          */
  guint    autoencoder_steps;
  gboolean is_between;       /* its file is for the next stage, which depends on its bytes */
  gboolean json;
} GsCliTrain;

gboolean gs_cli_train_parse (GsCliTrain *arguments, int argc, char **argv, GError **error);
void     gs_cli_train_clear (GsCliTrain *arguments);

G_END_DECLS
