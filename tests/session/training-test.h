/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of trainings share: a folder for each, pictures, options that draw on chance, and the
 * two questions every kind is asked. */
#pragma once

#include "session-test.h"

G_BEGIN_DECLS

#define TRAINING_TEST_STEPS 4

typedef struct
{
  guint    pause_at;  /* step; 0: never             */
  gboolean within;    /* in the middle of that step */
  guint    lose_at;   /* step; 0: never             */
  guint    n_calls;
  guint    n_samples;
} TrainingTestWatch;

/* A test that has a folder of its own while it runs. */
void training_test_add (const char *path, GTestFunc test);
/* Of a file in that folder; to be freed. */
char *training_test_path (const char *name);
/* All that is in a folder. */
void training_test_remove (const char *path);

/* In "pictures": three of two shapes; one has a caption. */
void training_test_write_pictures (void);
/* Everything that draws on chance. Borrows data and state, which are folders. */
GsTrainingOptions training_test_options (GsTrainingKind kind, const char *data, const char *state);

GsTraining *training_test_open (const GsTrainingOptions *options);
/* user_data: a TrainingTestWatch. */
gboolean training_test_on_progress (const GsTrainingProgress *progress, gpointer user_data);
/* Whether it came to its end. */
gboolean training_test_run (GsTraining *training, TrainingTestWatch *watch);
/* What it saves under that name. */
GBytes *training_test_result (GsTraining *training, const char *name);
/* The same of one that was never interrupted; it runs once for all tests that ask for it. */
GBytes *training_test_at_once (GsTrainingKind kind, gboolean complicated);

/* Paused between two steps and within one, and gone on with: the same bytes. */
void training_test_resume (GsTrainingKind kind, gboolean complicated);
/* The plan says what it takes. */
void training_test_memory (GsTrainingKind kind, gboolean complicated);

G_END_DECLS
