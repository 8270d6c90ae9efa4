/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: a keyboard and a pointer, as the display server sees real ones. Positions are of the
 * screen, where windows lie in its upper left corner. Without a window manager keys go to the window
 * under the pointer.
 */
#pragma once

#include <atspi/atspi.h>

G_BEGIN_DECLS

/* X11's keysyms, and the codes of keys on every PC keyboard. */
#define INPUT_KEY_RETURN 0xff0d
#define INPUT_KEY_UP 0xff52
#define INPUT_KEY_DOWN 0xff54
#define INPUT_KEY_DELETE 0xffff
#define INPUT_CONTROL_CODE 37
#define INPUT_SHIFT_CODE 50

void input_move    (int x, int y);
void input_press   (int x, int y);
void input_release (int x, int y);
/* With the first button, in some steps. */
void input_drag    (int x1, int y1, int x2, int y2);

void input_key         (long key);
/* While the key of that code is held. */
void input_key_with    (long modifier_code, long key);
void input_hold        (long code);
void input_let_go      (long code);

G_END_DECLS
