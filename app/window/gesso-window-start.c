/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start picture. */
#include "config.h"

#include "gesso-window-private.h"

#include <glib/gi18n.h>

static void
use_as_start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  gesso_window_set_start (self, gesso_document_get_picture (self->document));
}

static void
remove_start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  g_set_object (&self->undo_start, gesso_document_get_start (self->document));
  gesso_document_set_use_canvas (self->document, FALSE); /* where its layer still is */
  gesso_window_set_start (self, NULL);
  gesso_window_toast (self, _("Start picture removed"), _("Undo"), "win.undo-remove-start");
}

static void
undo_remove_start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->undo_start == NULL)
    return;

  gesso_document_set_use_canvas (self->document, TRUE);
  gesso_document_set_start (self->document, self->undo_start);
  g_clear_object (&self->undo_start);
  gesso_window_place_start (self, gesso_document_get_start (self->document));
  gesso_window_update (self);
}

/* It comes and goes with its layer, so that undoing takes all of it away. After a restart there may be
 * one without a layer of its own: it stays. */
void
gesso_window_follow_start_layer (GessoWindow *self)
{
  GessoPicture *start = self->document ? gesso_document_get_start (self->document) : NULL;
  const gboolean had_layer = self->start_placed;

  if (self->document == NULL || gesso_painting_is_changing (self->painting))
    return;

  self->start_placed = start && gesso_window_find_placed (self, start);
  if (start && had_layer && !self->start_placed)
    {
      g_set_object (&self->gone_start, start);
      gesso_document_set_start (self->document, NULL);
      gesso_window_update (self);
    }
  else if (start == NULL && self->gone_start && gesso_window_find_placed (self, self->gone_start))
    {
      self->start_placed = TRUE;
      gesso_document_set_start (self->document, self->gone_start);
      g_clear_object (&self->gone_start);
      gesso_window_update (self);
    }
}

void
gesso_window_init_start (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "use-as-start", .activate = use_as_start },
    { .name = "remove-start", .activate = remove_start },
    { .name = "undo-remove-start", .activate = undo_remove_start },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
