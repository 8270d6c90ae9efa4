/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How settings name a model of another machine: the server's address, a "#", and the server's own name of
 * the model, "http://studio:7860#dreamer.safetensors". Paths, which other models are named by, never
 * look like that.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean gesso_server_model_is_one      (const char *model);

/* address: as gesso_server_address_parse() leaves it. */
char    *gesso_server_model_new         (const char *address, const char *name);

/* Of such a model. */
char    *gesso_server_model_dup_address (const char *model);
char    *gesso_server_model_dup_name    (const char *model);
/* For people: "studio", and what to call the model in a list. */
char    *gesso_server_model_dup_host    (const char *model);
char    *gesso_server_model_dup_title   (const char *model);

/* What a person types, "studio:7860", as an address that can be compared: "http://studio:7860", without
 * a slash at the end. G_IO_ERROR_INVALID_ARGUMENT with a sentence. */
char    *gesso_server_address_parse     (const char *text, GError **error);
char    *gesso_server_address_dup_host  (const char *address);
/* Whether nobody on the way can read along. */
gboolean gesso_server_address_is_private (const char *address);

G_END_DECLS
