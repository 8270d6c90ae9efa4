/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input events by way of the accessibility registry, which hands them to the display server. */
#include "input.h"

#define STEPS 8
#define STEP_US 12000 /* faster ones are made into one */

static void
send_pointer (int x, int y, const char *what)
{
  g_autoptr (GError) error = NULL;

  atspi_generate_mouse_event (x, y, what, &error);
  g_assert_no_error (error);
}

void
input_move (int x, int y)
{
  send_pointer (x, y, "abs");
}

void
input_press (int x, int y)
{
  send_pointer (x, y, "b1p");
}

void
input_release (int x, int y)
{
  send_pointer (x, y, "b1r");
}

void
input_drag (int x1, int y1, int x2, int y2)
{
  input_move (x1, y1);
  input_press (x1, y1);
  for (int i = 1; i <= STEPS; i++)
    {
      g_usleep (STEP_US);
      input_move (x1 + (x2 - x1) * i / STEPS, y1 + (y2 - y1) * i / STEPS);
    }
  g_usleep (STEP_US);
  input_release (x2, y2);
}

static void
send_key (long key, AtspiKeySynthType type)
{
  g_autoptr (GError) error = NULL;

  atspi_generate_keyboard_event (key, NULL, type, &error);
  g_assert_no_error (error);
}

void
input_key (long key)
{
  send_key (key, ATSPI_KEY_SYM);
}

void
input_hold (long code)
{
  send_key (code, ATSPI_KEY_PRESS);
}

void
input_let_go (long code)
{
  send_key (code, ATSPI_KEY_RELEASE);
}

void
input_key_with (long modifier_code, long key)
{
  input_hold (modifier_code);
  input_key (key);
  input_let_go (modifier_code);
}
