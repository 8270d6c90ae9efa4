/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What app/engine does with a device; main thread. */
#pragma once

#include "gesso-device.h"
#include "gesso-order.h"
#include "gesso-worker.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_DEVICE_FIRST,
  GESSO_DEVICE_FURTHER,
  GESSO_DEVICE_SERVER, /* another computer: it has no worker */
} GessoDeviceRole;

GessoDevice    *gesso_device_new         (GessoDeviceRole role);
/* One of gs_list_devices(), enabled where it is a discrete one. name: for people. checks: see
 * gesso_worker_check(). */
GessoDevice    *gesso_device_new_further (const GsDeviceInfo *info, const char *name, gboolean checks);
/* Waits for its worker, for good. */
void            gesso_device_close       (GessoDevice *self);

GessoDeviceRole gesso_device_get_role    (GessoDevice *self);
/* As the engine chooses it where nobody has. */
gboolean        gesso_device_is_discrete (GessoDevice *self);
void            gesso_device_set_name    (GessoDevice *self, const char *name);
GessoWorker    *gesso_device_get_worker  (GessoDevice *self);
void            gesso_device_set_library (GessoDevice *self, const char *const *folders);

/* ---- Orders --------------------------------------------------------------------------------- */

/* Whether it could ever make that order, and whether it has nothing else to make. */
gboolean        gesso_device_suits       (GessoDevice *self, GessoOrder *order);
gboolean        gesso_device_is_free     (GessoDevice *self);
void            gesso_device_begin       (GessoDevice *self);
/* error: of the order, or NULL. keeps: latents wait there for another try. */
void            gesso_device_end         (GessoDevice *self, GessoOrder *order, const GError *error,
                                          gboolean keeps);
/* Work that gives way to orders, or is waited for by them: +1 when it begins, -1 when it ends. */
void            gesso_device_count_work  (GessoDevice *self, int change);
gboolean        gesso_device_has_work    (GessoDevice *self);

/* Whether an order failed for what the device is, so that another one might make it. */
gboolean        gesso_device_is_to_blame (const GError *error);

G_END_DECLS
