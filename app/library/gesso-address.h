/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoAddress: what an artist pastes. A file's address, or a place in the hub, Hugging Face's, where
 * repositories are OWNER/NAME and these are the ways to write one:
 *
 *   OWNER/NAME    https://huggingface.co/OWNER/NAME    .../tree/REVISION    .../tree/REVISION/FOLDER
 *   .../blob/REVISION/PATH (a page)                    .../resolve/REVISION/PATH (the file itself)
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GESSO_HUB "https://huggingface.co"

typedef struct
{
  char *file;       /* address of a file; NULL: a repository, of which one has yet to be chosen */
  char *repository; /* "OWNER/NAME"; NULL: not at the hub                                      */
  char *revision;   /* "main" where the address says none                                      */
  char *path;       /* of the file or folder in the repository, "" for all of it                */
} GessoAddress;

/* hub: its address without a slash at the end. G_IO_ERROR_INVALID_ARGUMENT with a sentence. */
GessoAddress *gesso_address_parse (const char *text, const char *hub, GError **error);
void          gesso_address_free  (GessoAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoAddress, gesso_address_free)

/* Where a file of a repository is, and what to call it: by its name or, where every repository has one of
 * that name, by the repository's too. */
char         *gesso_address_of_file   (const char *hub,
                                       const char *repository,
                                       const char *revision,
                                       const char *path);
char         *gesso_address_name_file (const char *repository, const char *path);

/* Whether to go there: https, or http on this very machine. from: who sends us there, or NULL: a server
 * elsewhere does not send us to one here. */
gboolean      gesso_address_is_allowed (GUri *uri, GUri *from);

/* The last part of its path, without escapes; NULL if there is none. */
char         *gesso_address_dup_name   (const char *address);

G_END_DECLS
