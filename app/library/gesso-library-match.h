/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the files that a picture was made with are in the library: by hash, or by name where the
 * picture or the library has no hash (yet). */
#pragma once

#include "engine/gesso-wanted-file.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_MATCH_SAME,    /* the hash says so                                    */
  GESSO_MATCH_NAMED,   /* there is one of that name, and no hash to tell more */
  GESSO_MATCH_OTHER,   /* one of that name has another hash                   */
  GESSO_MATCH_MISSING,
} GessoMatch;

/* item: gets the file (borrowed) or NULL; may be NULL. */
GessoMatch gesso_library_match (GListModel            *items,
                                const GessoWantedFile *wanted,
                                GessoLibraryItem     **item);

/* What to know of a match, a sentence; NULL where there is nothing, as with
 * GESSO_MATCH_SAME under the same name. */
char      *gesso_library_match_describe (const GessoWantedFile *wanted,
                                         GessoMatch             match,
                                         GessoLibraryItem      *item);

G_END_DECLS
