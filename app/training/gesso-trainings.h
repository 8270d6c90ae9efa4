/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTrainings: all trainings of the program, the newest first: a GListModel of GessoTraining. One runs
 * at a time, the others wait. The computer is not suspended while one runs. What ran when the program
 * ended, in whatever way, goes on at its next start.
 *
 * Signals:
 *   learnt (GessoTraining *)   a file of it is in the library's folders
 *   ended (GessoTraining *)    it failed
 *   progress ()                of any of them
 */
#pragma once

#include "engine/gesso-engine.h"

G_BEGIN_DECLS

#define GESSO_TYPE_TRAININGS (gesso_trainings_get_type ())
G_DECLARE_FINAL_TYPE (GessoTrainings, gesso_trainings, GESSO, TRAININGS, GObject)

/* application: for keeping the computer awake, or NULL. Both have to outlive it. */
GessoTrainings *gesso_trainings_new    (GtkApplication *application, GessoEngine *engine);
/* Finds what was left, and goes on with what ran. Once. */
void            gesso_trainings_load   (GessoTrainings *self);
/* Interrupts what runs, and waits until its state is on disk. */
void            gesso_trainings_close  (GessoTrainings *self);

/* A folder for a new one that is not there yet. */
char           *gesso_trainings_dup_new_folder (const char *word);

/* Takes it up, and runs it at its turn. */
void            gesso_trainings_add    (GessoTrainings *self, GessoTraining *training);
void            gesso_trainings_pause  (GessoTrainings *self, GessoTraining *training);
void            gesso_trainings_resume (GessoTrainings *self, GessoTraining *training);
/* Ends it with what it has learnt so far. */
void            gesso_trainings_stop   (GessoTrainings *self, GessoTraining *training);
/* With its folder, but not with what came of it. */
void            gesso_trainings_remove (GessoTrainings *self, GessoTraining *training);

/* The one that runs, or else waits or pauses or failed; NULL: all are finished, or there is none. */
GessoTraining  *gesso_trainings_get_current (GessoTrainings *self);

G_END_DECLS
