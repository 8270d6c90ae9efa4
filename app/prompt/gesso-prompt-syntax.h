/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands where in a prompt, for showing it: no widgets, text in, spans out.
 *
 * The language is the one of engine/io/prompt.h: round brackets make stronger, square ones weaker,
 * a backslash takes a bracket's meaning away, BREAK outside of brackets starts a new chunk.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GESSO_SPAN_STRONG,    /* in a group of a weight above 1, brackets included            */
  GESSO_SPAN_WEAK,      /* in a group of a weight below 1                             */
  GESSO_SPAN_MARK,      /* what makes a group: its brackets, and ":1.2"               */
  GESSO_SPAN_NETWORK,   /* "<lora:name:0.8>"                                          */
  GESSO_SPAN_EMBEDDING, /* an embedding's name                                        */
  GESSO_SPAN_BREAK,     /* the word BREAK where it is an order                        */
  GESSO_SPAN_ERROR,     /* a bracket without its partner                              */
  GESSO_SPAN_UNKNOWN,   /* the tag of a network that is not there: not by parsing      */
  GESSO_N_SPAN_KINDS
} GessoSpanKind;

/* Positions are in characters, as GtkTextIter counts them; end is behind the last one. */
typedef struct
{
  GessoSpanKind kind;
  guint start, end;
} GessoSpan;

/* The spans (GessoSpan) of a prompt. Spans of one kind never overlap; where groups are nested, the
 * innermost one counts. embeddings: a set of names as
 * gesso_prompt_syntax_fold() makes them, or NULL. */
GArray *gesso_prompt_syntax_parse (const char *text, GHashTable *embeddings);

/* The form in which names are compared; free with g_free(). */
char *gesso_prompt_syntax_fold (const char *name);

/* Whether a character can be part of a word or of an embedding's name. */
gboolean gesso_prompt_syntax_is_word (gunichar c);

/* The partners of a text's brackets: for each bracket in characters the position of the other one,
 * -1 for one without a partner, and -2 for every other character. */
int *gesso_prompt_syntax_match (const gunichar *text, guint n_chars);

/* Reads the weight of a group whose closing bracket is at close: TRUE if there is one, from its colon
 * at *colon on. */
gboolean gesso_prompt_syntax_read_weight (const gunichar *text, guint open, guint close,
                                          guint *colon, double *weight);

G_END_DECLS
