/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with candidates: accepted, discarded and brought back, gone on from. */
#include "config.h"

#include "gesso-candidate-strip-private.h"

#include "engine/gesso-recipe.h"

/* ---- Accept and discard --------------------------------------------------------------------- */

/* Chooses the one that came into the place of the one that went. */
static void
choose_neighbour (GessoCandidateStrip *self, guint position)
{
  guint n = gesso_candidate_strip_get_n (self);

  gtk_single_selection_set_selected (self->selection,
                                     n ? MIN (position, n - 1) : GTK_INVALID_LIST_POSITION);
}

static void
accept (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GessoCandidateStrip *self = GESSO_CANDIDATE_STRIP (widget);
  GessoCandidate *candidate = gesso_candidate_strip_get_selected (self);
  g_autofree char *name = NULL;
  GessoLayer *layer;

  if (candidate == NULL || gesso_painting_is_changing (self->painting))
    return;

  name = gesso_recipe_dup_name (gesso_candidate_get_recipe (candidate));
  layer = gesso_painting_accept_candidate (self->painting, candidate, name);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  if (layer)
    g_signal_emit_by_name (self, "accepted", layer);
}

static void
start_discarding (GessoCandidateStrip *self)
{
  g_ptr_array_set_size (self->discarded, 0);
}

static void
end_discarding (GessoCandidateStrip *self)
{
  self->discard_state = gesso_history_get_state (gesso_painting_get_history (self->painting));
  g_signal_emit_by_name (self, "discarded", self->discarded->len);
}

static void
discard (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GessoCandidateStrip *self = GESSO_CANDIDATE_STRIP (widget);
  GessoCandidate *candidate = gesso_candidate_strip_get_selected (self);
  guint position = gtk_single_selection_get_selected (self->selection);

  if (candidate == NULL || gesso_painting_is_changing (self->painting))
    return;

  start_discarding (self);
  g_ptr_array_add (self->discarded, g_object_ref (candidate));
  gesso_painting_discard_candidate (self->painting, candidate);
  choose_neighbour (self, position);
  end_discarding (self);
}

static void
discard_all (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GessoCandidateStrip *self = GESSO_CANDIDATE_STRIP (widget);

  if (gesso_candidate_strip_get_n (self) == 0 || gesso_painting_is_changing (self->painting))
    return;

  start_discarding (self);
  for (guint i = 0; i < gesso_candidate_strip_get_n (self); i++)
    g_ptr_array_add (self->discarded, gesso_candidate_strip_dup_candidate (self, i));
  gesso_painting_discard_candidates (self->painting);
  end_discarding (self);
}

void
gesso_candidate_strip_undo_discard (GessoCandidateStrip *self)
{
  if (self->painting == NULL || self->discarded->len == 0)
    return;

  /* Where nothing was done since, undoing is just that; else they come back as they came. */
  if (gesso_history_get_state (gesso_painting_get_history (self->painting)) == self->discard_state)
    gesso_painting_undo (self->painting);
  for (guint i = 0; i < self->discarded->len; i++)
    {
      GessoCandidate *candidate = g_ptr_array_index (self->discarded, i);
      gboolean back = FALSE;

      for (guint k = 0; k < gesso_candidate_strip_get_n (self) && !back; k++)
        {
          g_autoptr (GessoCandidate) other = gesso_candidate_strip_dup_candidate (self, k);

          back = other == candidate;
        }
      if (!back)
        gesso_painting_add_candidate (self->painting, candidate);
    }
  gesso_candidate_strip_select (self, g_ptr_array_index (self->discarded, 0));
  g_ptr_array_set_size (self->discarded, 0);
}

/* ---- Going on from one ---------------------------------------------------------------------- */

static void
emit_recipe (GessoCandidateStrip *self, const char *signal)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);

  if (selected && gesso_candidate_get_recipe (selected))
    g_signal_emit_by_name (self, signal, gesso_candidate_get_recipe (selected));
}

static void
more_like_this (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit_recipe (GESSO_CANDIDATE_STRIP (widget), "more-like-this");
}

static void
reuse_seed (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit_recipe (GESSO_CANDIDATE_STRIP (widget), "reuse-seed");
}

/* ---- Actions -------------------------------------------------------------------------------- */

void
gesso_candidate_strip_enable_actions (GessoCandidateStrip *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean selected = gesso_candidate_strip_get_selected (self) != NULL;

  gtk_widget_action_set_enabled (widget, "candidate.accept", selected);
  gtk_widget_action_set_enabled (widget, "candidate.discard", selected);
  gtk_widget_action_set_enabled (widget, "candidate.more-like-this", selected);
  gtk_widget_action_set_enabled (widget, "candidate.reuse-seed", selected);
  gtk_widget_action_set_enabled (widget, "candidate.discard-all",
                                 gesso_candidate_strip_get_n (self) > 0);
}

void
gesso_candidate_strip_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "candidate.accept", NULL, accept);
  gtk_widget_class_install_action (widget_class, "candidate.discard", NULL, discard);
  gtk_widget_class_install_action (widget_class, "candidate.discard-all", NULL, discard_all);
  gtk_widget_class_install_action (widget_class, "candidate.more-like-this", NULL, more_like_this);
  gtk_widget_class_install_action (widget_class, "candidate.reuse-seed", NULL, reuse_seed);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "candidate.discard", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "candidate.discard", NULL);
}
