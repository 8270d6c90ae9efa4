/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo and redo, the selection, and masks as a whole. */
#include "config.h"

#include "gesso-window-private.h"

#include "document/gesso-selection.h"

#include <glib/gi18n.h>

static GessoToolbox *
get_toolbox (GessoWindow *self)
{
  return gesso_canvas_get_toolbox (gesso_canvas_view_get_canvas (self->canvas));
}

static void
get_picture (GessoWindow *self, GdkRectangle *picture)
{
  *picture = (GdkRectangle) { 0, 0, (int) gesso_painting_get_width (self->painting),
                              (int) gesso_painting_get_height (self->painting) };
}

static void
say (GessoWindow *self, const GError *error)
{
  if (error)
    gesso_window_toast (self, error->message, NULL, NULL);
}

/* ---- Undo ----------------------------------------------------------------------------------- */

static void
undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_painting_undo (((GessoWindow *) data)->painting);
}

static void
redo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_painting_redo (((GessoWindow *) data)->painting);
}

/* ---- The selection -------------------------------------------------------------------------- */

static void
select_all (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_painting_set_selection (((GessoWindow *) data)->painting, _("Select All"), NULL);
}

static void
invert_selection (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoTiles *old = gesso_painting_get_selection (self->painting);
  g_autoptr (GessoTiles) inverted = NULL;
  GdkRectangle picture;

  if (old == NULL)
    return;

  get_picture (self, &picture);
  inverted = gesso_selection_invert (old, &picture);
  gesso_painting_set_selection (self->painting, _("Invert Selection"), inverted);
}

static void
clear_selected (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoLayer *active = gesso_painting_get_active (self->painting);
  g_autoptr (GError) error = NULL;

  if (active)
    gesso_painting_clear_layer (self->painting, active, &error);
  say (self, error);
}

/* ---- Masks ---------------------------------------------------------------------------------- */

static void
mask_selection (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoTiles *selection = gesso_painting_get_selection (self->painting);
  g_autoptr (GError) error = NULL;
  GessoLayer *mask;

  gesso_painting_begin (self->painting, _("Mask From Selection"));
  mask = gesso_toolbox_get_mask (get_toolbox (self), TRUE);
  if (mask)
    gesso_selection_to_layer (self->painting, selection, mask, _("Mask From Selection"), &error);
  gesso_toolbox_follow_mask (get_toolbox (self));
  gesso_painting_end (self->painting);
  say (self, error);
}

static void
clear_mask (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoLayer *mask = gesso_toolbox_get_mask (get_toolbox (self), FALSE);
  g_autoptr (GError) error = NULL;

  if (mask)
    gesso_painting_clear_layer (self->painting, mask, &error);
  say (self, error);
}

static gboolean
is_on_mask (GessoWindow *self)
{
  GessoToolKind kind = gesso_toolbox_get_kind (get_toolbox (self));

  return kind == GESSO_TOOL_MASK_BRUSH || kind == GESSO_TOOL_MASK_ERASER;
}

static void
change_paint_mask (GSimpleAction *action, GVariant *state, gpointer data)
{
  GessoWindow *self = data;

  if (g_variant_get_boolean (state) == is_on_mask (self))
    return;

  gesso_toolbox_set_kind (get_toolbox (self), g_variant_get_boolean (state) ? GESSO_TOOL_MASK_BRUSH
                                                                            : GESSO_TOOL_BRUSH);
  gtk_widget_grab_focus (GTK_WIDGET (gesso_canvas_view_get_canvas (self->canvas)));
}

static void
on_tool_changed (GessoWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "paint-mask");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (is_on_mask (self)));
}

void
gesso_window_init_edit (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "undo", .activate = undo },
    { .name = "redo", .activate = redo },
    { .name = "select-all", .activate = select_all },
    { .name = "invert-selection", .activate = invert_selection },
    { .name = "clear-selected", .activate = clear_selected },
    { .name = "mask-selection", .activate = mask_selection },
    { .name = "clear-mask", .activate = clear_mask },
    { .name = "paint-mask", .state = "false", .change_state = change_paint_mask },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (get_toolbox (self), "notify::tool", G_CALLBACK (on_tool_changed), self,
                           G_CONNECT_SWAPPED);
}
