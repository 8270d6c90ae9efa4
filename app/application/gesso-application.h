/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoApplication: the program. Owns the engine and what is fetched; one window, to which files are handed. */
#pragma once

#include "engine/gesso-device-check.h"
#include "engine/gesso-engine.h"
#include "library/gesso-downloads.h"
#include "training/gesso-trainings.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define GESSO_TYPE_APPLICATION (gesso_application_get_type ())
G_DECLARE_FINAL_TYPE (GessoApplication, gesso_application, GESSO, APPLICATION, AdwApplication)

GessoApplication *gesso_application_new        (void);
GessoEngine      *gesso_application_get_engine (GessoApplication *self);
GessoDeviceCheck *gesso_application_get_device_check (GessoApplication *self);
/* In a few seconds, if that is not known yet: the device is open. */
void              gesso_application_check_device (GessoApplication *self);
GessoDownloads   *gesso_application_get_downloads (GessoApplication *self);
GessoTrainings   *gesso_application_get_trainings (GessoApplication *self);
/* While all windows are closed, not one of several. */
gboolean gesso_application_get_quitting (GessoApplication *self);

G_END_DECLS
