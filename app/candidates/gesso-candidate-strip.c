/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strip: a list of candidates, what is done with the chosen one, and what is still to come. */
#include "config.h"

#include "gesso-candidate-strip.h"

#include "candidates/gesso-candidate-look.h"
#include "candidates/gesso-scrubber.h"
#include "engine/gesso-recipe.h"
#include "gallery/gesso-picture-cell.h"
#include "window/gesso-reflow-layout.h"

#include <glib/gi18n.h>

#define LOOK_SIZE 80
#define MAX_PLACES 8 /* empty ones that are drawn; more are only counted */

struct _GessoCandidateStrip
{
  GtkWidget           parent_instance;

  GtkListView        *list;
  GtkWidget          *pending;
  GtkWidget          *tools;
  GtkLabel           *label;
  GtkToggleButton    *compare;
  GessoScrubber      *scrubber;

  GessoPainting      *painting;
  GtkSingleSelection *selection;
  GPtrArray          *bound;       /* GtkListItems that show something */

  guint               n_pending;
  GdkPaintable       *preview;
  GdkRectangle        preview_area;

  GessoCandidate     *shown;       /* whose texture that is */
  GdkTexture         *texture;

  GPtrArray          *discarded;   /* the last ones, for Undo */
  guint64             discard_state;
};

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

static GListModel *
get_candidates (GessoCandidateStrip *self)
{
  return gtk_single_selection_get_model (self->selection);
}

static guint
get_n_candidates (GessoCandidateStrip *self)
{
  return get_candidates (self) ? g_list_model_get_n_items (get_candidates (self)) : 0;
}

GessoCandidate *
gesso_candidate_strip_get_selected (GessoCandidateStrip *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

/* ---- What is shown -------------------------------------------------------------------------- */

/* "Candidate 2 of 4, seed 123", for screen readers too. */
static char *
describe (GessoCandidateStrip *self, GessoCandidate *candidate, guint position)
{
  g_autoptr (GVariant) recipe = gesso_recipe_parse (gesso_candidate_get_recipe (candidate));
  guint n = get_n_candidates (self);

  if (recipe)
    {
      g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT,
                                               gesso_recipe_get_uint64 (recipe, "seed", 0));

      /* Translators: the place of a picture among those that were made, and its random seed */
      return g_strdup_printf (_("Candidate %u of %u, seed %s"), position + 1, n, seed);
    }

  return g_strdup_printf (_("Candidate %u of %u"), position + 1, n);
}

static void
update_pending (GessoCandidateStrip *self)
{
  GtkWidget *child = gtk_widget_get_first_child (self->pending);

  for (guint i = 0; i < MAX_PLACES; i++)
    {
      if (i >= self->n_pending)
        {
          GtkWidget *next = child ? gtk_widget_get_next_sibling (child) : NULL;

          if (child)
            gtk_box_remove (GTK_BOX (self->pending), child);
          child = next;
          continue;
        }
      if (child == NULL)
        {
          /* Not a GtkPicture, which would be as large as what it shows. */
          child = gtk_image_new ();
          gtk_image_set_pixel_size (GTK_IMAGE (child), LOOK_SIZE);
          gtk_widget_set_size_request (child, LOOK_SIZE, LOOK_SIZE);
          gtk_widget_set_valign (child, GTK_ALIGN_CENTER);
          gtk_widget_add_css_class (child, "candidate-place");
          gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                          _("A candidate that is still to come"), -1);
          gtk_box_append (GTK_BOX (self->pending), child);
        }
      if (i == 0 && self->preview)
        gtk_image_set_from_paintable (GTK_IMAGE (child), self->preview);
      else
        gtk_image_clear (GTK_IMAGE (child));
      child = gtk_widget_get_next_sibling (child);
    }
}

/* Its place among all changes with the others. */
static void
update_item (GessoCandidateStrip *self, GtkListItem *item)
{
  g_autofree char *text =
      describe (self, gtk_list_item_get_item (item), gtk_list_item_get_position (item));

  gesso_picture_cell_set_text (GESSO_PICTURE_CELL (gtk_list_item_get_child (item)), text);
}

static void
update (GessoCandidateStrip *self)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);
  g_autofree char *text = NULL;

  if (selected)
    text = describe (self, selected, gtk_single_selection_get_selected (self->selection));
  else if (get_n_candidates (self) > 0)
    text = g_strdup_printf (ngettext ("%u candidate", "%u candidates", get_n_candidates (self)),
                            get_n_candidates (self));
  gtk_label_set_text (self->label, text ? text : "");
  gtk_widget_set_visible (self->tools, get_n_candidates (self) > 0);
  gtk_widget_set_visible (GTK_WIDGET (self), get_n_candidates (self) + self->n_pending > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare), selected != NULL);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "candidate.accept", selected != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "candidate.discard", selected != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "candidate.more-like-this", selected != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "candidate.reuse-seed", selected != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "candidate.discard-all",
                                 get_n_candidates (self) > 0);
}

static void
on_items_changed (GessoCandidateStrip *self)
{
  for (guint i = 0; i < self->bound->len; i++)
    if (gtk_list_item_get_item (g_ptr_array_index (self->bound, i)))
      update_item (self, g_ptr_array_index (self->bound, i));
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

/* ---- Accept and discard --------------------------------------------------------------------- */

/* Chooses the one that came into the place of the one that went. */
static void
choose_neighbour (GessoCandidateStrip *self, guint position)
{
  guint n = get_n_candidates (self);

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
    g_signal_emit (self, signals[ACCEPTED], 0, layer);
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
  g_signal_emit (self, signals[DISCARDED], 0, self->discarded->len);
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

  if (get_n_candidates (self) == 0 || gesso_painting_is_changing (self->painting))
    return;

  start_discarding (self);
  for (guint i = 0; i < get_n_candidates (self); i++)
    g_ptr_array_add (self->discarded, g_list_model_get_item (get_candidates (self), i));
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

      for (guint k = 0; k < get_n_candidates (self) && !back; k++)
        {
          g_autoptr (GessoCandidate) other = g_list_model_get_item (get_candidates (self), k);

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
emit_recipe (GessoCandidateStrip *self, guint signal)
{
  GessoCandidate *selected = gesso_candidate_strip_get_selected (self);

  if (selected && gesso_candidate_get_recipe (selected))
    g_signal_emit (self, signals[signal], 0, gesso_candidate_get_recipe (selected));
}

static void
more_like_this (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit_recipe (GESSO_CANDIDATE_STRIP (widget), MORE_LIKE_THIS);
}

static void
reuse_seed (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit_recipe (GESSO_CANDIDATE_STRIP (widget), REUSE_SEED);
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

/* ---- Compare -------------------------------------------------------------------------------- */

static void
on_compare (GessoCandidateStrip *self)
{
  g_signal_emit (self, signals[OVERLAY_CHANGED], 0);
}

void
gesso_candidate_strip_set_comparing (GessoCandidateStrip *self, gboolean comparing)
{
  gtk_toggle_button_set_active (self->compare,
                                comparing && gesso_candidate_strip_get_selected (self));
}

/* With a pointer it is held; by the keys of a button it is switched. */
static void
on_hold (GtkGesture *gesture, int n_press, double x, double y, GessoCandidateStrip *self)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gesso_candidate_strip_set_comparing (self, TRUE);
}

static void
on_let_go (GtkGesture *gesture, GdkEventSequence *sequence, GessoCandidateStrip *self)
{
  gesso_candidate_strip_set_comparing (self, FALSE);
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GessoCandidateStrip   *self)
{
  if ((state & gtk_accelerator_get_default_mod_mask ()) != 0 || gdk_keyval_to_lower (keyval) != GDK_KEY_c)
    return GDK_EVENT_PROPAGATE;

  gesso_candidate_strip_set_comparing (self, TRUE);
  return GDK_EVENT_STOP;
}

static void
on_key_released (GtkEventControllerKey *controller,
                 guint                  keyval,
                 guint                  keycode,
                 GdkModifierType        state,
                 GessoCandidateStrip   *self)
{
  if (gdk_keyval_to_lower (keyval) == GDK_KEY_c)
    gesso_candidate_strip_set_comparing (self, FALSE);
}

void
gesso_candidate_strip_add_keys (GessoCandidateStrip *self, GtkWidget *widget)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_key_pressed), self, 0);
  g_signal_connect_object (keys, "key-released", G_CALLBACK (on_key_released), self, 0);
  gtk_widget_add_controller (widget, keys);
}

/* ---- The list ------------------------------------------------------------------------------- */

static void
on_menu_requested (GtkWidget *cell, GtkListItem *item)
{
  GtkWidget *strip = gtk_widget_get_ancestor (cell, GESSO_TYPE_CANDIDATE_STRIP);

  gesso_candidate_strip_select (GESSO_CANDIDATE_STRIP (strip), gtk_list_item_get_item (item));
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item, GessoCandidateStrip *self)
{
  GMenuModel *menu = G_MENU_MODEL (
      gtk_widget_get_template_child (GTK_WIDGET (self), GESSO_TYPE_CANDIDATE_STRIP, "menu"));
  GtkWidget *cell = gesso_picture_cell_new (LOOK_SIZE, menu);

  g_signal_connect_object (cell, "menu-requested", G_CALLBACK (on_menu_requested), item, 0);
  gtk_list_item_set_child (item, cell);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, GessoCandidateStrip *self)
{
  g_autoptr (GdkTexture) look = NULL;

  if (self->painting)
    look = gesso_candidate_look_small (gtk_list_item_get_item (item), self->painting, LOOK_SIZE);
  gesso_picture_cell_set_paintable (GESSO_PICTURE_CELL (gtk_list_item_get_child (item)),
                                    GDK_PAINTABLE (look));
  g_ptr_array_add (self->bound, item);
  update_item (self, item);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, GessoCandidateStrip *self)
{
  if (self->bound)
    g_ptr_array_remove_fast (self->bound, item);
}

static void
on_activate (GessoCandidateStrip *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  accept (GTK_WIDGET (self), NULL, NULL);
}

void
gesso_candidate_strip_select (GessoCandidateStrip *self, GessoCandidate *candidate)
{
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; candidate && i < get_n_candidates (self); i++)
    {
      g_autoptr (GessoCandidate) other = g_list_model_get_item (get_candidates (self), i);

      if (other == candidate)
        position = i;
    }
  gtk_single_selection_set_selected (self->selection, position);
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
  update_pending (self);
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
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_scrubbed);
  gtk_widget_class_bind_template_callback (widget_class, on_continue);
  gtk_widget_class_bind_template_callback (widget_class, on_hold);
  gtk_widget_class_bind_template_callback (widget_class, on_let_go);

  gtk_widget_class_install_action (widget_class, "candidate.accept", NULL, accept);
  gtk_widget_class_install_action (widget_class, "candidate.discard", NULL, discard);
  gtk_widget_class_install_action (widget_class, "candidate.discard-all", NULL, discard_all);
  gtk_widget_class_install_action (widget_class, "candidate.more-like-this", NULL, more_like_this);
  gtk_widget_class_install_action (widget_class, "candidate.reuse-seed", NULL, reuse_seed);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "candidate.discard", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "candidate.discard", NULL);
}

static void
gesso_candidate_strip_init (GessoCandidateStrip *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  self->bound = g_ptr_array_new ();
  self->discarded = g_ptr_array_new_with_free_func (g_object_unref);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self);
  gesso_candidate_strip_add_keys (self, GTK_WIDGET (self));
  update (self);
}
