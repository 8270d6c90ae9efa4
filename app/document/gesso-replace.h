/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a file that is there whole or as it was: a temporary one beside it is written, synced to
 * the disk and then takes its name; permissions stay, and a link stays one. On remote places GIO does
 * the same. Blocks; any thread. Errors are sentences for people, but for those of the writer's own.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes all of it to the stream, which it leaves open. */
typedef gboolean (*GessoReplaceFunc) (GOutputStream *stream,
                                      gpointer       data,
                                      GCancellable  *cancellable,
                                      GError       **error);

gboolean gesso_replace_file     (GFile           *file,
                                 GessoReplaceFunc write,
                                 gpointer         data,
                                 GCancellable    *cancellable,
                                 GError         **error);
gboolean gesso_replace_contents (GFile        *file,
                                 GBytes       *bytes,
                                 GCancellable *cancellable,
                                 GError      **error);

/* "“house.png” could not be saved (no space left): save it under another name ..." */
void     gesso_replace_set_error (GFile        *file,
                                  const GError *cause,
                                  GError      **error);

G_END_DECLS
