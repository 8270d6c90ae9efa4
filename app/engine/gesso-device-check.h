/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoDeviceCheck: whether the graphics card and its driver compute right. What is not known yet is found out
 * on the engine's thread, whenever there is nothing else to do there: all other work goes first. The findings
 * are kept for each driver, so the next start knows them.
 *
 * A lost device costs the session, which opens again, and the check goes on behind what it was lost by.
 *
 * Signal: "changed" ().
 */
#pragma once

#include "engine/gesso-engine.h"

G_BEGIN_DECLS

#define GESSO_TYPE_DEVICE_CHECK (gesso_device_check_get_type ())
G_DECLARE_FINAL_TYPE (GessoDeviceCheck, gesso_device_check, GESSO, DEVICE_CHECK, GObject)

GessoDeviceCheck *gesso_device_check_new   (GessoEngine *engine);

/* Nothing is done if it runs already, or all is known. */
void              gesso_device_check_start (GessoDeviceCheck *self);
/* It ends soon, and what it has found is kept. */
void              gesso_device_check_stop  (GessoDeviceCheck *self);

gboolean          gesso_device_check_is_running   (GessoDeviceCheck *self);
/* 0..1 while it runs. */
double            gesso_device_check_get_fraction (GessoDeviceCheck *self);
/* A sentence about the device, or about what keeps it from being known. */
char             *gesso_device_check_dup_verdict  (GessoDeviceCheck *self);
/* Lines for a bug report, without anything of the person or of files; NULL: not known yet. */
const char       *gesso_device_check_get_report   (GessoDeviceCheck *self);

G_END_DECLS
