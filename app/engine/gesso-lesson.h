/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLesson: what is to be taught, as a person says it. It is kept in a file of the training's folder.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  char    *word;     /* the new one; also the name of the file that comes of it           */
  gboolean is_lora;  /* rather than the word's vectors alone                              */
  gboolean is_style; /* the word is a manner, not a thing                                 */
  char    *initial;  /* what a word begins as: words that the model knows; empty: any     */
  guint    steps;
  char    *model;    /* path, empty: the starter                                          */
} GessoLesson;

/* Longest word, in bytes. */
#define GESSO_LESSON_MAX_WORD 64

void     gesso_lesson_copy  (GessoLesson *to, const GessoLesson *from);
void     gesso_lesson_clear (GessoLesson *lesson);

/* Steps that usually do. */
guint    gesso_lesson_propose_steps (gboolean is_lora);

/* Whether it can be a word at all; if not, what to do, as a sentence. */
gboolean gesso_lesson_check_word (const char *word, GError **error);

/* What of a picture of these sizes is learned from by a model of that native size, in its pixels. */
void     gesso_lesson_crop (int width, int height, guint native_size, graphene_rect_t *crop);

/* The group [lesson] of a key file. */
void     gesso_lesson_save (const GessoLesson *lesson, GKeyFile *file);
gboolean gesso_lesson_load (GessoLesson *lesson, GKeyFile *file, GError **error);

G_END_DECLS
