/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of a picture to learn from, or of one that cannot be. */
#include "config.h"

#include "gesso-teach-row.h"

#include "gesso-crop-view.h"

#include <glib/gi18n.h>

typedef struct
{
  GessoTeachPicture *picture;
  GessoTeachRowFunc  removed;
  gpointer           data;
} Row;

static void
row_free (gpointer data, GClosure *closure)
{
  Row *row = data;

  g_object_unref (row->picture);
  g_free (row);
}

static void
on_remove (GtkButton *button, Row *row)
{
  row->removed (row->picture, row->data);
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);

  return label;
}

static GtkWidget *
make_caption (GessoTeachPicture *picture)
{
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *label = g_strdup_printf (_("Caption of %s"), gesso_teach_picture_get_name (picture));

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _("What else is to be seen"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_bind_property (picture, "caption", entry, "text",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);

  return entry;
}

static GtkWidget *
make_texts (GessoTeachPicture *picture)
{
  const char *problem = gesso_teach_picture_get_problem (picture);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *name = make_label (gesso_teach_picture_get_name (picture), NULL), *what;

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_append (GTK_BOX (box), name);
  if (problem)
    {
      g_autofree char *text = g_strdup_printf (_("Left out: %s"), problem);

      what = make_label (text, "error");
      gtk_label_set_wrap (GTK_LABEL (what), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (what), PANGO_WRAP_WORD_CHAR);
    }
  else
    what = make_caption (picture);
  gtk_box_append (GTK_BOX (box), what);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (box, TRUE);

  return box;
}

GtkWidget *
gesso_teach_row_new (GessoTeachPicture *picture, guint native_size, GessoTeachRowFunc removed,
                     gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic"), *row;
  g_autofree char *label = g_strdup_printf (_("Leave out %s"), gesso_teach_picture_get_name (picture));
  Row *context = g_new0 (Row, 1);

  context->picture = g_object_ref (picture);
  context->removed = removed;
  context->data = data;
  g_signal_connect_data (button, "clicked", G_CALLBACK (on_remove), context, row_free, 0);
  gtk_widget_set_tooltip_text (button, _("Leave Out"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);

  if (gesso_teach_picture_get_problem (picture) == NULL)
    gtk_box_append (GTK_BOX (box), gesso_crop_view_new (picture, native_size));
  gtk_box_append (GTK_BOX (box), make_texts (picture));
  gtk_box_append (GTK_BOX (box), button);
  gtk_widget_add_css_class (box, "teach-row");

  row = gtk_list_box_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  return row;
}
