/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoModelList: the openly licensed models that Gesso proposes, resources/models.ini. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char   *id;
  char   *title;
  char   *kind;    /* "model", "lora", "vae" or "vocabulary" */
  char   *family;  /* "SD 1.x"; NULL: any                    */
  char   *purpose; /* what for, a few words for people, in their language */
  char   *licence, *licence_address;
  char   *page;    /* where a person can read of it          */
  char   *address;
  char   *name;    /* of the file                            */
  char   *sha256;  /* NULL: only the server knows it         */
  guint64 size;
} GessoModelEntry;

/* GessoModelEntry in the list's order; read once and kept for good. Main thread. */
const GPtrArray       *gesso_model_list_get  (void);
/* NULL: there is none. */
const GessoModelEntry *gesso_model_list_find (const char *id);

G_END_DECLS
