/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's main states, and how a new window is brought into each. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  SCREENSHOT_DARK = 1 << 0,
  SCREENSHOT_RTL = 1 << 1,
  SCREENSHOT_HIGH_CONTRAST = 1 << 2,
  SCREENSHOT_SHADOW = 1 << 3,  /* and GNOME's font, for the metainfo       */
  SCREENSHOT_SLOW = 1 << 4,    /* steps that there is time to look at      */
  SCREENSHOT_WELCOME = 1 << 5, /* not seen yet                             */
  SCREENSHOT_NOTE = 1 << 6,    /* with the note about the processor        */
} ScreenshotLook;

typedef struct
{
  const char    *name; /* the window widget's, too */
  int            width, height;
  ScreenshotLook look;
  void         (*show) (GtkWindow *window);
} ScreenshotState;

extern const ScreenshotState screenshot_states[];
extern const guint screenshot_n_states;

/* For what slides and fades. */
#define SCREENSHOT_SETTLE_MS 600

G_END_DECLS
