/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings of a picture as AUTOMATIC1111's web UI writes them into its PNG, and as half the field
 * reads them:
 *
 *   a red house (under:1.2) a yellow sun
 *   Negative prompt: blurry
 *   Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x512
 *
 * Prompts may have several lines; the settings are one line of at least three pairs. A value with a
 * comma, a colon or a line break stands in quotes, escaped as in JSON. Whatever is not understood is
 * kept, so that parsing and writing again loses nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *key;   /* "CFG scale"; empty for a piece that was no pair */
  char *value; /* without quotes */
} GsParameter;

typedef struct
{
  char      *prompt;
  char      *negative_prompt; /* never NULL */
  GPtrArray *settings;        /* GsParameter, in order */
  char      *rest;            /* lines after the settings, which some extensions write, or NULL */
} GsParameters;

/* Without settings. The prompts may be NULL. */
GsParameters *gs_parameters_new  (const char *prompt, const char *negative_prompt);
void          gs_parameters_free (GsParameters *parameters);

/* GS_ERROR_BAD_FILE if there is no line of settings in the text. */
GsParameters *gs_parameters_parse (const char *text, GError **error);

/* The text; the caller frees it. */
char *gs_parameters_to_string (const GsParameters *parameters);

/* Sets a value: in its place if the key is there, else at the end. */
void gs_parameters_set      (GsParameters *parameters, const char *key, const char *value);
void gs_parameters_set_uint (GsParameters *parameters, const char *key, guint64 value);
/* As short as the float allows: 7, 7.5, 0.1 */
void gs_parameters_set_float (GsParameters *parameters, const char *key, float value);

/* The value of a key (without regard to ASCII case; the last if there are several), or NULL; borrowed. */
const char *gs_parameters_get (const GsParameters *parameters, const char *key);

/* FALSE, and value untouched, if the key is absent or its value is something else. */
gboolean gs_parameters_get_uint  (const GsParameters *parameters, const char *key, guint64 *value);
gboolean gs_parameters_get_float (const GsParameters *parameters, const char *key, float *value);

/* Two numbers with an x between them, as in "Size: 512x768". */
gboolean gs_parameters_get_size (const GsParameters *parameters, const char *key, guint *width,
                                 guint *height);

/* "Sampler" and "Schedule type"; before version 1.9 A1111 wrote both into one: "DPM++ 2M Karras". Either
 * may come out NULL; the caller frees both. */
void gs_parameters_get_sampler (const GsParameters *parameters, char **sampler, char **schedule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsParameters, gs_parameters_free)

G_END_DECLS
