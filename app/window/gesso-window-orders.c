/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the painting to an order, and from its results to candidates, the document's pictures and
 * the history.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "document/gesso-document.h"
#include "engine/gesso-recipe.h"
#include "preferences/gesso-store.h"

#include <glib/gi18n.h>

#define VARIATION_STRENGTH 0.3 /* near enough to be recognized, far enough to be worth a look */

static GQuark
picture_quark (void)
{
  return g_quark_from_static_string ("gesso-candidate-picture");
}

/* NULL: it was made before this start. */
static GessoPicture *
get_picture (GessoCandidate *candidate)
{
  return g_object_get_qdata (G_OBJECT (gesso_candidate_get_original (candidate)), picture_quark ());
}

/* How far what an order is about has moved since, as the picture grew. */
static void
get_motion (GessoWindow *self, GessoOrder *order, int *dx, int *dy)
{
  GessoSnapshot *snapshot = gesso_order_get_snapshot (order);

  gesso_painting_get_origin (self->painting, dx, dy);
  *dx -= snapshot->origin_x;
  *dy -= snapshot->origin_y;
}

/* ---- Ordering ------------------------------------------------------------------------------- */

/* Whether the frame lies inside the picture as a whole. */
static gboolean
is_inside (GessoSnapshot *snapshot)
{
  const GdkRectangle *frame = &snapshot->frame;

  return frame->x >= 0 && frame->y >= 0 && frame->x + frame->width <= (int) snapshot->width &&
         frame->y + frame->height <= (int) snapshot->height;
}

static gboolean
has_mask (GessoSnapshot *snapshot)
{
  GdkRectangle bounds;

  for (guint k = 0; k < snapshot->layers->len; k++)
    {
      const GessoLayerState *layer = g_ptr_array_index (snapshot->layers, k);

      if (layer->kind == GESSO_LAYER_MASK && layer->visible &&
          gesso_tiles_get_bounds (layer->tiles, &bounds))
        return TRUE;
    }

  return snapshot->selection != NULL;
}

static gboolean
guides (const GessoLayerState *layer)
{
  return layer->control != NULL;
}

/* Without a mask, and unless there is something on the canvas to start from, pictures come from the
 * prompt alone and what guides it, as many as one likes, one over the other. */
static GessoSnapshot *
take_snapshot (GessoWindow *self)
{
  g_autoptr (GessoSnapshot) snapshot = gesso_painting_snapshot (self->painting);
  GessoSnapshot *empty;

  if (gesso_document_get_start (self->document) || has_mask (snapshot) || !is_inside (snapshot) ||
      (gesso_document_get_use_canvas (self->document) &&
       gesso_snapshot_is_painted (snapshot, &snapshot->frame)))
    return g_steal_pointer (&snapshot);

  empty = gesso_snapshot_new (snapshot->width, snapshot->height);
  empty->frame = snapshot->frame;
  empty->origin_x = snapshot->origin_x;
  empty->origin_y = snapshot->origin_y;
  for (guint k = 0; k < snapshot->layers->len; k++)
    if (guides (g_ptr_array_index (snapshot->layers, k)))
      g_ptr_array_add (empty->layers,
                       gesso_layer_state_ref (g_ptr_array_index (snapshot->layers, k)));
  return empty;
}

static guint
get_batch (GessoWindow *self)
{
  return self->store ? g_settings_get_uint (self->store, "batch") : 1;
}

static void
push (GessoWindow *self, GessoOrder *order)
{
  if (self->store)
    g_settings_apply (self->store);
  gesso_banner_hide_error (self->banner);
  gesso_candidate_strip_select (self->strip, NULL);
  gesso_queue_set_paused (self->queue, FALSE);
  gesso_queue_push (self->queue, order);
  gesso_live_settle (self->live); /* this is the picture of what was painted */
}

void
gesso_window_order (GessoWindow *self)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);
  g_autoptr (GessoSnapshot) snapshot = take_snapshot (self);
  g_autoptr (GessoOrder) order = NULL;
  gboolean locked;

  g_object_get (settings, "seed-locked", &locked, NULL);
  if (!locked)
    gesso_settings_roll_seed (settings);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_batch (order, get_batch (self));
  push (self, order);
}

/* ---- From candidates ------------------------------------------------------------------------ */

static void
on_more_like_this (GessoWindow *self, const char *text)
{
  g_autoptr (GVariant) recipe = gesso_recipe_parse (text);
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSettings) settings = NULL;
  g_autoptr (GessoOrder) order = NULL;
  GdkRectangle area;

  if (recipe == NULL)
    return;

  snapshot = take_snapshot (self);
  settings = gesso_settings_copy (gesso_document_get_settings (self->document));
  gesso_settings_take_variant (settings, recipe);
  order = gesso_order_new (snapshot, settings);
  if (gesso_candidate_strip_get_selected (self->strip))
    {
      gesso_candidate_get_area (gesso_candidate_strip_get_selected (self->strip), &area);
      gesso_order_set_area (order, &area);
    }
  gesso_order_set_variation (order, g_random_int (), VARIATION_STRENGTH);
  gesso_order_set_batch (order, MAX (get_batch (self), 2));
  push (self, order);
}

static void
on_reuse_seed (GessoWindow *self, const char *text)
{
  g_autoptr (GVariant) recipe = gesso_recipe_parse (text);

  if (recipe == NULL)
    return;

  g_object_set (gesso_document_get_settings (self->document),
                "seed", gesso_recipe_get_uint64 (recipe, "seed", 0), "seed-locked", TRUE, NULL);
  gesso_window_toast (self, _("The seed is kept for the next pictures"), NULL, NULL);
}

/* The rest of its steps, with what the prompt, the mask and the guidance are now. */
static void
on_continue (GessoWindow *self, GessoTrail *trail, guint step)
{
  g_autoptr (GessoSnapshot) snapshot = take_snapshot (self);
  g_autoptr (GessoOrder) order =
      gesso_order_new (snapshot, gesso_document_get_settings (self->document));
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self->strip);
  GdkRectangle area;

  gesso_order_set_resume (order, trail, step);
  if (selected)
    {
      gesso_candidate_get_area (selected, &area);
      gesso_order_set_area (order, &area);
    }
  push (self, order);
}

static void
on_discarded (GessoWindow *self, guint n)
{
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u candidate discarded", "%u candidates discarded", n), n);

  gesso_window_toast (self, text, _("Undo"), "win.undo-discard");
}

static void
undo_discard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_candidate_strip_undo_discard (((GessoWindow *) data)->strip);
}

static void
resume_queue (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->queue)
    gesso_queue_set_paused (self->queue, FALSE);
}

/* Save and Copy are about the picture that is looked at. */
static void
on_selected (GessoWindow *self)
{
  GessoCandidate *candidate = gesso_candidate_strip_get_selected (self->strip);
  GessoPicture *picture = candidate ? get_picture (candidate) : NULL;

  if (picture && self->document)
    gesso_document_set_picture (self->document, picture);
}

/* The other way round: Previous and Next choose candidates. */
void
gesso_window_choose_picture (GessoWindow *self)
{
  GessoPicture *picture = gesso_document_get_picture (self->document);
  GListModel *candidates = gesso_painting_get_candidates (self->painting);
  guint n = g_list_model_get_n_items (candidates);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoCandidate) candidate = g_list_model_get_item (candidates, i);

      if (picture && get_picture (candidate) == picture)
        gesso_candidate_strip_select (self->strip, candidate);
    }
}

/* ---- Results -------------------------------------------------------------------------------- */

static void
on_result (GessoWindow *self, GessoOrder *order, GessoResult *result)
{
  GessoPicture *picture = gesso_result_get_picture (result);
  int dx, dy;

  if (self->document == NULL)
    return;

  g_object_set_qdata_full (G_OBJECT (gesso_result_get_candidate (result)), picture_quark (),
                           g_object_ref (picture), g_object_unref);
  /* Chosen only if none is: who flips through the first ones is not disturbed by the last. */
  if (gesso_candidate_strip_get_selected (self->strip) == NULL)
    gesso_document_add_picture (self->document, picture);
  else
    {
      GessoPicture *current = gesso_document_get_picture (self->document);

      gesso_document_add_picture (self->document, picture);
      gesso_document_set_picture (self->document, current);
    }
  get_motion (self, order, &dx, &dy);
  gesso_candidate_strip_add_result (self->strip, result, dx, dy);
  gesso_gallery_add (self->gallery, picture);
}

static void
on_progress (GessoWindow *self)
{
  GessoJob *job = gesso_queue_get_job (self->queue);
  GdkTexture *preview = job ? gesso_job_get_preview (job) : NULL;
  GdkRectangle area = { 0 };

  if (self->document == NULL)
    return;

  if (job)
    {
      int dx, dy;

      gesso_order_get_area (gesso_queue_get_running (self->queue), &area);
      get_motion (self, gesso_queue_get_running (self->queue), &dx, &dy);
      area.x += dx;
      area.y += dy;
    }
  gesso_candidate_strip_set_pending (self->strip, gesso_queue_get_n_left (self->queue),
                                     GDK_PAINTABLE (preview), &area);
  gesso_live_set_held (self->live, job != NULL);
  if (job != self->job)
    gesso_window_set_job (self, job);
  else
    gesso_window_update_waiting (self); /* there may be others */
}

/* Once, until they are others: the next pictures are mostly of the same prompt. */
static void
show_notes (GessoWindow *self, GessoOrder *order)
{
  const char *const *notes = gesso_order_get_notes (order);
  g_autofree char *all = notes ? g_strjoinv ("\n", (char **) notes) : g_strdup ("");

  for (guint i = 0; notes && notes[i] && g_strcmp0 (all, self->notes) != 0; i++)
    gesso_window_toast (self, notes[i], NULL, NULL);
  g_free (self->notes);
  self->notes = g_steal_pointer (&all);
}

static void
on_done (GessoWindow *self, GessoOrder *order, const GError *error)
{
  if (self->document == NULL)
    return;

  gesso_window_count_tokens (self);
  gesso_window_remember_pace (self, order);
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gesso_window_set_error (self, error);
  else if (error == NULL)
    {
      show_notes (self, order);
      gesso_window_notify_when_away (self, order);
    }
}

/* What another device has not made stays on the banner until something is begun again. */
static void
on_paused (GessoWindow *self)
{
  if (self->document && !gesso_queue_get_paused (self->queue))
    gesso_banner_hide_error (self->banner);
}

static void
on_moved (GessoWindow *self, GessoOrder *order, const char *why)
{
  if (self->document)
    gesso_window_toast (self, why, NULL, NULL);
}

static void
on_gallery_failed (GessoWindow *self, const char *message)
{
  if (self->document)
    gesso_window_toast (self, message, NULL, NULL);
}

/* ---- Set-up --------------------------------------------------------------------------------- */

static void
follow_gallery_folder (GessoWindow *self)
{
  g_autoptr (GFile) folder = gesso_store_get_gallery_folder (self->store);

  if (self->gallery)
    gesso_gallery_set_folder (self->gallery, g_file_peek_path (folder));
  else
    self->gallery = gesso_gallery_new (g_file_peek_path (folder));
}

void
gesso_window_init_orders (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "undo-discard", .activate = undo_discard },
    { .name = "resume-queue", .activate = resume_queue },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);

  follow_gallery_folder (self);
  if (self->store)
    g_signal_connect_object (self->store, "changed::gallery-folder",
                             G_CALLBACK (follow_gallery_folder), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gallery, "failed", G_CALLBACK (on_gallery_failed), self,
                           G_CONNECT_SWAPPED);

  self->queue = gesso_queue_new (self->engine);
  g_signal_connect_object (self->queue, "progress", G_CALLBACK (on_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "result", G_CALLBACK (on_result), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "done", G_CALLBACK (on_done), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "moved", G_CALLBACK (on_moved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::paused", G_CALLBACK (on_paused), self, G_CONNECT_SWAPPED);

  gesso_queue_button_set_queue (self->queue_button, self->queue);
  if (self->store)
    g_settings_bind (self->store, "batch", self->queue_button, "batch", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->queue, "items-changed", G_CALLBACK (gesso_window_write_note), self,
                           G_CONNECT_SWAPPED);

  gesso_candidate_strip_set_engine (self->strip, self->engine);
  gesso_candidate_strip_add_keys (self->strip,
                                  GTK_WIDGET (gesso_canvas_view_get_canvas (self->canvas)));
  g_signal_connect_object (self->strip, "overlay-changed", G_CALLBACK (gesso_window_update_overlay),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "notify::selected", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "discarded", G_CALLBACK (on_discarded), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "more-like-this", G_CALLBACK (on_more_like_this), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "continue", G_CALLBACK (on_continue), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->strip, "reuse-seed", G_CALLBACK (on_reuse_seed), self,
                           G_CONNECT_SWAPPED);
}

gboolean
gesso_window_has_orders (GessoWindow *self)
{
  return self->queue && g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0;
}

/* With the painting that they are about. */
void
gesso_window_keep_orders (GessoWindow *self)
{
  g_autofree char *folder = g_build_filename (gesso_journal_get_path (self->journal), "queue", NULL);

  gesso_queue_keep_in (self->queue, folder);
  if (gesso_window_has_orders (self))
    gesso_window_toast (self, _("Pictures of the last time are still waiting"), _("Make Them"),
                        "win.resume-queue");
}

void
gesso_window_close_orders (GessoWindow *self)
{
  gesso_window_close_live (self);
  gesso_window_close_history (self);
  gesso_queue_button_set_queue (self->queue_button, NULL);
  if (self->queue)
    gesso_queue_close (self->queue);
  gesso_candidate_strip_set_painting (self->strip, NULL);
  g_clear_object (&self->queue);
  g_clear_object (&self->gallery);
}
