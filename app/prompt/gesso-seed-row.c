/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of the seed. */
#include "config.h"

#include "gesso-seed-row.h"

struct _GessoSeedRow
{
  AdwActionRow     parent_instance;

  GtkEntry        *entry;
  GtkWidget       *dice;
  GtkToggleButton *lock;

  GessoSettings   *settings;
};

G_DEFINE_FINAL_TYPE (GessoSeedRow, gesso_seed_row, ADW_TYPE_ACTION_ROW)

static gboolean
parse_seed (const char *text, guint64 *seed)
{
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, seed, NULL);
}

static void
on_entry_changed (GtkEditable *editable, GessoSeedRow *self)
{
  guint64 seed;

  if (!parse_seed (gtk_editable_get_text (editable), &seed))
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
      return;
    }

  gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  if (seed != gesso_settings_get_seed (self->settings))
    g_object_set (self->settings, "seed", seed, "seed-locked", TRUE, NULL);
}

static void
show_seed (GessoSeedRow *self)
{
  g_autofree char *text =
      g_strdup_printf ("%" G_GUINT64_FORMAT, gesso_settings_get_seed (self->settings));
  guint64 shown;

  if (!parse_seed (gtk_editable_get_text (GTK_EDITABLE (self->entry)), &shown) ||
      shown != gesso_settings_get_seed (self->settings))
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

/* Leaving the entry with nothing usable in it brings the seed back. */
static void
on_focus_leave (GtkEventControllerFocus *controller, GessoSeedRow *self)
{
  show_seed (self);
}

static void
on_dice_clicked (GtkButton *button, GessoSeedRow *self)
{
  gesso_settings_roll_seed (self->settings);
}

static void
on_lock_toggled (GtkToggleButton *lock, GessoSeedRow *self)
{
  gtk_button_set_icon_name (GTK_BUTTON (lock), gtk_toggle_button_get_active (lock)
                                                   ? "changes-prevent-symbolic"
                                                   : "changes-allow-symbolic");
}

void
gesso_seed_row_bind (GessoSeedRow *self, GessoSettings *settings)
{
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "notify::seed", G_CALLBACK (show_seed), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (settings, "seed-locked", self->lock, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  show_seed (self);
}

static void
gesso_seed_row_dispose (GObject *object)
{
  g_clear_object (&GESSO_SEED_ROW (object)->settings);

  G_OBJECT_CLASS (gesso_seed_row_parent_class)->dispose (object);
}

static void
gesso_seed_row_class_init (GessoSeedRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_seed_row_dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-seed-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoSeedRow, entry);
  gtk_widget_class_bind_template_child (widget_class, GessoSeedRow, dice);
  gtk_widget_class_bind_template_child (widget_class, GessoSeedRow, lock);
}

static void
gesso_seed_row_init (GessoSeedRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (self->entry, "changed", G_CALLBACK (on_entry_changed), self);
  g_signal_connect (self->dice, "clicked", G_CALLBACK (on_dice_clicked), self);
  g_signal_connect (self->lock, "toggled", G_CALLBACK (on_lock_toggled), self);
  g_signal_connect (focus, "leave", G_CALLBACK (on_focus_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self->entry), focus);
}
