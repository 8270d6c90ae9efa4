/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoServer: the machine that paints too, if the artist set one: Gesso's own "gesso-cli serve", or any
 * program with AUTOMATIC1111's interface. Nothing is asked before somebody looks or orders a picture.
 *
 * Signal: "changed": it is another one, or what it has is known, or no more.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_SERVER (gesso_server_get_type ())
G_DECLARE_FINAL_TYPE (GessoServer, gesso_server, GESSO, SERVER, GObject)

typedef struct
{
  char *name;        /* by which it is asked for */
  guint native_size; /* side of the pictures it was trained on, in pixels */
} GessoServerModel;

/* What it has; immutable, and held by reference by whoever needs it. */
typedef struct
{
  GPtrArray *models;    /* GessoServerModel */
  GPtrArray *samplers;  /* names */
  GPtrArray *schedules; /* names and labels; empty where they are part of the samplers' names */
  GPtrArray *loras;     /* names */
  GPtrArray *embeddings; /* names */
} GessoServerStock;

GessoServer *gesso_server_new         (void);

/* address: as gesso_server_address_parse() leaves it, "" for none. token: see gesso_server_link_new(). */
void         gesso_server_set         (GessoServer *self, const char *address, const char *token);
const char  *gesso_server_get_address (GessoServer *self);
const char  *gesso_server_get_token   (GessoServer *self);
/* For people. */
const char  *gesso_server_get_host    (GessoServer *self);
/* Whether that model is on this server. Other addresses are never gone to, whatever a file says. */
gboolean     gesso_server_has_address_of (GessoServer *self, const char *model);

/* Asks for what it has. */
void         gesso_server_look_async  (GessoServer        *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            data);
gboolean     gesso_server_look_finish (GessoServer *self, GAsyncResult *result, GError **error);

/* Looks are cancelled, and over when it returns; the main loop runs meanwhile. */
void         gesso_server_close       (GessoServer *self);

/* As known since the last look, or NULL. Immutable once it is there; ref'd with the atomic rc box. */
GessoServerStock *gesso_server_get_stock (GessoServer *self);
/* "3 models, 19 samplers and 2 LoRA", for people; NULL: not known. */
char             *gesso_server_dup_stock_text (GessoServer *self);
/* Native size of such a model (see gesso-server-model.h), or what its name lets expect. */
guint             gesso_server_get_native_size (GessoServer *self, const char *model);

/* Whether it has a sampler with a schedule, both by the engine's ids. */
gboolean          gesso_server_stock_can_sample (const GessoServerStock *stock, const char *sampler,
                                                 const char *schedule);

GessoServerStock *gesso_server_stock_ref   (GessoServerStock *stock);
void              gesso_server_stock_unref (GessoServerStock *stock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoServerStock, gesso_server_stock_unref)

G_END_DECLS
