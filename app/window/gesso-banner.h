/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoBanner: one sentence over the content that stays until it is dismissed; libadwaita has such
 * a thing only from 1.3 on, without a way to dismiss it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_BANNER (gesso_banner_get_type ())
G_DECLARE_FINAL_TYPE (GessoBanner, gesso_banner, GESSO, BANNER, GtkWidget)

typedef enum
{
  GESSO_BANNER_NOTE,
  GESSO_BANNER_ERROR,
} GessoBannerKind;

/* label and action_name: of a button, or both NULL. Takes the place of what was shown. */
void gesso_banner_show (GessoBanner    *self,
                        GessoBannerKind kind,
                        const char     *text,
                        const char     *label,
                        const char     *action_name);
void gesso_banner_hide (GessoBanner *self);

/* Hides it only if it shows an error. */
void gesso_banner_hide_error (GessoBanner *self);

G_END_DECLS
