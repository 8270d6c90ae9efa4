/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opcodes that push a number or a text, and what they take from the program for it. */
#include "io/pickle-private.h"

#include <string.h>

gboolean
gs_pickle_push_integer (GsPickleMachine *m, GsPickleKind kind, gint64 integer)
{
  gs_pickle_push (m, kind)->integer = integer;
  return TRUE;
}

/* n bytes of the program, or NULL. */
const guint8 *
gs_pickle_take (GsPickleMachine *m, guint64 n)
{
  const guint8 *at = m->at;

  if (n > (guint64) (m->end - m->at))
    return NULL;
  m->at += n;
  return at;
}

/* A little-endian number of n bytes. */
gboolean
gs_pickle_take_number (GsPickleMachine *m, guint n, guint64 *number)
{
  const guint8 *at = gs_pickle_take (m, n);

  *number = 0;
  for (guint i = 0; at != NULL && i < n; i++)
    *number |= (guint64) at[i] << (8 * i);
  return at != NULL || gs_pickle_fail (m, "its end in the middle of a number");
}

/* Up to a line's end, which is passed; owned, or NULL. */
char *
gs_pickle_take_line (GsPickleMachine *m)
{
  const guint8 *newline = memchr (m->at, '\n', m->end - m->at);
  char *line;

  if (newline == NULL)
    return NULL;
  line = g_strndup ((const char *) m->at, newline - m->at);
  m->at = newline + 1;
  return line;
}

/* Takes the text. */
gboolean
gs_pickle_push_text (GsPickleMachine *m, GsPickleKind kind, char *text)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      g_free (text);
      return gs_pickle_fail (m, "a text that is none");
    }
  gs_pickle_push (m, kind)->text = text;
  return TRUE;
}

/* A length of n_length bytes and so much text. Bytes are no text, and of no use. */
gboolean
gs_pickle_read_text (GsPickleMachine *m, guint n_length, gboolean is_bytes)
{
  guint64 n;
  const guint8 *at;

  if (!gs_pickle_take_number (m, n_length, &n))
    return FALSE;
  at = gs_pickle_take (m, n);
  if (at == NULL)
    return gs_pickle_fail (m, "a text that is longer than the file");
  if (!is_bytes)
    return gs_pickle_push_text (m, GS_PICKLE_TEXT, g_strndup ((const char *) at, n));
  gs_pickle_push (m, GS_PICKLE_OPAQUE);
  return TRUE;
}

/* Protocol 0's text: quoted, on a line. */
gboolean
gs_pickle_read_quoted (GsPickleMachine *m)
{
  char *line = gs_pickle_take_line (m);
  const gsize n = line != NULL ? strlen (line) : 0;

  if (n >= 2 && (line[0] == '\'' || line[0] == '"') && line[n - 1] == line[0])
    {
      line[n - 1] = '\0';
      memmove (line, line + 1, n - 1);
    }
  return gs_pickle_push_text (m, GS_PICKLE_TEXT, line);
}

/* A two's complement number of any length; those of more than 8 bytes are of no use. */
gboolean
gs_pickle_read_long (GsPickleMachine *m, guint n_length)
{
  guint64 n, number = 0;
  const guint8 *at;

  if (!gs_pickle_take_number (m, n_length, &n))
    return FALSE;
  at = gs_pickle_take (m, n);
  if (at == NULL)
    return gs_pickle_fail (m, "a number that is longer than the file");
  if (n > 8)
    {
      gs_pickle_push (m, GS_PICKLE_OPAQUE);
      return TRUE;
    }
  for (guint i = 0; i < 8; i++)
    number |= (guint64) (i < n ? at[i] : n > 0 && at[n - 1] & 0x80 ? 0xff : 0) << (8 * i);
  return gs_pickle_push_integer (m, GS_PICKLE_INTEGER, (gint64) number);
}

/* "12", "12L", "00" and "01" (protocol 0's False and True). */
gboolean
gs_pickle_read_text_integer (GsPickleMachine *m)
{
  g_autofree char *line = gs_pickle_take_line (m);
  char *end;
  gint64 number;

  if (line == NULL)
    return gs_pickle_fail (m, "its end in the middle of a number");
  if (g_str_equal (line, "00") || g_str_equal (line, "01"))
    return gs_pickle_push_integer (m, GS_PICKLE_BOOLEAN, line[1] == '1');
  number = g_ascii_strtoll (line, &end, 10);
  if (end == line || (*end != '\0' && !g_str_equal (end, "L")))
    return gs_pickle_fail (m, "a number that is none");
  return gs_pickle_push_integer (m, GS_PICKLE_INTEGER, number);
}

gboolean
gs_pickle_read_real (GsPickleMachine *m, gboolean is_text)
{
  g_autofree char *line = is_text ? gs_pickle_take_line (m) : NULL;
  const guint8 *at = is_text ? NULL : gs_pickle_take (m, 8);
  guint64 bits;
  double real;

  if (line == NULL && at == NULL)
    return gs_pickle_fail (m, "its end in the middle of a number");
  if (is_text)
    real = g_ascii_strtod (line, NULL);
  else
    {
      memcpy (&bits, at, 8);
      bits = GUINT64_FROM_BE (bits);
      memcpy (&real, &bits, 8);
    }
  gs_pickle_push (m, GS_PICKLE_REAL)->real = real;
  return TRUE;
}

gboolean
gs_pickle_read_number (GsPickleMachine *m, guint n, gboolean is_signed)
{
  guint64 number;

  return gs_pickle_take_number (m, n, &number)
         && gs_pickle_push_integer (m, GS_PICKLE_INTEGER,
                                    is_signed ? (gint32) number : (gint64) number);
}
