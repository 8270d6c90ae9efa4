/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells for candidates, which say where among the others they stand. */
#include "config.h"

#include "gesso-candidate-strip-private.h"

#include "candidates/gesso-candidate-look.h"
#include "engine/gesso-recipe.h"
#include "gallery/gesso-picture-cell.h"

#include <glib/gi18n.h>

/* "Candidate 2 of 4, seed 123", for screen readers too. */
char *
gesso_candidate_strip_describe (GessoCandidateStrip *self,
                                GessoCandidate      *candidate,
                                guint                position)
{
  g_autoptr (GVariant) recipe = gesso_recipe_parse (gesso_candidate_get_recipe (candidate));
  guint n = gesso_candidate_strip_get_n (self);

  if (recipe)
    {
      g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT,
                                               gesso_recipe_get_uint64 (recipe, "seed", 0));

      /* Translators: the place of a picture among those that were made, and its random seed */
      return g_strdup_printf (_("Candidate %u of %u, seed %s"), position + 1, n, seed);
    }

  return g_strdup_printf (_("Candidate %u of %u"), position + 1, n);
}

/* Its place among all changes with the others. */
static void
update_item (GessoCandidateStrip *self, GtkListItem *item)
{
  g_autofree char *text =
      gesso_candidate_strip_describe (self, gtk_list_item_get_item (item),
                                      gtk_list_item_get_position (item));

  gesso_picture_cell_set_text (GESSO_PICTURE_CELL (gtk_list_item_get_child (item)), text);
}

void
gesso_candidate_strip_update_items (GessoCandidateStrip *self)
{
  for (guint i = 0; i < self->bound->len; i++)
    if (gtk_list_item_get_item (g_ptr_array_index (self->bound, i)))
      update_item (self, g_ptr_array_index (self->bound, i));
}

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
  GtkWidget *cell = gesso_picture_cell_new (GESSO_CANDIDATE_LOOK_SIZE, menu);

  g_signal_connect_object (cell, "menu-requested", G_CALLBACK (on_menu_requested), item, 0);
  gtk_list_item_set_child (item, cell);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, GessoCandidateStrip *self)
{
  g_autoptr (GdkTexture) look = NULL;

  if (self->painting)
    look = gesso_candidate_look_small (gtk_list_item_get_item (item), self->painting,
                                       GESSO_CANDIDATE_LOOK_SIZE);
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

void
gesso_candidate_strip_init_list (GessoCandidateStrip *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
}
