/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the numbers of a config come from: JSON of several origins, asked in order of trust; and
 * small helpers to read a network's structure from its tensors' names and shapes. Used by the
 * *-config.c files alone. */
#pragma once

#include "models/model-config.h"

G_BEGIN_DECLS

/* What a source is asked about: a component or the noise schedule. */
#define GS_CONFIG_SCHEDULE GS_N_COMPONENTS

typedef struct
{
  GPtrArray *objects; /* JsonObject, most trusted first */
} GsConfigSource;

/* Collects what is said about `subject` (a GsComponent or GS_CONFIG_SCHEDULE). GS_ERROR_BAD_FILE
 * where metadata of our own are no JSON. */
gboolean gs_config_source_init (GsConfigSource *source, const GsCheckpoint *checkpoint,
                                JsonObject *extra, guint subject, GError **error);
void gs_config_source_clear (GsConfigSource *source);

/* The first source that has one of the keys (NULL-terminated) with the right type. */
gboolean gs_config_get_uint (const GsConfigSource *source, guint *value,
                             ...) G_GNUC_NULL_TERMINATED;
gboolean gs_config_get_double (const GsConfigSource *source, double *value,
                               ...) G_GNUC_NULL_TERMINATED;
gboolean gs_config_get_boolean (const GsConfigSource *source, gboolean *value,
                                ...) G_GNUC_NULL_TERMINATED;
const char *gs_config_get_string (const GsConfigSource *source, ...) G_GNUC_NULL_TERMINATED;

/* 1 + the largest N among the names that continue `prefix` with "N."; 0 if there is none. */
guint gs_config_count (const GsCheckpoint *checkpoint, const char *format, ...)
  G_GNUC_PRINTF (2, 3);

/* Dimension `dim` of a tensor: FALSE if it is not there, has fewer dimensions, or a size that no
 * network has. */
gboolean gs_config_dim (const GsCheckpoint *checkpoint, guint *size, guint dim, const char *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* TRUE if any tensor's name starts so. */
gboolean gs_config_any (const GsCheckpoint *checkpoint, const char *prefix);

/* TRUE if any tensor of the component has the word in its name in the file. */
gboolean gs_config_any_stored_as (const GsCheckpoint *checkpoint, GsComponent component,
                                  const char *word);

/* Sets GS_ERROR_BAD_FILE "path: ..."; returns FALSE. */
gboolean gs_config_fail (const GsCheckpoint *checkpoint, GError **error, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* Derive one component each; what cannot be derived without a tensor is an error that names it. */
gboolean gs_clip_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                                GsComponent component, GsClipConfig *config, GError **error);
gboolean gs_unet_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                                GsUnetConfig *config, GError **error);
gboolean gs_vae_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                               GsVaeConfig *config, GError **error);
gboolean gs_taesd_config_derive (const GsCheckpoint *checkpoint, GsTaesdConfig *config,
                                 GError **error);
gboolean gs_schedule_config_derive (const GsCheckpoint *checkpoint, JsonObject *extra,
                                    GsScheduleConfig *config, GError **error);

/* An error unless `divisor` ("norm groups of the VAE" ...) divides `size`. */
gboolean gs_config_check_divides (const GsCheckpoint *checkpoint, const char *what, guint divisor,
                                  guint size, GError **error);

G_END_DECLS
