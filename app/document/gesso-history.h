/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoHistory: undo and redo, bounded by bytes and never by count.
 *
 * An entry is a translated name, what it costs in bytes, and a function that takes the change back
 * or makes it again. Entries between begin and end are one entry with the name of the outermost
 * group. When the bytes run over the limit the oldest entries go; the newest always stays.
 *
 * Properties, all but the limit read-only:
 *   can-undo, can-redo       boolean
 *   undo-name, redo-name     string or NULL: "Brush Stroke"
 *   bytes                    uint64: what all entries cost
 *   max-bytes                uint64
 * Signal "changed" (): after any of them.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define GESSO_TYPE_HISTORY (gesso_history_get_type ())
G_DECLARE_FINAL_TYPE (GessoHistory, gesso_history, GESSO, HISTORY, GObject)

/* Takes the change back (undo), or makes it again; it must not push. */
typedef void (*GessoHistoryFunc) (gboolean undo, gpointer data);

GessoHistory *gesso_history_new  (void);

/* What was undone can no longer be redone. The name is copied; destroy may be NULL. Inside a group
 * without a name, the entry's own name is shown. */
void          gesso_history_push (GessoHistory    *self,
                                  const char      *name,
                                  gsize            n_bytes,
                                  GessoHistoryFunc func,
                                  gpointer         data,
                                  GDestroyNotify   destroy);

/* Groups nest. A group in which nothing was pushed leaves no entry. */
void          gesso_history_begin (GessoHistory *self, const char *name);
void          gesso_history_end   (GessoHistory *self);
/* Instead of end: what was pushed since begin is taken back and gone. */
void          gesso_history_cancel (GessoHistory *self);
gboolean      gesso_history_is_in_group (GessoHistory *self);

/* The newest entry now covers more and costs n_bytes: for changes that join the one before. What
 * was undone can no longer be redone. */
void          gesso_history_extend (GessoHistory *self, gsize n_bytes);

/* FALSE if there is nothing, or inside a group. */
gboolean      gesso_history_undo  (GessoHistory *self);
gboolean      gesso_history_redo  (GessoHistory *self);
gboolean      gesso_history_can_undo (GessoHistory *self);
gboolean      gesso_history_can_redo (GessoHistory *self);
/* Borrowed; NULL if there is nothing. */
const char   *gesso_history_get_undo_name (GessoHistory *self);
const char   *gesso_history_get_redo_name (GessoHistory *self);
void          gesso_history_clear (GessoHistory *self);

/* Names the state we stand at: the same number means the same state again, also after undo and
 * redo. */
guint64       gesso_history_get_state (GessoHistory *self);

guint64       gesso_history_get_bytes     (GessoHistory *self);
guint         gesso_history_get_n_entries (GessoHistory *self);
guint64       gesso_history_get_max_bytes (GessoHistory *self);
void          gesso_history_set_max_bytes (GessoHistory *self, guint64 max_bytes);

G_END_DECLS
