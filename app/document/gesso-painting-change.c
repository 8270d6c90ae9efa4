/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes of a painting: an entry of the history is the snapshots from before and after it, which
 * share all that did not change. Taking it back gives every part in which the two differ the value
 * from before, and leaves the others alone: candidates that came since, for example, stay.
 */
#include "config.h"

#include "gesso-painting-private.h"

#include <glib/gi18n.h>

#define MERGE_US G_USEC_PER_SEC /* a slider's next step comes sooner */

typedef struct
{
  GessoPainting *painting; /* which owns the history that owns this */
  GessoSnapshot *before, *after;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  gesso_snapshot_unref (change->before);
  gesso_snapshot_unref (change->after);
  g_free (change);
}

static void
run_change (gboolean undo, gpointer data)
{
  Change *change = data;

  if (undo)
    gesso_painting_apply (change->painting, change->after, change->before);
  else
    gesso_painting_apply (change->painting, change->before, change->after);
}

/* ---- Applying ------------------------------------------------------------------------------- */

/* The list becomes what the snapshot says, in one splice of the part that differs. */
static void
apply_order (GessoPainting *self, GessoSnapshot *to)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  guint n_old = gesso_painting_get_n_layers (self), n_same = 0, n_tail = 0;

  for (guint i = 0; i < to->layers->len; i++)
    {
      GessoLayerState *state = g_ptr_array_index (to->layers, i);

      g_ptr_array_add (wanted, g_hash_table_lookup (self->known, &state->id));
    }
  while (n_same < MIN (n_old, wanted->len) &&
         gesso_painting_get_layer (self, n_same) == g_ptr_array_index (wanted, n_same))
    n_same++;
  while (n_tail < MIN (n_old, wanted->len) - n_same &&
         gesso_painting_get_layer (self, n_old - 1 - n_tail) ==
             g_ptr_array_index (wanted, wanted->len - 1 - n_tail))
    n_tail++;
  if (n_same + n_tail < MAX (n_old, wanted->len))
    g_list_store_splice (self->layers, n_same, n_old - n_same - n_tail, wanted->pdata + n_same,
                         wanted->len - n_same - n_tail);
}

/* A layer that is not in the painting has no pixels: the history counts what it keeps. */
static void
empty_removed (GessoPainting *self, GessoSnapshot *from, GessoSnapshot *to)
{
  for (guint i = 0; i < from->layers->len; i++)
    {
      GessoLayerState *state = g_ptr_array_index (from->layers, i);
      GessoLayer *layer = g_hash_table_lookup (self->known, &state->id);

      if (gesso_snapshot_find_layer (to, state->id) == NULL && layer)
        {
          GessoLayerState *empty = gesso_layer_edit_state (layer);
          guint n_channels = gesso_tiles_get_n_channels (empty->tiles);

          gesso_tiles_unref (empty->tiles);
          empty->tiles = gesso_tiles_new (n_channels);
        }
    }
}

static void
apply_candidates (GessoPainting *self, GessoSnapshot *from, GessoSnapshot *to)
{
  guint position;

  for (guint i = 0; i < from->candidates->len; i++)
    {
      gpointer candidate = g_ptr_array_index (from->candidates, i);

      if (!g_ptr_array_find (to->candidates, candidate, NULL) &&
          g_list_store_find (self->candidates, candidate, &position))
        g_list_store_remove (self->candidates, position);
    }
  for (guint i = 0; i < to->candidates->len; i++)
    {
      gpointer candidate = g_ptr_array_index (to->candidates, i);
      guint n = g_list_model_get_n_items (G_LIST_MODEL (self->candidates));

      if (!g_ptr_array_find (from->candidates, candidate, NULL))
        g_list_store_insert (self->candidates, MIN (i, n), candidate);
    }
}

static void
apply_active (GessoPainting *self, GessoSnapshot *to)
{
  GessoLayer *wanted = g_hash_table_lookup (self->known, &to->active);

  if (gesso_painting_find_layer (self, wanted, NULL))
    gesso_painting_take_active (self, wanted);
  else if (!gesso_painting_find_layer (self, self->active, NULL))
    gesso_painting_take_active (self, gesso_painting_get_layer (self, 0));
}

void
gesso_painting_apply (GessoPainting *self, GessoSnapshot *from, GessoSnapshot *to)
{
  gboolean reordered = !gesso_painting_same_order (from, to);

  for (guint i = 0; i < to->layers->len; i++)
    {
      GessoLayerState *state = g_ptr_array_index (to->layers, i);

      if (gesso_snapshot_find_layer (from, state->id) != state)
        gesso_layer_take_state (g_hash_table_lookup (self->known, &state->id), state);
    }
  if (reordered)
    {
      apply_order (self, to);
      apply_active (self, to);
      empty_removed (self, from, to);
    }
  apply_candidates (self, from, to);
  if (from->width != to->width || from->height != to->height)
    gesso_painting_take_size (self, to->width, to->height);
  if (!gdk_rectangle_equal (&from->frame, &to->frame))
    gesso_painting_take_frame (self, &to->frame);
  if (from->selection != to->selection)
    gesso_painting_take_selection (self, to->selection);

  gesso_painting_damage_difference (self, from, to);
}

/* ---- Begin and end -------------------------------------------------------------------------- */

void
gesso_painting_begin_merging (GessoPainting *self, const char *name, const char *key, gpointer what)
{
  if (self->depth++ > 0)
    return;

  gesso_history_begin (self->history, name);
  self->before = gesso_painting_snapshot (self);
  self->name = g_strdup (name);
  self->key = key;
  self->what = what;
  self->cancelled = FALSE;
}

void
gesso_painting_begin (GessoPainting *self, const char *name)
{
  gesso_painting_begin_merging (self, name, NULL, NULL);
}

gboolean
gesso_painting_is_changing (GessoPainting *self)
{
  return self->depth > 0;
}

/* What was written but is as it was, and what became empty, costs nothing any more. */
static void
tidy_layers (GessoPainting *self)
{
  for (guint i = 0; i < gesso_painting_get_n_layers (self); i++)
    {
      GessoLayer *layer = gesso_painting_get_layer (self, i);
      const GessoLayerState *state = gesso_layer_get_state (layer);
      GessoLayerState *before = gesso_snapshot_find_layer (self->before, state->id);

      if (state == before)
        continue;
      if (before == NULL || state->tiles != before->tiles)
        gesso_tiles_tidy (gesso_layer_edit_tiles (layer), before ? before->tiles : NULL);
      if (before && gesso_layer_state_same (gesso_layer_get_state (layer), before))
        gesso_layer_take_state (layer, before);
    }
}

static gboolean
can_join (GessoPainting *self)
{
  return self->key && self->last_change && self->last_key == self->key &&
         self->last_what == self->what &&
         gesso_history_get_state (self->history) == self->joinable &&
         g_get_monotonic_time () - self->last_time < MERGE_US;
}

static void
commit (GessoPainting *self, GessoSnapshot *after)
{
  Change *change;

  if (can_join (self))
    {
      change = self->last_change;
      gesso_snapshot_unref (change->after);
      change->after = gesso_snapshot_ref (after);
      gesso_history_end (self->history);
      gesso_history_extend (self->history, gesso_painting_get_cost (change->before, after));
    }
  else
    {
      change = g_new0 (Change, 1);
      change->painting = self;
      change->before = gesso_snapshot_ref (self->before);
      change->after = gesso_snapshot_ref (after);
      gesso_history_push (self->history, self->name, gesso_painting_get_cost (self->before, after), run_change,
                          change, change_free);
      gesso_history_end (self->history);
    }

  self->last_change = change;
  self->last_key = self->key;
  self->last_what = self->what;
  self->last_time = g_get_monotonic_time ();
  self->joinable = gesso_history_get_state (self->history);
}

void
gesso_painting_end (GessoPainting *self)
{
  g_autoptr (GessoSnapshot) before = NULL;
  g_autoptr (GessoSnapshot) after = NULL;
  gboolean changed = FALSE;

  g_return_if_fail (self->depth > 0);

  if (self->depth > 1)
    {
      self->depth--;
      return;
    }

  if (!self->cancelled)
    tidy_layers (self);
  after = gesso_painting_snapshot (self);
  if (self->cancelled)
    {
      gesso_painting_apply (self, after, self->before);
      gesso_history_cancel (self->history);
    }
  else if (!gesso_painting_is_same (self->before, after))
    {
      commit (self, after);
      empty_removed (self, self->before, after);
      changed = TRUE;
    }
  else
    gesso_history_end (self->history);

  self->depth = 0;
  before = g_steal_pointer (&self->before);
  g_clear_pointer (&self->name, g_free);
  if (changed)
    gesso_painting_emit_changed (self);
}

void
gesso_painting_cancel (GessoPainting *self)
{
  g_return_if_fail (self->depth > 0);

  self->cancelled = TRUE;
  gesso_painting_end (self);
}

gboolean
gesso_painting_undo (GessoPainting *self)
{
  if (self->depth > 0 || !gesso_history_undo (self->history))
    return FALSE;

  gesso_painting_emit_changed (self);
  return TRUE;
}

gboolean
gesso_painting_redo (GessoPainting *self)
{
  if (self->depth > 0 || !gesso_history_redo (self->history))
    return FALSE;

  gesso_painting_emit_changed (self);
  return TRUE;
}

/* ---- For operations ------------------------------------------------------------------------- */

GessoSnapshot *
gesso_painting_begin_operation (GessoPainting *self, const char *name)
{
  gesso_painting_begin (self, name);

  return gesso_painting_snapshot (self);
}

void
gesso_painting_end_operation (GessoPainting *self, GessoSnapshot *before)
{
  g_autoptr (GessoSnapshot) after = gesso_painting_snapshot (self);

  gesso_painting_damage_difference (self, before, after);
  gesso_snapshot_unref (before);
  g_clear_pointer (&after, gesso_snapshot_unref);
  gesso_painting_end (self);
}

gboolean
gesso_painting_check_layer (GessoPainting *self, GessoLayer *layer, GError **error)
{
  if (!gesso_painting_find_layer (self, layer, NULL))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _("There is no layer to work on: add one, or select one in the list."));
  else if (gesso_layer_get_locked (layer))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY,
                 /* Translators: the name of a layer */
                 _("The layer “%s” is locked: unlock it to change it."), gesso_layer_get_name (layer));
  else if (!gesso_layer_get_visible (layer))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY,
                 /* Translators: the name of a layer */
                 _("The layer “%s” is hidden: show it to change it."), gesso_layer_get_name (layer));
  else
    return TRUE;

  return FALSE;
}

GessoTiles *
gesso_painting_edit (GessoPainting *self, GessoLayer *layer, GError **error)
{
  g_return_val_if_fail (self->depth > 0, NULL);

  if (!gesso_painting_check_layer (self, layer, error))
    return NULL;

  return gesso_layer_edit_tiles (layer);
}
