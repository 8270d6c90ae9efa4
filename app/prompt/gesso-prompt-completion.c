/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A popover with a list; what it looks for and puts in is in gesso-prompt-prefix.c. */
#include "config.h"

#include "gesso-prompt-completion.h"

#include "prompt/gesso-prompt-buffer.h"
#include "prompt/gesso-prompt-names.h"
#include "prompt/gesso-prompt-prefix.h"

#include <glib/gi18n.h>

#define NOT_DISMISSED G_MAXUINT

struct _GessoPromptCompletion
{
  GtkPopover parent_instance;

  GtkListView *list;

  GtkTextView *view; /* the parent */
  GListModel *loras;
  GListModel *embeddings;
  GListStore *names;
  GtkSingleSelection *selection;
  GessoPromptPrefix prefix;
  guint dismissed_start;
};

G_DEFINE_FINAL_TYPE (GessoPromptCompletion, gesso_prompt_completion, GTK_TYPE_POPOVER)

/* ---- Rows ----------------------------------------------------------------------------------- */

static void
on_row_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *name = gtk_label_new (NULL), *kind = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 40);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (kind, "caption");
  gtk_widget_add_css_class (kind, "dim-label");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), kind);
  gtk_list_item_set_child (item, box);
}

static void
on_row_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GessoPromptName *name = gtk_list_item_get_item (item);
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *kind = gtk_widget_get_next_sibling (label);

  gtk_label_set_label (GTK_LABEL (label), gesso_prompt_name_get_name (name));
  gtk_label_set_label (GTK_LABEL (kind), gesso_prompt_name_is_network (name)
                       ? _("LoRA")
                       /* Translators: a "textual inversion" embedding, a word that was taught */
                       : _("Embedding"));
}

static void
on_activate (GtkListView *list, guint position, GessoPromptCompletion *self)
{
  gtk_single_selection_set_selected (self->selection, position);
  gesso_prompt_completion_accept (self);
}

/* ---- Open and closed ------------------------------------------------------------------------ */

gboolean
gesso_prompt_completion_is_open (GessoPromptCompletion *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self));
}

static void
set_expanded (GessoPromptCompletion *self, gboolean expanded)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_STATE_EXPANDED, expanded,
                               -1);
}

static void
close_list (GessoPromptCompletion *self)
{
  if (!gesso_prompt_completion_is_open (self))
    return;

  gtk_popover_popdown (GTK_POPOVER (self));
  set_expanded (self, FALSE);
}

/* At the word's beginning, so that it does not wander while the word is typed. */
static void
open_list (GessoPromptCompletion *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GdkRectangle place;
  GtkTextIter start;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) self->prefix.start);
  gtk_text_view_get_iter_location (self->view, &start, &place);
  gtk_text_view_buffer_to_window_coords (self->view, GTK_TEXT_WINDOW_WIDGET, place.x, place.y,
                                         &place.x, &place.y);
  place.width = 1;
  gtk_popover_set_pointing_to (GTK_POPOVER (self), &place);
  gtk_single_selection_set_selected (self->selection, 0);
  if (!gesso_prompt_completion_is_open (self))
    {
      gtk_popover_popup (GTK_POPOVER (self));
      set_expanded (self, TRUE);
    }
}

/* A word that is a name already needs no list. */
static gboolean
is_all_there (GessoPromptCompletion *self)
{
  g_autoptr (GessoPromptName) name = NULL;
  g_autofree char *folded = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->names)) != 1)
    return FALSE;
  name = g_list_model_get_item (G_LIST_MODEL (self->names), 0);
  folded = g_utf8_casefold (gesso_prompt_name_get_name (name), -1);

  return g_strcmp0 (folded, self->prefix.prefix) == 0 &&
         (self->prefix.in_tag || !gesso_prompt_name_is_network (name));
}

void
gesso_prompt_completion_update (GessoPromptCompletion *self, gboolean may_open)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = NULL;
  guint start, end;

  if ((!may_open && !gesso_prompt_completion_is_open (self)) || (!self->loras && !self->embeddings))
    return;

  text = gesso_prompt_buffer_dup_text (buffer);
  gesso_prompt_buffer_get_selection (buffer, &start, &end);
  gesso_prompt_prefix_clear (&self->prefix);
  if (start != end || !gesso_prompt_prefix_find (text, start, &self->prefix))
    {
      self->dismissed_start = NOT_DISMISSED;
      close_list (self);
      return;
    }

  if (self->prefix.start != self->dismissed_start)
    self->dismissed_start = NOT_DISMISSED;
  gesso_prompt_names_match (self->names, self->loras, self->prefix.in_tag ? NULL : self->embeddings,
                            self->prefix.prefix);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->names)) > 0 && !is_all_there (self) &&
      self->dismissed_start == NOT_DISMISSED)
    open_list (self);
  else
    close_list (self);
}

void
gesso_prompt_completion_dismiss (GessoPromptCompletion *self)
{
  if (!gesso_prompt_completion_is_open (self))
    return;

  self->dismissed_start = self->prefix.start;
  close_list (self);
}

/* ---- Choosing ------------------------------------------------------------------------------- */

static void
say_selected (GessoPromptCompletion *self)
{
#if GTK_CHECK_VERSION(4, 14, 0)
  GessoPromptName *name = gtk_single_selection_get_selected_item (self->selection);

  if (name)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->view), gesso_prompt_name_get_name (name),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
#endif
}

void
gesso_prompt_completion_move (GessoPromptCompletion *self, int n_rows)
{
  int n_names = (int) g_list_model_get_n_items (G_LIST_MODEL (self->names));
  int selected = (int) gtk_single_selection_get_selected (self->selection);

  if (n_names == 0)
    return;

  selected = (selected + n_rows % n_names + n_names) % n_names;
  gtk_single_selection_set_selected (self->selection, (guint) selected);
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u",
                              (guint) selected);
  say_selected (self);
}

void
gesso_prompt_completion_accept (GessoPromptCompletion *self)
{
  GessoPromptName *name = gtk_single_selection_get_selected_item (self->selection);
  g_auto (GessoPromptEdit) edit = { 0 };

  if (name == NULL || !gesso_prompt_completion_is_open (self))
    return;

  gesso_prompt_prefix_complete (&self->prefix, gesso_prompt_name_get_name (name),
                                gesso_prompt_name_is_network (name), &edit);
  gesso_prompt_completion_dismiss (self);
  gesso_prompt_buffer_apply (gtk_text_view_get_buffer (self->view), &edit);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_prompt_completion_set_loras (GessoPromptCompletion *self, GListModel *names)
{
  g_set_object (&self->loras, names);
}

void
gesso_prompt_completion_set_embeddings (GessoPromptCompletion *self, GListModel *names)
{
  g_set_object (&self->embeddings, names);
}

static void
gesso_prompt_completion_dispose (GObject *object)
{
  GessoPromptCompletion *self = GESSO_PROMPT_COMPLETION (object);

  g_clear_object (&self->loras);
  g_clear_object (&self->embeddings);
  g_clear_object (&self->names);
  g_clear_object (&self->selection);
  gesso_prompt_prefix_clear (&self->prefix);

  G_OBJECT_CLASS (gesso_prompt_completion_parent_class)->dispose (object);
}

static void
gesso_prompt_completion_class_init (GessoPromptCompletionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_prompt_completion_dispose;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-prompt-completion.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoPromptCompletion, list);
}

static void
gesso_prompt_completion_init (GessoPromptCompletion *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->dismissed_start = NOT_DISMISSED;
  self->names = g_list_store_new (GESSO_TYPE_PROMPT_NAME);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->names)));
  g_signal_connect (factory, "setup", G_CALLBACK (on_row_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_row_bind), NULL);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self->list, "activate", G_CALLBACK (on_activate), self);
}

GessoPromptCompletion *
gesso_prompt_completion_new (GtkTextView *view)
{
  GessoPromptCompletion *self = g_object_new (GESSO_TYPE_PROMPT_COMPLETION, NULL);

  self->view = view;
  gtk_widget_set_parent (GTK_WIDGET (self), GTK_WIDGET (view));
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_AUTOCOMPLETE,
                                  GTK_ACCESSIBLE_AUTOCOMPLETE_LIST,
                                  GTK_ACCESSIBLE_PROPERTY_HAS_POPUP, TRUE, -1);

  return self;
}
