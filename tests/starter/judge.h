/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain measures of pictures: whether a picture shows what its prompt asks for.
 *
 * prompts.json lists prompts, palettes and checks; its "about" defines what they mean. A check looks
 * at the colours of one region and at nothing else.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "gs-image.h"

G_BEGIN_DECLS

typedef struct
{
  JsonParser *parser;
  JsonObject *palettes, *settings; /* of the file */
  JsonArray  *prompts;
  guint       n_prompts;
  guint       need;                /* how many prompts must hold */
} Judge;

/* Reads prompts.json; a file that is not of that form ends the program. */
Judge *judge_new  (const char *path);
void   judge_free (Judge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Judge, judge_free)

const char *judge_get_prompt  (Judge *judge, guint prompt);
guint64     judge_get_seed    (Judge *judge, guint prompt);
gboolean    judge_is_held_out (Judge *judge, guint prompt);

/* One requirement of a prompt. */
typedef struct
{
  const char *kind;      /* "mean", "share" or "dominant" */
  const char *palette, *is;
  double      region[4]; /* left, top, right, bottom in shares of the picture */
  double      at_least;  /* share of the region's pixels; not for "mean"       */
} JudgeCheck;

guint      judge_count_checks (Judge *judge, guint prompt);
JudgeCheck judge_get_check    (Judge *judge, guint prompt, guint check);

/* The first colour of that name in a palette. */
void judge_get_colour (Judge *judge, const char *palette, const char *name, guint8 rgb[3]);

/* picture: RGB. Whether all checks of the prompt hold; else wrong says what the first one that does
 * not asked for. */
gboolean judge_holds (Judge *judge, guint prompt, const GsImage *picture, const char **wrong);

G_END_DECLS
