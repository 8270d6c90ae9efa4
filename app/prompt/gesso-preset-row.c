/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three buttons over settings that anything else may change too. */
#include "config.h"

#include "gesso-preset-row.h"

#include <glib/gi18n.h>

struct _GessoPresetRow
{
  AdwPreferencesRow parent_instance;

  GtkToggleButton *buttons[GESSO_N_PRESETS];

  GessoSettings *settings;
  GessoProposal proposal;
  GessoPreset preset;
  gboolean applying;
  char *summary;
};

enum
{
  PROP_0,
  PROP_SUMMARY,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoPresetRow, gesso_preset_row, ADW_TYPE_PREFERENCES_ROW)

static GParamSpec *properties[N_PROPS];

static char *
dup_summary (GessoPresetRow *self)
{
  g_autoptr (GtkStringList) labels = gesso_catalog_get_labels (GESSO_CATALOG_SAMPLERS);
  g_autofree char *sampler = NULL;
  g_autofree char *text = NULL;
  guint position, steps;

  g_object_get (self->settings, "steps", &steps, "sampler", &sampler, NULL);
  position = gesso_catalog_find (GESSO_CATALOG_SAMPLERS, sampler);
  /* Translators: denoising steps and the name of a sampler: "20 steps, Euler a" */
  text = g_strdup_printf (ngettext ("%u step, %s", "%u steps, %s", steps), steps,
                          position == GTK_INVALID_LIST_POSITION
                            ? sampler
                            : gtk_string_list_get_string (labels, position));
  if (self->preset != GESSO_PRESET_CUSTOM)
    return g_steal_pointer (&text);

  /* Translators: settings that are none of the presets; %s is "20 steps, Euler a" */
  return g_strdup_printf (_("Custom: %s"), text);
}

static void
update (GessoPresetRow *self)
{
  if (self->applying)
    return;

  self->preset = gesso_preset_find (self->settings, &self->proposal);
  self->applying = TRUE;
  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    gtk_toggle_button_set_active (self->buttons[preset], preset == self->preset);
  self->applying = FALSE;

  g_free (self->summary);
  self->summary = dup_summary (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static void
apply (GessoPresetRow *self, GessoPreset preset)
{
  self->applying = TRUE;
  gesso_preset_apply (preset, self->settings, &self->proposal);
  self->applying = FALSE;
  update (self);
}

static void
on_toggled (GtkToggleButton *button, GessoPresetRow *self)
{
  if (self->applying || !gtk_toggle_button_get_active (button))
    return;

  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    if (self->buttons[preset] == button)
      {
        apply (self, preset);
        return;
      }
}

void
gesso_preset_row_bind (GessoPresetRow *self, GessoSettings *settings)
{
  static const char *const names[] = {
    "steps", "guidance-scale", "guidance-rescale", "sampler", "schedule",
  };

  self->settings = g_object_ref (settings);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);

      g_signal_connect_object (settings, signal, G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

void
gesso_preset_row_set_proposal (GessoPresetRow *self, const GessoProposal *proposal)
{
  GessoPreset preset = self->preset;

  self->proposal = *proposal;
  if (self->settings == NULL)
    return;
  if (preset != GESSO_PRESET_CUSTOM)
    apply (self, preset);
  else
    update (self);
}

static void
gesso_preset_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SUMMARY)
    g_value_set_string (value, GESSO_PRESET_ROW (object)->summary);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gesso_preset_row_dispose (GObject *object)
{
  GessoPresetRow *self = GESSO_PRESET_ROW (object);

  self->applying = TRUE; /* nothing that happens to the buttons now is a choice */
  g_clear_object (&self->settings);
  g_clear_pointer (&self->summary, g_free);

  G_OBJECT_CLASS (gesso_preset_row_parent_class)->dispose (object);
}

static void
gesso_preset_row_class_init (GessoPresetRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_preset_row_get_property;
  object_class->dispose = gesso_preset_row_dispose;

  properties[PROP_SUMMARY] =
    g_param_spec_string ("summary", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-preset-row.ui");
#define BUTTON(name, preset)                                                             \
  gtk_widget_class_bind_template_child_full (widget_class, name, FALSE,                  \
                                             G_STRUCT_OFFSET (GessoPresetRow, buttons) + \
                                               (preset) * (gssize) sizeof (GtkToggleButton *))
  BUTTON ("fast", GESSO_PRESET_FAST);
  BUTTON ("balanced", GESSO_PRESET_BALANCED);
  BUTTON ("fine", GESSO_PRESET_FINE);
#undef BUTTON
}

static void
gesso_preset_row_init (GessoPresetRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gesso_catalog_get_proposal (&self->proposal);
  self->preset = GESSO_PRESET_CUSTOM;
  for (GessoPreset preset = 0; preset < GESSO_N_PRESETS; preset++)
    g_signal_connect (self->buttons[preset], "toggled", G_CALLBACK (on_toggled), self);
}
