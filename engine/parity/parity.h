/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparing the engine with recorded results of the reference implementations: the cases of a
 * MANIFEST.json. gs_session_parity() in gs.h is what programs see; this is for the files of this
 * folder, one per group of cases.
 */
#pragma once

#include "io/tensor-file.h"
#include "session/session-private.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One case under way, and the comparison that comes closest to its tolerance so far. */
typedef struct
{
  GsSession  *session;
  const char *folder;   /* of the manifest */
  JsonArray  *cases;    /* all of the manifest's */
  JsonObject *entry;    /* this one's */
  const char *precision; /* "fp32" or "fp16": the key of its tolerance */

  gboolean failed;
  guint    n_compared;
  double   max_absolute, max_relative, tolerance;
  char    *detail;      /* which tensor that is, or why it failed */
} GsParityRun;

/* Runs one kind of case. FALSE with error if it could not be run: then the case has failed too. */
typedef gboolean (*GsParityCheck) (GsParityRun *run, GError **error);

gboolean gs_parity_tokenizer     (GsParityRun *run, GError **error);
gboolean gs_parity_rng           (GsParityRun *run, GError **error);
gboolean gs_parity_text_encoder  (GsParityRun *run, GError **error);
gboolean gs_parity_unet          (GsParityRun *run, GError **error);
gboolean gs_parity_vae           (GsParityRun *run, GError **error);
gboolean gs_parity_scheduler     (GsParityRun *run, GError **error);
gboolean gs_parity_pipeline      (GsParityRun *run, GError **error);
gboolean gs_parity_lora          (GsParityRun *run, GError **error);
gboolean gs_parity_inversion     (GsParityRun *run, GError **error);
gboolean gs_parity_formats       (GsParityRun *run, GError **error);
gboolean gs_parity_training      (GsParityRun *run, GError **error);
gboolean gs_parity_training_ops  (GsParityRun *run, GError **error);

/* A string member of the entry, or of its "config"; NULL if it has none. */
const char *gs_parity_string (GsParityRun *run, const char *member);
JsonObject *gs_parity_config (GsParityRun *run); /* never NULL */

/* A path of the manifest made absolute. FALSE in a hostile manifest (it leads out of the folder). */
char *gs_parity_path (GsParityRun *run, const char *relative, GError **error);

/* The case's "file". */
GsTensorFile *gs_parity_open (GsParityRun *run, GError **error);

/* A tensor as floats (the caller's), with its sizes. NULL with error if there is none. */
typedef struct
{
  float  *values;
  gsize   n;
  guint   n_dims;
  guint64 dims[GS_STORED_MAX_DIMS];
} GsParityTensor;

gboolean gs_parity_read  (GsTensorFile *file, GsParityTensor *tensor, GError **error,
                          const char *format, ...) G_GNUC_PRINTF (4, 5);
void     gs_parity_clear (GsParityTensor *tensor);
gboolean gs_parity_has   (GsTensorFile *file, const char *format, ...) G_GNUC_PRINTF (2, 3);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GsParityTensor, gs_parity_clear)

/* The tolerance of the run's precision; name: of a tensor, for manifests that tell them apart.
 * Infinite where the manifest demands nothing in this precision. */
double gs_parity_tolerance (GsParityRun *run, const char *name);

/* Compares n values; the tolerance is of max |got - want| / max |want|. */
void gs_parity_compare (GsParityRun *run, const char *name, const float *got, const float *want,
                        gsize n, double tolerance);
/* The same with a tolerance of max |got - want|. */
void gs_parity_compare_absolute (GsParityRun *run, const char *name, const float *got,
                                 const float *want, gsize n, double tolerance);

/* Notes that something that must be exact was compared, or fails the case. */
void gs_parity_expect (GsParityRun *run, gboolean holds, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

G_END_DECLS
