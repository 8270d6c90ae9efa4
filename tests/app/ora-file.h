/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: .ora files as other programs write them, by libarchive, and the members of one. */
#pragma once

#include "document/gesso-tiles.h"

#include <gio/gio.h>

typedef struct _OraFile OraFile;

OraFile    *ora_file_new        (void);
void        ora_file_free       (OraFile *self);
/* Names may occur twice. */
void        ora_file_add        (OraFile *self, const char *name, GBytes *content);
void        ora_file_add_text   (OraFile *self, const char *name, const char *text);
void        ora_file_add_folder (OraFile *self, const char *name);
/* One straight RGBA colour; or 16 bits of grey. */
void        ora_file_add_png    (OraFile *self, const char *name, guint width, guint height,
                                 guint32 rgba);
void        ora_file_add_png_16 (OraFile *self, const char *name, guint width, guint height,
                                 guint16 grey);
void        ora_file_write      (OraFile *self, GFile *file);

/* Name -> GBytes. */
GHashTable *ora_file_read       (GFile *file);
GessoTiles *ora_file_decode     (GBytes *png);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OraFile, ora_file_free)
