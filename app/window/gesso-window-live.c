/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Live painting in the window: which changes bring a picture, what it is made of, and what becomes of
 * it. It is on the canvas alone; only what is accepted goes into the painting and the history.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "candidates/gesso-candidate-look.h"
#include "engine/gesso-recipe.h"

#include <glib/gi18n.h>

#define PAUSE_MS 250 /* shorter than a look at what was painted, longer than from stroke to stroke */
#define STEPS 8      /* of which the denoising strength takes its part */

/* ---- What it is made of --------------------------------------------------------------------- */

static GessoOrder *
make_order (gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSettings) settings = NULL;
  GessoOrder *order;
  guint steps;

  if (!gesso_window_has_painting (self))
    return NULL;

  snapshot = gesso_painting_snapshot (self->painting);
  if (gesso_painting_is_changing (self->painting))
    {
      g_autoptr (GessoSnapshot) shared = g_steal_pointer (&snapshot);

      snapshot = gesso_snapshot_detach (shared);
    }
  settings = gesso_settings_copy (gesso_document_get_settings (self->document));
  g_object_get (settings, "steps", &steps, NULL);
  g_object_set (settings, "steps", MIN (steps, STEPS), NULL);
  order = gesso_order_new (snapshot, settings);
  gesso_order_set_draft (order, TRUE);

  return order;
}

static void
run (GessoOrder         *order,
     GessoJob           *job,
     GAsyncReadyCallback callback,
     gpointer            callback_data,
     gpointer            data)
{
  gesso_engine_run_async (((GessoWindow *) data)->engine, order, FALSE, job, callback,
                          callback_data);
}

static gboolean
finish (GObject *source, GAsyncResult *result, GError **error)
{
  return gesso_engine_run_finish (GESSO_ENGINE (source), result, error);
}

static const GessoLiveFuncs funcs = { make_order, run, finish };

/* ---- What brings one ------------------------------------------------------------------------ */

/* Who paints on does not look at candidates any more. */
static void
on_painted (GessoWindow *self)
{
  if (!gesso_live_get_enabled (self->live))
    return;

  gesso_live_touch (self->live, TRUE);
  if (self->job == NULL)
    gesso_candidate_strip_select (self->strip, NULL);
}

static void
on_setting_changed (GessoWindow *self)
{
  gesso_live_touch (self->live, FALSE);
}

/* The first picture is for the switch itself; a window that comes up with it on waits for more. */
static void
change_live (GSimpleAction *action, GVariant *state, gpointer data)
{
  GessoWindow *self = data;
  gboolean enabled = g_variant_get_boolean (state);

  gesso_live_set_enabled (self->live, enabled);
  on_painted (self);
}

static void
on_enabled_changed (GessoWindow *self)
{
  gboolean enabled = gesso_live_get_enabled (self->live);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "live");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (enabled));
  gesso_settings_pane_set_live (self->pane, enabled);
  if (self->store)
    g_settings_set_boolean (self->store, "live-painting", enabled);
}

static void
on_failed (GessoWindow *self, const char *message)
{
  /* Translators: a sentence that says why follows */
  g_autofree char *text = g_strdup_printf (_("Live painting is off. %s"), message);

  gesso_window_toast (self, text, _("Switch On"), "win.live");
}

/* ---- What becomes of it --------------------------------------------------------------------- */

GdkPaintable *
gesso_window_get_live_overlay (GessoWindow *self, GdkRectangle *area)
{
  GessoResult *result = self->live ? gesso_live_get_result (self->live) : NULL;

  if (result == NULL)
    return NULL;

  gesso_candidate_get_area (gesso_result_get_candidate (result), area);
  return GDK_PAINTABLE (self->live_texture);
}

void
gesso_window_enable_live (GessoWindow *self, gboolean shown)
{
  static const char *const names[] = { "accept-live", "dismiss-live" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), names[i]);

      if (action)
        g_simple_action_set_enabled (G_SIMPLE_ACTION (action), shown);
    }
}

static void
on_result_changed (GessoWindow *self)
{
  GessoResult *result = gesso_live_get_result (self->live);

  g_clear_object (&self->live_texture);
  if (result)
    self->live_texture = gesso_candidate_look_whole (gesso_result_get_candidate (result));
  gesso_window_update (self);
}

static void
accept_live (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GessoResult) result = NULL;
  g_autofree char *name = NULL;
  GessoCandidate *candidate;

  if (gesso_live_get_result (self->live) == NULL || gesso_painting_is_changing (self->painting))
    return;

  result = g_object_ref (gesso_live_get_result (self->live));
  candidate = gesso_result_get_candidate (result);
  name = gesso_recipe_dup_name (gesso_candidate_get_recipe (candidate));
  if (gesso_painting_accept_candidate (self->painting, candidate, name) == NULL)
    {
      gesso_window_toast (self, _("There are as many layers as there can be: merge some of them."),
                          NULL, NULL);
      return;
    }

  gesso_gallery_add (self->gallery, gesso_result_get_picture (result));
  gesso_live_settle (self->live); /* a picture of the picture is not what was asked for */
  gesso_live_dismiss (self->live);
}

static void
dismiss_live (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_live_dismiss (((GessoWindow *) data)->live);
}

/* What lies over the picture becomes a layer. What has the focus comes first. Not a binding of the
 * window's class: GtkWindow has one on Enter already, and only one of them is asked. */
static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoWindow           *self)
{
  if ((keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter) ||
      (state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;

  if (g_action_group_get_action_enabled (G_ACTION_GROUP (self), "accept-live"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "accept-live", NULL);
  else if (gesso_candidate_strip_get_selected (self->strip))
    gtk_widget_activate_action (GTK_WIDGET (self->strip), "candidate.accept", NULL);
  else
    return GDK_EVENT_PROPAGATE;

  return GDK_EVENT_STOP;
}

/* ---- Set-up --------------------------------------------------------------------------------- */

/* A window that is closed may live on for a moment, until the engine has answered it. */
static void
on_unmapped (GessoWindow *self)
{
  if (self->live)
    gesso_live_settle (self->live);
}

/* Not the seed, which every order rolls; the one that is there is used for all live pictures. */
static void
watch_settings (GessoWindow *self)
{
  static const char *const names[] = {
    "prompt", "negative-prompt", "model", "steps", "guidance-scale", "guidance-rescale", "sampler",
    "schedule", "rng", "clip-skip", "denoising-strength", "mask-feather", "mask-fill", "vae",
    "image-guidance", "refiner", "refiner-start",
  };
  GessoSettings *settings = gesso_document_get_settings (self->document);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect_object (settings, signal, G_CALLBACK (on_setting_changed), self,
                               G_CONNECT_SWAPPED);
    }
}

void
gesso_window_init_live (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "live", .state = "false", .change_state = change_live },
    { .name = "accept-live", .activate = accept_live },
    { .name = "dismiss-live", .activate = dismiss_live },
  };

  GtkEventController *keys = gtk_event_controller_key_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect (self, "unmap", G_CALLBACK (on_unmapped), NULL);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_key_pressed), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  self->live = gesso_live_new (&funcs, self, PAUSE_MS);
  gesso_live_bar_bind (gesso_canvas_view_get_live_bar (self->canvas), self->live);
  g_signal_connect_object (self->live, "notify::enabled", G_CALLBACK (on_enabled_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->live, "notify::result", G_CALLBACK (on_result_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->live, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  if (self->store)
    gesso_live_set_enabled (self->live, g_settings_get_boolean (self->store, "live-painting"));

  watch_settings (self);
  g_signal_connect_object (self->painting, "damaged", G_CALLBACK (on_painted), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "notify::frame", G_CALLBACK (on_painted), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "selection-changed", G_CALLBACK (on_painted), self,
                           G_CONNECT_SWAPPED);
}

void
gesso_window_close_live (GessoWindow *self)
{
  if (self->live == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->live, self); /* it stays switched on for the next time */
  gesso_live_close (self->live);
  g_clear_object (&self->live_texture);
  g_clear_object (&self->live);
}
