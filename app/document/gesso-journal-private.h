/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a journal's folder, and where journals lie. */
#pragma once

#include "gesso-journal.h"

G_BEGIN_DECLS

#define GESSO_JOURNAL_FILE "journal"
#define GESSO_JOURNAL_NEW "journal.new"     /* being written, to take the other's place */
#define GESSO_JOURNAL_BAD "journal.damaged" /* that could not be read                   */
#define GESSO_JOURNAL_LOCK "lock"
#define GESSO_JOURNAL_NOTE "note"

/* Where none is named. */
char *gesso_journal_dup_parent (void);

G_END_DECLS
