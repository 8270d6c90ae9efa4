/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list view over the history. */
#include "config.h"

#include "gesso-history-popover.h"

struct _GessoHistoryPopover
{
  GtkPopover parent_instance;

  GtkListView *list;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoHistoryPopover, gesso_history_popover, GTK_TYPE_POPOVER)

static guint signals[N_SIGNALS];

static void
on_row_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_item_set_child (item, label);
}

static void
on_row_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkLabel *label = GTK_LABEL (gtk_list_item_get_child (item));

  gtk_label_set_label (label, gtk_string_object_get_string (gtk_list_item_get_item (item)));
}

static void
on_activate (GtkListView *list, guint position, GessoHistoryPopover *self)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (list));
  g_autoptr (GtkStringObject) prompt = g_list_model_get_item (model, position);

  gtk_popover_popdown (GTK_POPOVER (self));
  if (prompt)
    g_signal_emit (self, signals[CHOSEN], 0, gtk_string_object_get_string (prompt));
}

void
gesso_history_popover_bind (GessoHistoryPopover *self, GessoPromptHistory *history)
{
  GListModel *prompts = g_object_ref (gesso_prompt_history_get_list (history));
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (prompts);

  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
}

static void
gesso_history_popover_class_init (GessoHistoryPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHOSEN] = g_signal_new ("chosen", GESSO_TYPE_HISTORY_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-history-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoHistoryPopover, list);
}

static void
gesso_history_popover_init (GessoHistoryPopover *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (on_row_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_row_bind), NULL);
  gtk_list_view_set_factory (self->list, factory);
  g_signal_connect (self->list, "activate", G_CALLBACK (on_activate), self);
}
