/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoGetView: models to fetch: those that are on their way, proposed ones, and whatever address is
 * pasted. Nothing is asked of the network before a button is pressed.
 *
 * Actions: get.toggle and get.remove (s: address of a download).
 */
#pragma once

#include "library/gesso-downloads.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_GET_VIEW (gesso_get_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoGetView, gesso_get_view, GESSO, GET_VIEW, GtkWidget)

/* Once. */
void gesso_get_view_set_downloads (GessoGetView *self, GessoDownloads *downloads);
/* Another hub than Hugging Face. */
void gesso_get_view_set_hub       (GessoGetView *self, const char *hub);
/* As if the text was pasted, and Enter pressed. */
void gesso_get_view_look_up       (GessoGetView *self, const char *text);

G_END_DECLS
