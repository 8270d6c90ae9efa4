/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's error domain: what the outside world (files, devices, memory, the user) can do to us. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GS_ERROR (gs_error_quark ())

typedef enum
{
  GS_ERROR_NO_DEVICE,        /* no usable Vulkan device                             */
  GS_ERROR_OUT_OF_MEMORY,    /* the message gives needed and available amounts      */
  GS_ERROR_DEVICE_LOST,      /* the session is gone; pictures and prompt are not    */
  GS_ERROR_BAD_FILE,         /* damaged, hostile or simply something else           */
  GS_ERROR_UNSUPPORTED,      /* understood, but this engine cannot do it            */
  GS_ERROR_CANCELLED,        /* the progress callback asked to stop                 */
  GS_ERROR_INVALID_ARGUMENT, /* a setting out of range; the message names the range */
} GsErrorCode;

GQuark gs_error_quark (void);

G_END_DECLS
