/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strict pull scanner for JSON (RFC 8259). */
#include "io/json-scan.h"

#include <string.h>

void
gs_json_scan_init (GsJsonScan *scan, const char *text, gsize n_bytes)
{
  *scan = (GsJsonScan){ .start = text, .at = text, .end = text + n_bytes };
}

static gboolean
fail (GsJsonScan *scan, const char *message)
{
  if (scan->message == NULL)
    scan->message = message;
  return FALSE;
}

static void
skip_space (GsJsonScan *scan)
{
  while (scan->at < scan->end && strchr (" \t\r\n", *scan->at) != NULL && *scan->at != '\0')
    scan->at++;
}

gboolean
gs_json_scan_accept (GsJsonScan *scan, char c)
{
  if (scan->message != NULL)
    return FALSE;
  skip_space (scan);
  if (scan->at == scan->end || *scan->at != c)
    return FALSE;
  scan->at++;
  return TRUE;
}

gboolean
gs_json_scan_expect (GsJsonScan *scan, char c)
{
  if (gs_json_scan_accept (scan, c))
    return TRUE;
  switch (c)
    {
    case '{':
      return fail (scan, "an object was expected");
    case '[':
      return fail (scan, "an array was expected");
    case '"':
      return fail (scan, "a string was expected");
    case ':':
      return fail (scan, "':' was expected");
    case ',':
      return fail (scan, "',' was expected");
    default:
      return fail (scan, "a closing bracket was expected");
    }
}

/* Four hexadecimal digits after "\u". */
static gboolean
scan_hex4 (GsJsonScan *scan, gunichar *unit)
{
  *unit = 0;
  if (scan->end - scan->at < 4)
    return fail (scan, "a string ends inside an escape");
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*scan->at++);

      if (digit < 0)
        return fail (scan, "a bad \\u escape");
      *unit = *unit << 4 | (guint) digit;
    }
  return TRUE;
}

static gboolean
scan_unicode_escape (GsJsonScan *scan, GString *out)
{
  gunichar high, low;

  if (!scan_hex4 (scan, &high))
    return FALSE;
  if (high >= 0xd800 && high < 0xdc00)
    {
      if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return fail (scan, "half a surrogate pair");
      scan->at += 2;
      if (!scan_hex4 (scan, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail (scan, "half a surrogate pair");
      high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (high >= 0xdc00 && high < 0xe000)
    return fail (scan, "half a surrogate pair");
  if (high == 0)
    return fail (scan, "a NUL character in a string");
  if (out != NULL)
    g_string_append_unichar (out, high);
  return TRUE;
}

static gboolean
scan_escape (GsJsonScan *scan, GString *out)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (scan->at == scan->end)
    return fail (scan, "a string ends inside an escape");
  c = *scan->at++;
  if (c == 'u')
    return scan_unicode_escape (scan, out);
  found = c != '\0' ? strchr (from, c) : NULL;
  if (found == NULL)
    return fail (scan, "an unknown escape in a string");
  if (out != NULL)
    g_string_append_c (out, to[found - from]);
  return TRUE;
}

/* `out` may be NULL: then the string is only checked. */
static gboolean
scan_string (GsJsonScan *scan, GString *out)
{
  if (!gs_json_scan_expect (scan, '"'))
    return FALSE;
  while (scan->at < scan->end)
    {
      const char *plain = scan->at;

      while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
             (guchar) *scan->at >= 0x20)
        scan->at++;
      if (out != NULL)
        g_string_append_len (out, plain, scan->at - plain);
      if (scan->at == scan->end)
        break;
      if (*scan->at == '"')
        {
          scan->at++;
          return TRUE;
        }
      if (*scan->at != '\\')
        return fail (scan, "a control character in a string");
      scan->at++;
      if (!scan_escape (scan, out))
        return FALSE;
    }
  return fail (scan, "a string does not end");
}

gboolean
gs_json_scan_string (GsJsonScan *scan, GString *out)
{
  g_string_truncate (out, 0);
  return scan_string (scan, out);
}

gboolean
gs_json_scan_uint (GsJsonScan *scan, guint64 *value)
{
  const char *first;

  *value = 0;
  if (scan->message != NULL)
    return FALSE;
  skip_space (scan);
  first = scan->at;
  for (; scan->at < scan->end && g_ascii_isdigit (*scan->at); scan->at++)
    if (!g_uint64_checked_mul (value, *value, 10) ||
        !g_uint64_checked_add (value, *value, *scan->at - '0'))
      return fail (scan, "a number beyond 64 bits");
  if (scan->at == first)
    return fail (scan, "a non-negative whole number was expected");
  if (*first == '0' && scan->at > first + 1)
    return fail (scan, "a number with a leading zero");
  if (scan->at < scan->end && strchr (".eE", *scan->at) != NULL)
    return fail (scan, "a whole number was expected");
  return TRUE;
}

static gboolean
skip_digits (GsJsonScan *scan)
{
  const char *first = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return scan->at > first || fail (scan, "a bad number");
}

static gboolean
skip_number (GsJsonScan *scan)
{
  if (*scan->at == '-')
    scan->at++;
  if (scan->at < scan->end && *scan->at == '0')
    scan->at++;
  else if (!skip_digits (scan))
    return FALSE;
  if (scan->at < scan->end && *scan->at == '.')
    {
      scan->at++;
      if (!skip_digits (scan))
        return FALSE;
    }
  if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E'))
    {
      scan->at++;
      if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
        scan->at++;
      return skip_digits (scan);
    }
  return TRUE;
}

static gboolean
skip_word (GsJsonScan *scan)
{
  static const char *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);

      if ((gsize) (scan->end - scan->at) >= n && memcmp (scan->at, words[i], n) == 0)
        {
          scan->at += n;
          return TRUE;
        }
    }
  return fail (scan, "a value was expected");
}

gboolean
gs_json_scan_skip (GsJsonScan *scan, guint max_depth)
{
  char open;

  if (scan->message != NULL)
    return FALSE;
  skip_space (scan);
  if (scan->at == scan->end)
    return fail (scan, "the text ends too early");
  open = *scan->at;
  if (open == '"')
    return scan_string (scan, NULL);
  if (open == '-' || g_ascii_isdigit (open))
    return skip_number (scan);
  if (open != '{' && open != '[')
    return skip_word (scan);
  if (max_depth == 0)
    return fail (scan, "nested too deeply");
  scan->at++;
  if (gs_json_scan_accept (scan, open == '{' ? '}' : ']'))
    return TRUE;
  do
    {
      if (open == '{' && (!scan_string (scan, NULL) || !gs_json_scan_expect (scan, ':')))
        return FALSE;
      if (!gs_json_scan_skip (scan, max_depth - 1))
        return FALSE;
    }
  while (gs_json_scan_accept (scan, ','));
  return gs_json_scan_expect (scan, open == '{' ? '}' : ']');
}

gboolean
gs_json_scan_finish (GsJsonScan *scan)
{
  if (scan->message != NULL)
    return FALSE;
  skip_space (scan);
  return scan->at == scan->end || fail (scan, "more text after the end");
}
