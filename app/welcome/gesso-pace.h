/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long pictures take on this machine: what the last picture of each model took, by device. Measured,
 * never guessed: without a picture there is nothing to say.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *device; /* its name, as GessoEngine gives it */
  const char *model;  /* path; "" is the starter           */
  guint       width, height, steps;
  double      seconds; /* of one picture */
} GessoPace;

/* store: may be NULL, which forgets it. */
void  gesso_pace_remember (GSettings *store, const GessoPace *pace);

/* A line a model, the one used last first; NULL: nothing has been measured on that device. */
char *gesso_pace_describe (GSettings *store, const char *device);

G_END_DECLS
