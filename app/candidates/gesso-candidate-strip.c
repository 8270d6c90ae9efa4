/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strip: which candidate is chosen, what of it is shown, and what comes in. */
#include "config.h"

#include "gesso-candidate-strip-private.h"

#include "candidates/gesso-candidate-look.h"
#include "candidates/gesso-candidate-places.h"
#include "window/gesso-reflow-layout.h"

#include <glib/gi18n.h>

enum
{
  PROP_0,
  PROP_SELECTED,
  N_PROPS
};

enum
{
  OVERLAY_CHANGED,
  ACCEPTED,
  DISCARDED,
  MORE_LIKE_THIS,
  REUSE_SEED,
  CONTINUE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoCandidateStrip, gesso_candidate_strip, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GQuark
trail_quark (void)
{
  return g_quark_from_static_string ("gesso-candidate-trail");
}

/* NULL: its steps were not kept. */
static GessoTrail *
get_trail (GessoCandidate *candidate)
{
  return g_object_get_qdata (G_OBJECT (gesso_candidate_get_original (candidate)), trail_quark ());
}

GListModel *
gesso_candidate_strip_get_candidates (GessoCandidateStrip *self)
{
  return gtk_single_selection_get_model (self->selection);
}

guint
gesso_candidate_strip_get_n (GessoCandidateStrip *self)
{
  GListModel *candidates = gesso_candidate_strip_get_candidates (self);

  return candidates ? g_list_model_get_n_items (candidates) : 0;
}

GessoCandidate *
gesso_candidate_strip_dup_candidate (GessoCandidateStrip *self, guint position)
{
  return g_list_model_get_item (gesso_candidate_strip_get_candidates (self), position);
}

GessoCandidate *
gesso_candidate_strip_get_selected (GessoCandidateStrip *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

/* ---- What is shown -------------------------------------------------------------------------- */

static void
update (GessoCandidateStrip *self)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);
  guint n = gesso_candidate_strip_get_n (self);
  g_autofree char *text = NULL;

  if (selected)
    text = gesso_candidate_strip_describe (self, selected,
                                           gtk_single_selection_get_selected (self->selection));
  else if (n > 0)
    text = g_strdup_printf (ngettext ("%u candidate", "%u candidates", n), n);
  gtk_label_set_text (self->label, text ? text : "");
  gtk_widget_set_visible (self->tools, n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self), n + self->n_pending > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare), selected != NULL);
  gesso_candidate_strip_enable_actions (self);
}

static void
on_items_changed (GessoCandidateStrip *self)
{
  gesso_candidate_strip_update_items (self);
  update (self);
}

static void
on_selected (GessoCandidateStrip *self)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);

  gesso_scrubber_set_trail (self->scrubber, selected ? get_trail (selected) : NULL, selected);
  if (selected == NULL)
    gtk_toggle_button_set_active (self->compare, FALSE);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_signal_emit (self, signals[OVERLAY_CHANGED], 0);
}

GdkPaintable *
gesso_candidate_strip_get_overlay (GessoCandidateStrip *self, GdkRectangle *area)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);

  if (gtk_toggle_button_get_active (self->compare))
    return NULL;
  if (selected == NULL)
    {
      *area = self->preview_area;
      return self->preview;
    }

  if (selected != self->shown)
    {
      g_clear_object (&self->texture);
      self->texture = gesso_candidate_look_whole (selected);
      g_set_object (&self->shown, selected);
    }
  gesso_candidate_get_area (selected, area);
  if (gesso_scrubber_get_look (self->scrubber))
    return GDK_PAINTABLE (gesso_scrubber_get_look (self->scrubber));
  return GDK_PAINTABLE (self->texture);
}

/* ---- Choosing ------------------------------------------------------------------------------- */

static void
on_activate (GessoCandidateStrip *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "candidate.accept", NULL);
}

void
gesso_candidate_strip_select (GessoCandidateStrip *self, GessoCandidate *candidate)
{
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; candidate && i < gesso_candidate_strip_get_n (self); i++)
    {
      g_autoptr (GessoCandidate) other = gesso_candidate_strip_dup_candidate (self, i);

      if (other == candidate)
        position = i;
    }
  gtk_single_selection_set_selected (self->selection, position);
}

static void
on_scrubbed (GessoCandidateStrip *self)
{
  g_signal_emit (self, signals[OVERLAY_CHANGED], 0);
}

static void
on_continue (GessoCandidateStrip *self, guint step)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);
  GessoTrail *trail = selected ? get_trail (selected) : NULL;

  if (trail)
    g_signal_emit (self, signals[CONTINUE], 0, trail, step);
}

/* ---- What comes in -------------------------------------------------------------------------- */

void
gesso_candidate_strip_set_painting (GessoCandidateStrip *self, GessoPainting *painting)
{
  if (self->painting == painting)
    return;

  if (self->painting)
    g_signal_handlers_disconnect_by_func (gesso_painting_get_candidates (self->painting),
                                          on_items_changed, self);
  g_set_object (&self->painting, painting);
  g_ptr_array_set_size (self->discarded, 0);
  gtk_single_selection_set_model (self->selection,
                                  painting ? gesso_painting_get_candidates (painting) : NULL);
  if (painting)
    g_signal_connect_object (gesso_painting_get_candidates (painting), "items-changed",
                             G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  update (self);
}

void
gesso_candidate_strip_set_engine (GessoCandidateStrip *self, GessoEngine *engine)
{
  gesso_scrubber_set_engine (self->scrubber, engine);
}

void
gesso_candidate_strip_add_result (GessoCandidateStrip *self, GessoResult *result, int dx, int dy)
{
  GessoCandidate *original = gesso_result_get_candidate (result);
  g_autoptr (GessoCandidate) candidate = dx || dy ? gesso_candidate_new_moved (original, dx, dy)
                                                  : g_object_ref (original);
  GessoTrail *trail = gesso_result_get_trail (result);

  if (self->painting == NULL)
    return;
  if (trail)
    g_object_set_qdata_full (G_OBJECT (original), trail_quark (), g_object_ref (trail),
                             g_object_unref);
  gesso_painting_add_candidate (self->painting, candidate);
  if (gesso_candidate_strip_get_selected (self) == NULL)
    gesso_candidate_strip_select (self, candidate);
}

void
gesso_candidate_strip_set_pending (GessoCandidateStrip *self,
                                   guint                n,
                                   GdkPaintable        *preview,
                                   const GdkRectangle  *area)
{
  gboolean other = self->preview != preview;

  g_set_object (&self->preview, preview);
  self->preview_area = area ? *area : (GdkRectangle) { 0 };
  self->n_pending = n;
  gesso_candidate_places_update (self->pending, n, preview);
  update (self);
  if (other && gesso_candidate_strip_get_selected (self) == NULL)
    g_signal_emit (self, signals[OVERLAY_CHANGED], 0);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_candidate_strip_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, gesso_candidate_strip_get_selected (GESSO_CANDIDATE_STRIP (object)));
}

static void
gesso_candidate_strip_dispose (GObject *object)
{
  GessoCandidateStrip *self = GESSO_CANDIDATE_STRIP (object);
  GtkWidget *child;

  if (self->selection)
    {
      g_signal_handlers_disconnect_by_func (self->selection, on_selected, self);
      gesso_candidate_strip_set_painting (self, NULL);
    }
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->preview);
  g_clear_object (&self->shown);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->discarded, g_ptr_array_unref);
  g_clear_pointer (&self->bound, g_ptr_array_unref);

  G_OBJECT_CLASS (gesso_candidate_strip_parent_class)->dispose (object);
}

static void
install_signals (GObjectClass *object_class)
{
  const struct
  {
    const char *name;
    guint       n;
    GType       types[2];
  } all[N_SIGNALS] = {
    [OVERLAY_CHANGED] = { "overlay-changed", 0, { 0 } },
    [ACCEPTED] = { "accepted", 1, { GESSO_TYPE_LAYER } },
    [DISCARDED] = { "discarded", 1, { G_TYPE_UINT } },
    [MORE_LIKE_THIS] = { "more-like-this", 1, { G_TYPE_STRING } },
    [REUSE_SEED] = { "reuse-seed", 1, { G_TYPE_STRING } },
    [CONTINUE] = { "continue", 2, { GESSO_TYPE_TRAIL, G_TYPE_UINT } },
  };

  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_newv (all[i].name, G_OBJECT_CLASS_TYPE (object_class), G_SIGNAL_RUN_LAST,
                                NULL, NULL, NULL, NULL, G_TYPE_NONE, all[i].n,
                                (GType *) all[i].types);
}

static void
gesso_candidate_strip_class_init (GessoCandidateStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_candidate_strip_get_property;
  object_class->dispose = gesso_candidate_strip_dispose;
  properties[PROP_SELECTED] =
      g_param_spec_object ("selected", NULL, NULL, GESSO_TYPE_CANDIDATE,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals (object_class);

  g_type_ensure (GESSO_TYPE_REFLOW_LAYOUT);
  g_type_ensure (GESSO_TYPE_SCRUBBER);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/candidates/gesso-candidate-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, list);
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, pending);
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, tools);
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, label);
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, compare);
  gtk_widget_class_bind_template_child (widget_class, GessoCandidateStrip, scrubber);
  gtk_widget_class_bind_template_child_full (widget_class, "menu", FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_scrubbed);
  gtk_widget_class_bind_template_callback (widget_class, on_continue);
  gesso_candidate_strip_bind_compare (widget_class);
  gesso_candidate_strip_install_actions (widget_class);
}

static void
gesso_candidate_strip_init (GessoCandidateStrip *self)
{
  self->bound = g_ptr_array_new ();
  self->discarded = g_ptr_array_new_with_free_func (g_object_unref);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_widget_init_template (GTK_WIDGET (self));

  gesso_candidate_strip_init_list (self);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self);
  gesso_candidate_strip_add_keys (self, GTK_WIDGET (self));
  update (self);
}
