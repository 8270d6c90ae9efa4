/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDropZones: what a picture that is dragged over the canvas can become. It is unseen until a
 * picture comes, and then shows one field for each choice.
 *
 * Signal "dropped" (guint zone, GFile *file, GdkTexture *texture): one of file and texture is NULL; both
 * are where all that was dropped is an address on another computer.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  GESSO_DROP_LAYER,    /* a new layer                    */
  GESSO_DROP_START,    /* the picture to start from      */
  GESSO_DROP_MASK,     /* light parts become the mask    */
  GESSO_DROP_SETTINGS, /* what it was made with          */
  GESSO_N_DROPS
} GessoDropZone;

#define GESSO_TYPE_DROP_ZONES (gesso_drop_zones_get_type ())
G_DECLARE_FINAL_TYPE (GessoDropZones, gesso_drop_zones, GESSO, DROP_ZONES, GtkWidget)

/* Watches drags over a widget (an ancestor of the zones). Once. */
void gesso_drop_zones_watch (GessoDropZones *self, GtkWidget *widget);

G_END_DECLS
