/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sample pictures, each with the step that it was made at. */
#include "config.h"

#include "gesso-training-samples.h"

#include <glib/gi18n.h>

#define SIZE 132

/* The file is called <step>-<number>.png. */
static guint
step_of (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return (guint) g_ascii_strtoull (name, NULL, 10);
}

static GtkWidget *
make_sample (gpointer item, gpointer data)
{
  const char *path = gtk_string_object_get_string (item);
  g_autofree char *text = g_strdup_printf (_("Step %u"), step_of (path));
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_file_at_size (path, 2 * SIZE, 2 * SIZE, NULL);
  g_autoptr (GdkTexture) texture = pixbuf ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *child = gtk_flow_box_child_new ();
  GtkWidget *picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_size_request (picture, SIZE, SIZE);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), text);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), label);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);

  return child;
}

/* Of one step by number, of steps the newest first. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const char *first = gtk_string_object_get_string ((gpointer) a);
  const char *second = gtk_string_object_get_string ((gpointer) b);
  const guint step = step_of (first), other = step_of (second);

  return step != other ? (step < other ? 1 : -1) : g_strcmp0 (first, second);
}

void
gesso_training_samples_bind (GtkFlowBox *box, GessoTraining *training)
{
  g_autoptr (GtkSortListModel) sorted = NULL;

  if (training)
    sorted = gtk_sort_list_model_new (g_object_ref (gesso_training_get_samples (training)),
                                      GTK_SORTER (gtk_custom_sorter_new (compare, NULL, NULL)));
  gtk_flow_box_bind_model (box, G_LIST_MODEL (sorted), make_sample, NULL, NULL);
}
