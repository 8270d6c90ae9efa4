/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoWantedFile: a file that a picture was made with, as its parameters name it. */
#pragma once

#include "gesso-library-item.h"

G_BEGIN_DECLS

typedef struct
{
  GessoLibraryKind kind;
  char            *name; /* may be empty */
  char            *hash; /* the first digits, or NULL */
  gboolean         is_refiner; /* a checkpoint, for the last steps */
} GessoWantedFile;

/* Of an A1111 "parameters" text; the elements are the array's. */
GPtrArray *gesso_wanted_files_list (const char *parameters);

G_END_DECLS
