/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hints _NET_ACTIVE_WINDOW, _NET_WM_STATE and _NET_WM_PID of "Extended Window Manager Hints" 1.5,
 * freedesktop.org. */
#include "config.h"

#include "gesso-full-screen.h"

#ifdef GESSO_X11

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <gdk/x11/gdkx.h>
#include <unistd.h>

#define MAX_ATOMS 64

/* The longs of a window's property, to be freed by XFree(), or NULL. */
static unsigned long *
get_longs (Display *x, Window window, const char *name, Atom type, unsigned long *n)
{
  unsigned char *data = NULL;
  unsigned long left;
  Atom actual;
  int format = 0;

  *n = 0;
  if (XGetWindowProperty (x, window, XInternAtom (x, name, False), 0, MAX_ATOMS, False, type, &actual,
                          &format, n, &left, &data) != Success)
    return NULL;
  if (data && (actual != type || format != 32 || *n == 0))
    g_clear_pointer (&data, XFree);

  return (unsigned long *) data;
}

static unsigned long
get_long (Display *x, Window window, const char *name, Atom type)
{
  unsigned long n, value, *values = get_longs (x, window, name, type, &n);

  value = values ? values[0] : 0;
  g_clear_pointer (&values, XFree);

  return value;
}

static gboolean
is_full_screen (Display *x, Window window)
{
  const Atom wanted = XInternAtom (x, "_NET_WM_STATE_FULLSCREEN", False);
  unsigned long n, *states = get_longs (x, window, "_NET_WM_STATE", XA_ATOM, &n);
  gboolean found = FALSE;

  for (unsigned long i = 0; states && i < n; i++)
    found |= states[i] == wanted;
  g_clear_pointer (&states, XFree);

  return found;
}

gboolean
gesso_full_screen_is_known (GdkDisplay *display)
{
  return GDK_IS_X11_DISPLAY (display);
}

gboolean
gesso_full_screen_of_others (GdkDisplay *display)
{
  Display *x;
  Window window;
  gboolean full;

  if (!gesso_full_screen_is_known (display))
    return FALSE;

  x = gdk_x11_display_get_xdisplay (display);
  gdk_x11_display_error_trap_push (display); /* the window may be gone meanwhile */
  window = get_long (x, DefaultRootWindow (x), "_NET_ACTIVE_WINDOW", XA_WINDOW);
  full = window != None && is_full_screen (x, window) &&
         get_long (x, window, "_NET_WM_PID", XA_CARDINAL) != (unsigned long) getpid ();
  gdk_x11_display_error_trap_pop_ignored (display);

  return full;
}

#else

gboolean
gesso_full_screen_is_known (GdkDisplay *display)
{
  return FALSE;
}

gboolean
gesso_full_screen_of_others (GdkDisplay *display)
{
  return FALSE;
}

#endif
