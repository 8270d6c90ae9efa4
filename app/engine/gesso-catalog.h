/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the engine can tell without a device: its samplers and schedules, what a model file is, and
 * which settings a picture was made with.
 */
#pragma once

#include "document/gesso-settings.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* ---- Names ---------------------------------------------------------------------------------- */

typedef enum
{
  GESSO_CATALOG_SAMPLERS,
  GESSO_CATALOG_SCHEDULES,
} GessoCatalog;

/* Labels for people, in the engine's order. */
GtkStringList *gesso_catalog_get_labels (GessoCatalog catalog);
/* Their ids in the same order, ended by NULL; for settings. */
const char *const *gesso_catalog_get_ids (GessoCatalog catalog);
/* Finds an id or a label; GTK_INVALID_LIST_POSITION if there is no such. */
guint          gesso_catalog_find       (GessoCatalog catalog, const char *name);

/* ---- Models --------------------------------------------------------------------------------- */

/* How a model is best sampled; the strings are ids, and are kept for good. */
typedef struct
{
  guint       steps;
  double      guidance_scale;
  const char *sampler;
  const char *schedule;
} GessoProposal;

/* What does well where a model says nothing of its own. */
void gesso_catalog_get_proposal (GessoProposal *proposal);

/* Endings of files that may be models, without a dot, ended by NULL. */
extern const char *const gesso_model_suffixes[];
/* By its name. */
gboolean gesso_catalog_is_model_name (const char *name);

typedef struct
{
  char    *path;        /* "" for the starter model */
  char    *name;
  char    *family;      /* "SD 1.x" */
  char    *description; /* "SD 1.x, F16, 2.1 GB" */
  guint    native_size; /* side of the pictures it was trained on, in pixels */
  guint64  n_parameters;
  gboolean is_editing;  /* it changes the start picture as the prompt says */
  GessoProposal proposal;
} GessoModel;

void gesso_model_free (GessoModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoModel, gesso_model_free)

/* Reads a file's headers on a thread. path: empty for the starter model. */
void        gesso_model_query_async  (const char         *path,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            data);
GessoModel *gesso_model_query_finish (GAsyncResult *result, GError **error);

/* ---- Settings of a picture ------------------------------------------------------------------ */

/* Puts what an A1111 "parameters" text says over current's values; NULL if it is no such text. */
GessoSettings *gesso_settings_from_parameters (const char    *parameters,
                                               GessoSettings *current,
                                               GError       **error);

G_END_DECLS
