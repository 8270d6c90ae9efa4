/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The side pane: rows bound to settings. */
#include "config.h"

#include "gesso-settings-pane.h"

#include "engine/gesso-catalog.h"
#include "library/gesso-refiner-row.h"
#include "library/gesso-vae-row.h"
#include "prompt/gesso-choice.h"
#include "prompt/gesso-preset-row.h"
#include "prompt/gesso-seed-row.h"
#include "prompt/gesso-start-group.h"

#include <glib/gi18n.h>
#include <math.h>

struct _GessoSettingsPane
{
  GtkWidget        parent_instance;

  GtkWidget       *scroller;
  GessoModelRow   *model_row;
  GessoVaeRow     *vae_row;
  GessoRefinerRow *refiner_row;
  GtkWidget       *refiner_share_row;
  GtkSpinButton   *refiner_share;
  GListModel      *items; /* of the library, or NULL */
  GessoStartGroup *start_group;
  GtkSpinButton   *width;
  GtkSpinButton   *height;
  GessoSeedRow    *seed_row;
  GessoPresetRow  *preset_row;
  GtkSpinButton   *steps;
  GtkSpinButton   *guidance_scale;
  AdwComboRow     *sampler;
  AdwComboRow     *schedule;
  GtkSpinButton   *clip_skip;
  GtkSpinButton   *guidance_rescale;
  AdwComboRow     *hires;
  GtkSpinButton   *hires_strength;
  AdwComboRow     *deep_layers;
  AdwComboRow     *guided_steps;
  AdwComboRow     *prompt_steps;
  AdwComboRow     *free_u;
  AdwComboRow     *rng;
  AdwActionRow    *guidance_rescale_row;

  GessoSettings    *settings;
  char             *host;  /* of the server, NULL: this machine */
  GessoServerStock *stock; /* its, or NULL                      */
};

G_DEFINE_FINAL_TYPE (GessoSettingsPane, gesso_settings_pane, GTK_TYPE_WIDGET)

static const char *const rngs[] = { "cpu", "cuda", NULL };
static const char *const passes[] = { "auto", "off", "1.5", "2", NULL };
static const char *const deep_layers[] = { "1", "2", "3", NULL };
static const char *const guided_steps[] = { "all", "middle", NULL };
static const char *const prompt_steps[] = { "all", "half", NULL };
static const char *const free_u[] = { "off", "on", NULL };

/* 0 stands for "not known yet" and is not shown. */
static gboolean
value_from_pixels (GBinding *binding, const GValue *pixels, GValue *value, gpointer data)
{
  g_value_set_double (value, g_value_get_uint (pixels));
  return g_value_get_uint (pixels) > 0;
}

/* The models work in blocks of 8. */
static void
round_pixels (GtkSpinButton *spin)
{
  double value = gtk_spin_button_get_value (spin), rounded = (guint) (value / 8 + 0.5) * 8;

  if (rounded != value)
    gtk_spin_button_set_value (spin, rounded);
}

/* Of the steps, in percent: what is left from where the refiner begins. */
static gboolean
share_from_start (GBinding *binding, const GValue *start, GValue *share, gpointer data)
{
  g_value_set_double (share, round (100 * (1 - g_value_get_double (start))));
  return TRUE;
}

static gboolean
start_from_share (GBinding *binding, const GValue *share, GValue *start, gpointer data)
{
  g_value_set_double (start, 1 - g_value_get_double (share) / 100);
  return TRUE;
}

static gboolean
is_given (GBinding *binding, const GValue *path, GValue *given, gpointer data)
{
  g_value_set_boolean (given, *g_value_get_string (path) != '\0');
  return TRUE;
}

static void
bind_refiner (GessoSettingsPane *self, GessoSettings *settings)
{
  if (self->items)
    gesso_refiner_row_bind (self->refiner_row, settings, self->items);
  g_object_bind_property_full (settings, "refiner", self->refiner_share_row, "visible",
                               G_BINDING_SYNC_CREATE, is_given, NULL, NULL, NULL);
  g_object_bind_property_full (settings, "refiner-start", self->refiner_share, "value",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, share_from_start,
                               start_from_share, NULL, NULL);
}

static void
bind_pixels (GtkSpinButton *spin, GessoSettings *settings, const char *property)
{
  g_object_bind_property_full (settings, property, spin, "value",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, value_from_pixels,
                               NULL, NULL, NULL);
  g_signal_connect (spin, "value-changed", G_CALLBACK (round_pixels), NULL);
}

static void
bind_names (AdwComboRow *row, GessoSettings *settings, const char *property, GessoCatalog catalog)
{
  g_autoptr (GtkStringList) labels = gesso_catalog_get_labels (catalog);

  adw_combo_row_set_model (row, G_LIST_MODEL (labels));
  gesso_choice_bind (row, settings, property, gesso_catalog_get_ids (catalog));
}

/* ---- A server ------------------------------------------------------------------------------- */

/* Grey, with the reason in the place of what it is for; NULL: as before. */
static void
set_reason (AdwActionRow *row, const char *reason)
{
  static const char *const key = "gesso-subtitle";
  const char *former = g_object_get_data (G_OBJECT (row), key);

  if (reason && former == NULL)
    g_object_set_data_full (G_OBJECT (row), key, g_strdup (adw_action_row_get_subtitle (row)), g_free);
  if (reason)
    adw_action_row_set_subtitle (row, reason);
  else if (former)
    {
      adw_action_row_set_subtitle (row, former);
      g_object_set_data (G_OBJECT (row), key, NULL);
    }
}

/* It is told at once rather than after the picture was ordered. */
static void
check_sampler (GessoSettingsPane *self)
{
  g_autofree char *sampler = NULL, *schedule = NULL, *reason = NULL;

  if (self->settings == NULL)
    return;

  g_object_get (self->settings, "sampler", &sampler, "schedule", &schedule, NULL);
  if (self->host && self->stock && !gesso_server_stock_can_sample (self->stock, sampler, schedule))
    /* Translators: the name of another computer, which lacks a sampler with its schedule */
    reason = g_strdup_printf (_("%s does not have this"), self->host);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->sampler), reason ? reason : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->schedule), reason ? reason : "");
}

void
gesso_settings_pane_set_server (GessoSettingsPane *self, const char *host, GessoServerStock *stock)
{
  GtkWidget *const rows[] = {
    GTK_WIDGET (self->guidance_rescale_row), GTK_WIDGET (self->deep_layers),
    GTK_WIDGET (self->guided_steps), GTK_WIDGET (self->prompt_steps), GTK_WIDGET (self->free_u),
  };
  /* Translators: the name of another computer, which has no such setting */
  g_autofree char *reason = host ? g_strdup_printf (_("Not on %s"), host) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      set_reason (ADW_ACTION_ROW (rows[i]), reason);
      gtk_widget_set_sensitive (rows[i], host == NULL);
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->vae_row), host == NULL);
  g_free (self->host);
  self->host = g_strdup (host);
  g_clear_pointer (&self->stock, gesso_server_stock_unref);
  self->stock = stock ? gesso_server_stock_ref (stock) : NULL;
  check_sampler (self);
}

/* ---- Binding -------------------------------------------------------------------------------- */

static void
on_model_read (GessoSettingsPane *self)
{
  gesso_preset_row_set_proposal (self->preset_row, gesso_model_row_get_proposal (self->model_row));
  if (self->items)
    gesso_refiner_row_set_family (self->refiner_row, gesso_model_row_get_family (self->model_row));
  gesso_start_group_set_editing (self->start_group,
                                 gesso_model_row_get_is_editing (self->model_row));
}

void
gesso_settings_pane_bind (GessoSettingsPane *self, GessoDocument *document, GSettings *store)
{
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  GessoSettings *settings = gesso_document_get_settings (document);

  g_signal_connect_object (self->model_row, "model-read", G_CALLBACK (on_model_read), self,
                           G_CONNECT_SWAPPED);
  gesso_model_row_bind (self->model_row, settings, store);
  gesso_vae_row_bind (self->vae_row, settings);
  bind_refiner (self, settings);
  gesso_start_group_bind (self->start_group, document);
  gesso_seed_row_bind (self->seed_row, settings);
  gesso_preset_row_bind (self->preset_row, settings);
  bind_pixels (self->width, settings, "width");
  bind_pixels (self->height, settings, "height");
  g_object_bind_property (settings, "steps", self->steps, "value", flags);
  g_object_bind_property (settings, "guidance-scale", self->guidance_scale, "value", flags);
  g_object_bind_property (settings, "clip-skip", self->clip_skip, "value", flags);
  g_object_bind_property (settings, "guidance-rescale", self->guidance_rescale, "value", flags);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "notify::sampler", G_CALLBACK (check_sampler), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::schedule", G_CALLBACK (check_sampler), self,
                           G_CONNECT_SWAPPED);
  bind_names (self->sampler, settings, "sampler", GESSO_CATALOG_SAMPLERS);
  bind_names (self->schedule, settings, "schedule", GESSO_CATALOG_SCHEDULES);
  gesso_choice_bind (self->hires, settings, "hires", passes);
  g_object_bind_property (settings, "hires-strength", self->hires_strength, "value", flags);
  gesso_choice_bind (self->deep_layers, settings, "deep-layers", deep_layers);
  gesso_choice_bind (self->guided_steps, settings, "guided-steps", guided_steps);
  gesso_choice_bind (self->prompt_steps, settings, "prompt-steps", prompt_steps);
  gesso_choice_bind (self->free_u, settings, "free-u", free_u);
  gesso_choice_bind (self->rng, settings, "rng", rngs);
}

void
gesso_settings_pane_set_library (GessoSettingsPane *self, GListModel *items)
{
  self->items = g_object_ref (items);
}

void
gesso_settings_pane_set_live (GessoSettingsPane *self, gboolean live)
{
  gesso_start_group_set_live (self->start_group, live);
}

void
gesso_settings_pane_set_canvas (GessoSettingsPane *self, gboolean masked, gboolean painted)
{
  gesso_start_group_set_canvas (self->start_group, masked, painted);
}

GessoModelRow *
gesso_settings_pane_get_model_row (GessoSettingsPane *self)
{
  return self->model_row;
}

static void
gesso_settings_pane_dispose (GObject *object)
{
  g_clear_pointer (&GESSO_SETTINGS_PANE (object)->scroller, gtk_widget_unparent);
  g_clear_object (&GESSO_SETTINGS_PANE (object)->items);
  g_clear_object (&GESSO_SETTINGS_PANE (object)->settings);
  g_clear_pointer (&GESSO_SETTINGS_PANE (object)->host, g_free);
  g_clear_pointer (&GESSO_SETTINGS_PANE (object)->stock, gesso_server_stock_unref);

  G_OBJECT_CLASS (gesso_settings_pane_parent_class)->dispose (object);
}

static void
gesso_settings_pane_class_init (GessoSettingsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_settings_pane_dispose;

  g_type_ensure (GESSO_TYPE_MODEL_ROW);
  g_type_ensure (GESSO_TYPE_VAE_ROW);
  g_type_ensure (GESSO_TYPE_REFINER_ROW);
  g_type_ensure (GESSO_TYPE_START_GROUP);
  g_type_ensure (GESSO_TYPE_SEED_ROW);
  g_type_ensure (GESSO_TYPE_PRESET_ROW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/prompt/gesso-settings-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, model_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, vae_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, refiner_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, refiner_share_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, refiner_share);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, start_group);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, width);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, height);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, seed_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, preset_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, steps);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, guidance_scale);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, sampler);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, schedule);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, clip_skip);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, guidance_rescale);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, guidance_rescale_row);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, hires);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, hires_strength);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, deep_layers);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, guided_steps);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, prompt_steps);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, free_u);
  gtk_widget_class_bind_template_child (widget_class, GessoSettingsPane, rng);
}

static void
gesso_settings_pane_init (GessoSettingsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
