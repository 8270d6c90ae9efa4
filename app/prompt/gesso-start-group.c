/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The group of the start picture; most of its rows show only once there is one. */
#include "config.h"

#include "gesso-start-group.h"

#include "prompt/gesso-choice.h"

#include <glib/gi18n.h>

struct _GessoStartGroup
{
  AdwPreferencesGroup parent_instance;

  GtkWidget     *empty_row;
  GtkWidget     *use_current;
  AdwActionRow  *picture_row;
  GtkPicture    *thumbnail;
  GtkWidget     *canvas_row;
  GtkSwitch     *use_canvas;
  GtkWidget     *strength_row;
  GtkRange      *denoising_strength;
  GtkWidget     *guidance_row;
  GtkSpinButton *image_guidance;
  AdwActionRow  *mask_row;
  GtkWidget     *paint;
  GtkWidget     *feather_row;
  GtkSpinButton *mask_feather;
  AdwComboRow   *mask_fill;

  GessoDocument *document;
  gboolean       masked, painted, live, editing;
};

G_DEFINE_FINAL_TYPE (GessoStartGroup, gesso_start_group, ADW_TYPE_PREFERENCES_GROUP)

static const char *const fills[] = { "original", "blur", "noise", "color", NULL };

static void
update (GessoStartGroup *self)
{
  gboolean has_start = self->document && gesso_document_get_start (self->document);
  gboolean from_canvas =
      self->painted && self->document && gesso_document_get_use_canvas (self->document);
  gboolean masked = self->masked;

  adw_action_row_set_subtitle (self->mask_row, masked ? _("The striped part is repainted")
                                                      : _("Paint over what is to change"));
  gtk_widget_set_visible (GTK_WIDGET (self->mask_row), has_start || masked);
  gtk_widget_set_visible (self->canvas_row, self->painted && !has_start && !masked);
  /* An edit begins with noise alone; it is held to the picture by guidance. */
  gtk_widget_set_visible (self->guidance_row, self->editing);
  gtk_widget_set_visible (self->strength_row,
                          !self->editing && (has_start || masked || from_canvas || self->live));
  gtk_widget_set_visible (self->feather_row, masked);
  gtk_widget_set_visible (GTK_WIDGET (self->mask_fill), masked);
}

void
gesso_start_group_set_canvas (GessoStartGroup *self, gboolean masked, gboolean painted)
{
  self->masked = masked;
  self->painted = painted;
  update (self);
}

void
gesso_start_group_set_live (GessoStartGroup *self, gboolean live)
{
  self->live = live;
  update (self);
}

void
gesso_start_group_set_editing (GessoStartGroup *self, gboolean editing)
{
  self->editing = editing;
  update (self);
}

static void
on_start_changed (GessoStartGroup *self)
{
  GessoPicture *start = gesso_document_get_start (self->document);
  g_autofree char *title = NULL;

  if (start)
    title = g_strdup_printf (_("%u × %u pixels"), gesso_picture_get_width (start),
                             gesso_picture_get_height (start));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->picture_row), title ? title : "");
  gtk_picture_set_paintable (self->thumbnail, start ? GDK_PAINTABLE (gesso_picture_get_look (start)) : NULL);

  gtk_widget_set_visible (self->empty_row, start == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->picture_row), start != NULL);
  update (self);
}

static void
on_picture_changed (GessoStartGroup *self)
{
  gtk_widget_set_visible (self->use_current, gesso_document_get_picture (self->document) != NULL);
}

void
gesso_start_group_bind (GessoStartGroup *self, GessoDocument *document)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  GessoSettings *settings = gesso_document_get_settings (document);

  self->document = g_object_ref (document);
  g_object_bind_property (settings, "denoising-strength",
                          gtk_range_get_adjustment (self->denoising_strength), "value", flags);
  g_object_bind_property (settings, "image-guidance", self->image_guidance, "value", flags);
  g_object_bind_property (settings, "mask-feather", self->mask_feather, "value", flags);
  gesso_choice_bind (self->mask_fill, settings, "mask-fill", fills);
  g_object_bind_property (document, "use-canvas", self->use_canvas, "active", flags);
  g_signal_connect_object (document, "notify::use-canvas", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);

  g_signal_connect_object (document, "notify::start", G_CALLBACK (on_start_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "notify::picture", G_CALLBACK (on_picture_changed), self,
                           G_CONNECT_SWAPPED);
  on_start_changed (self);
  on_picture_changed (self);
}

static void
gesso_start_group_dispose (GObject *object)
{
  GessoStartGroup *self = GESSO_START_GROUP (object);

  g_clear_object (&self->document);

  G_OBJECT_CLASS (gesso_start_group_parent_class)->dispose (object);
}

static void
gesso_start_group_class_init (GessoStartGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_start_group_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-start-group.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, empty_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, use_current);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, picture_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, canvas_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, use_canvas);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, strength_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, denoising_strength);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, guidance_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, image_guidance);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, mask_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, paint);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, feather_row);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, mask_feather);
  gtk_widget_class_bind_template_child (widget_class, GessoStartGroup, mask_fill);
}

static void
gesso_start_group_init (GessoStartGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
