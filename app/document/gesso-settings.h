/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoSettings: everything that decides what a picture becomes, but the pictures it starts from.
 *
 * Every setting is a property that widgets bind to. Their names are the keys of the GSettings
 * schema too, so remembering them is one g_settings_bind() each.
 *
 *   prompt, negative-prompt      string
 *   model                        string: a path, or empty for the starter model
 *   vae                          string: the path of another autoencoder, or empty for the model's
 *   refiner                      string: the path of a model that makes the last steps, or empty
 *   refiner-start                double: from which part of them on
 *   width, height                uint: pixels; 0 before a model has said what suits it
 *   steps                        uint
 *   guidance-scale               double
 *   image-guidance               double: of models that edit the start picture
 *   guidance-rescale             double
 *   sampler, schedule            string: the engine's id
 *   seed                         uint64
 *   seed-locked                  boolean: keep the seed for the next picture
 *   rng                          string: "cpu" or "cuda", whose noise the seed means
 *   clip-skip                    uint: 0 is the model's own choice
 *   denoising-strength           double: 0 keeps the start picture, 1 forgets it
 *   mask-feather                 uint: pixels of soft edge round the mask
 *   mask-fill                    string: "original", "blur", "noise" or "color"
 *   hires                        string: "auto", "off", or how much smaller it is made first: "2"
 *   hires-strength               double: how far the second pass leaves the first behind
 *   hires-upscaler               string: "pixel", "latent", or a name in the library
 *   guided-steps                 string: "all" or "middle"
 *   deep-layers                  string: in which of so many steps they run, "1", "2" or "3"
 *   prompt-steps                 string: "all" or "half"
 *   free-u                       string: "off" or "on"
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GESSO_TYPE_SETTINGS (gesso_settings_get_type ())
G_DECLARE_FINAL_TYPE (GessoSettings, gesso_settings, GESSO, SETTINGS, GObject)

GessoSettings *gesso_settings_new      (void);

/* A snapshot that no widget changes any more, for a job. */
GessoSettings *gesso_settings_copy     (GessoSettings *self);

/* Takes over every property of other but seed-locked. */
void           gesso_settings_take     (GessoSettings *self, GessoSettings *other);

/* Binds each property to the key of its name, both ways. */
void           gesso_settings_remember (GessoSettings *self, GSettings *store);

/* A seed as people exchange them: 32 random bits. */
void           gesso_settings_roll_seed (GessoSettings *self);

/* Typed readers for the few that are read outside bindings; strings are borrowed until the next
 * change. */
const char    *gesso_settings_get_prompt (GessoSettings *self);
const char    *gesso_settings_get_model  (GessoSettings *self);
guint64        gesso_settings_get_seed   (GessoSettings *self);

G_END_DECLS
