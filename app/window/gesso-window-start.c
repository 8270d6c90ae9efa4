/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start picture and its mask. */
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
  g_set_object (&self->undo_mask, gesso_document_get_mask (self->document));
  gesso_window_set_start (self, NULL);
  gesso_window_toast (self, _("Start picture removed"), _("Undo"), "win.undo-remove-start");
}

static void
undo_remove_start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->undo_start == NULL)
    return;

  gesso_document_restore_start (self->document, self->undo_start, self->undo_mask);
  g_clear_object (&self->undo_start);
  g_clear_object (&self->undo_mask);
  self->show_start = TRUE;
  gesso_window_update (self);
}

static void
change_paint_mask (GSimpleAction *action, GVariant *state, gpointer data)
{
  GessoWindow *self = data;
  gboolean painting = g_variant_get_boolean (state);

  if (painting && gesso_document_get_start (self->document) == NULL)
    return;

  self->painting = painting;
  g_simple_action_set_state (action, state);
  if (painting)
    self->show_start = TRUE;
  gesso_window_update (self);
  gesso_canvas_view_set_painting (self->canvas, painting);
}

static void
undo_mask (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_mask_undo (gesso_document_get_mask (((GessoWindow *) data)->document));
}

static void
clear_mask (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_mask_clear (gesso_document_get_mask (((GessoWindow *) data)->document));
}

void
gesso_window_init_mask (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "use-as-start", .activate = use_as_start },
    { .name = "remove-start", .activate = remove_start },
    { .name = "undo-remove-start", .activate = undo_remove_start },
    { .name = "paint-mask", .state = "false", .change_state = change_paint_mask },
    { .name = "undo-mask", .activate = undo_mask },
    { .name = "clear-mask", .activate = clear_mask },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
