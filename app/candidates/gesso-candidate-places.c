/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place is an image that has nothing yet. */
#include "config.h"

#include "gesso-candidate-places.h"

#include "gesso-candidate-look.h"

#include <glib/gi18n.h>

#define MAX_PLACES 8 /* more are only counted */

static GtkWidget *
make_place (void)
{
  /* Not a GtkPicture, which would be as large as what it shows. */
  GtkWidget *place = gtk_image_new ();

  gtk_image_set_pixel_size (GTK_IMAGE (place), GESSO_CANDIDATE_LOOK_SIZE);
  gtk_widget_set_size_request (place, GESSO_CANDIDATE_LOOK_SIZE, GESSO_CANDIDATE_LOOK_SIZE);
  gtk_widget_set_valign (place, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (place, "candidate-place");
  gtk_accessible_update_property (GTK_ACCESSIBLE (place), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("A candidate that is still to come"), -1);

  return place;
}

void
gesso_candidate_places_update (GtkBox *box, guint n, GdkPaintable *preview)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (box));

  for (guint i = 0; i < MIN (n, MAX_PLACES); i++)
    {
      if (child == NULL)
        {
          child = make_place ();
          gtk_box_append (box, child);
        }
      if (i == 0 && preview)
        gtk_image_set_from_paintable (GTK_IMAGE (child), preview);
      else
        gtk_image_clear (GTK_IMAGE (child));
      child = gtk_widget_get_next_sibling (child);
    }
  while (child)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      gtk_box_remove (box, child);
      child = next;
    }
}
