/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laid out from its properties once they are all there. */
#include "config.h"

#include "gesso-help-page.h"

#include <adwaita.h>
#include <string.h>

struct _GessoHelpPage
{
  GtkWidget      parent_instance;

  char          *title, *introduction, *picture;
  GtkStringList *steps;
};

G_DEFINE_FINAL_TYPE (GessoHelpPage, gesso_help_page, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_INTRODUCTION,
  PROP_STEPS,
  PROP_PICTURE,
  N_PROPS,
};

const char *
gesso_help_page_get_title (GessoHelpPage *self)
{
  return self->title;
}

static char *
fold_all (GessoHelpPage *self)
{
  g_autoptr (GString) all = g_string_new (self->title);

  g_string_append_printf (all, "\n%s", self->introduction);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->steps)); i++)
    g_string_append_printf (all, "\n%s", gtk_string_list_get_string (self->steps, i));

  return g_utf8_casefold (all->str, -1);
}

gboolean
gesso_help_page_matches (GessoHelpPage *self, const char *text)
{
  g_autofree char *all = fold_all (self);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", -1);

  for (guint i = 0; words[i]; i++)
    if (strstr (all, words[i]) == NULL)
      return FALSE;

  return TRUE;
}

/* ---- Layout --------------------------------------------------------------------------------- */

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  if (style)
    gtk_widget_add_css_class (label, style);

  return label;
}

static GtkWidget *
make_picture (GessoHelpPage *self)
{
  g_autofree char *path =
      g_strdup_printf ("/io/github/gesso_paint/Gesso/help/%s.svg", self->picture);
  GtkWidget *picture = g_object_new (GTK_TYPE_PICTURE, "accessible-role",
                                     GTK_ACCESSIBLE_ROLE_PRESENTATION, "can-shrink", TRUE, NULL);

  gtk_picture_set_resource (GTK_PICTURE (picture), path);
  gtk_widget_set_size_request (picture, -1, 140);

  return picture;
}

static GtkWidget *
make_step (guint number, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *figure = g_strdup_printf ("%u", number);
  GtkWidget *label = gtk_label_new (figure);

  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "help-step");
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), make_label (text, NULL));

  return box;
}

static void
gesso_help_page_constructed (GObject *object)
{
  GessoHelpPage *self = GESSO_HELP_PAGE (object);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  G_OBJECT_CLASS (gesso_help_page_parent_class)->constructed (object);

  gtk_widget_add_css_class (box, "help-page");
  gtk_box_append (GTK_BOX (box), make_label (self->title, "title-2"));
  gtk_box_append (GTK_BOX (box), make_picture (self));
  gtk_box_append (GTK_BOX (box), make_label (self->introduction, NULL));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->steps)); i++)
    gtk_box_append (GTK_BOX (box), make_step (i + 1, gtk_string_list_get_string (self->steps, i)));

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 520);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->title,
                                  -1);
}

static void
gesso_help_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GessoHelpPage *self = GESSO_HELP_PAGE (object);

  switch (id)
    {
    case PROP_TITLE:
      self->title = g_value_dup_string (value);
      break;
    case PROP_INTRODUCTION:
      self->introduction = g_value_dup_string (value);
      break;
    case PROP_PICTURE:
      self->picture = g_value_dup_string (value);
      break;
    case PROP_STEPS:
      self->steps = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
gesso_help_page_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  g_clear_pointer (&child, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_help_page_parent_class)->dispose (object);
}

static void
gesso_help_page_finalize (GObject *object)
{
  GessoHelpPage *self = GESSO_HELP_PAGE (object);

  g_free (self->title);
  g_free (self->introduction);
  g_free (self->picture);
  g_clear_object (&self->steps);

  G_OBJECT_CLASS (gesso_help_page_parent_class)->finalize (object);
}

static void
gesso_help_page_class_init (GessoHelpPageClass *klass)
{
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = gesso_help_page_constructed;
  object_class->set_property = gesso_help_page_set_property;
  object_class->dispose = gesso_help_page_dispose;
  object_class->finalize = gesso_help_page_finalize;
  g_object_class_install_property (object_class, PROP_TITLE,
                                   g_param_spec_string ("title", NULL, NULL, "", flags));
  g_object_class_install_property (object_class, PROP_INTRODUCTION,
                                   g_param_spec_string ("introduction", NULL, NULL, "", flags));
  g_object_class_install_property (object_class, PROP_PICTURE,
                                   g_param_spec_string ("picture", NULL, NULL, "", flags));
  g_object_class_install_property (object_class, PROP_STEPS,
                                   g_param_spec_object ("steps", NULL, NULL, GTK_TYPE_STRING_LIST, flags));
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
gesso_help_page_init (GessoHelpPage *self)
{
}
