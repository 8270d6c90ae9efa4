/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoTraining: a training as the main loop knows it. It lives in a folder of its own:
 *
 *   training.ini   the lesson, and whether it runs, pauses or is finished
 *   pictures/      what is learned from: PNG files and their captions
 *   cache/, samples/, settings.ini, state.safetensors: the engine's, see gs-training.h
 *
 * What the engine thread reports arrives once per turn of the main loop, after input and drawing.
 *
 * Signals: "changed" (), when anything below is another.
 */
#pragma once

#include "gesso-lesson.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_TRAINING (gesso_training_get_type ())
G_DECLARE_FINAL_TYPE (GessoTraining, gesso_training, GESSO, TRAINING, GObject)

typedef enum
{
  GESSO_TRAINING_WAITING,  /* for its turn                           */
  GESSO_TRAINING_RUNNING,
  GESSO_TRAINING_PAUSED,   /* by somebody                            */
  GESSO_TRAINING_FAILED,   /* by what the message says; can go on    */
  GESSO_TRAINING_FINISHED,
} GessoTrainingStatus;

/* The folder has to hold pictures/ by the time that it runs. */
GessoTraining *gesso_training_new  (const char *folder, const GessoLesson *lesson);
/* What was left in a folder. One that ran or waited waits again. */
GessoTraining *gesso_training_load (const char *folder, GError **error);

const char         *gesso_training_get_folder  (GessoTraining *self);
const GessoLesson  *gesso_training_get_lesson  (GessoTraining *self);
GessoTrainingStatus gesso_training_get_status  (GessoTraining *self);
/* Writes it down, too. message: why it failed, or NULL. FALSE if it could not be written, which the
 * message then says where there is none. */
gboolean            gesso_training_set_status  (GessoTraining      *self,
                                                GessoTrainingStatus status,
                                                const char         *message);

/* Why it failed, or NULL. */
const char         *gesso_training_get_message (GessoTraining *self);
/* "Step 5 of 20 · 12 seconds left", for people. */
char               *gesso_training_dup_status  (GessoTraining *self);
/* 0..1 of all steps. */
double              gesso_training_get_fraction (GessoTraining *self);
/* "12 minutes". */
char               *gesso_training_describe_time (double seconds);
/* "1.2 s a step, 3.1 GB", or empty while that is not known. */
char               *gesso_training_dup_pace    (GessoTraining *self);

/* One a step done; borrowed until the main loop's next turn. */
const float        *gesso_training_get_losses  (GessoTraining *self, guint *n);
/* Paths of the pictures made on the way (GtkStringObject), the oldest first. */
GListModel         *gesso_training_get_samples (GessoTraining *self);
/* The file that came of it, or NULL. */
const char         *gesso_training_get_result  (GessoTraining *self);

/* Asks the engine thread to leave off; stop: and to make a file of what was learnt so far. */
void                gesso_training_interrupt   (GessoTraining *self, gboolean stop);

/* Where what is learnt goes: gesso/embeddings or gesso/loras of the user's data. */
char               *gesso_training_dup_target  (const GessoLesson *lesson);

G_END_DECLS
