/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arguments that several commands share, and the checks of their values. */
#include "cli/cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK (gs-cli-argument-error-quark, gs_cli_argument_error)

gboolean
gs_cli_bad (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (GS_CLI_ARGUMENT_ERROR, 0, format, arguments);
  va_end (arguments);
  return FALSE;
}

static void
add_session_options (GOptionContext *context, GsCliSessionArguments *session)
{
  const GOptionEntry entries[] = {
    { "device", 0, 0, G_OPTION_ARG_STRING, &session->device,
      "Compute on this device: its number in \"gesso-cli info\" or a part of its name", "DEVICE" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &session->precision,
      "Keep activations in f32 or f16 (default: what suits the device)", "f32|f16" },
    { "memory-limit", 0, 0, G_OPTION_ARG_STRING, &session->memory_limit,
      "Device memory that a picture may take at most, as in 3000000000, 3000M or 3G", "BYTES" },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

gboolean
gs_cli_parse (int argc, char **argv, const GOptionEntry *entries, GsCliSessionArguments *session,
              const char *operand_names, guint max_operands, const char *description,
              char ***operands, GError **error)
{
  g_autofree char *usage = g_strdup_printf ("%s", operand_names);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_auto (GStrv) rest = NULL;
  const GOptionEntry rest_entry[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autofree char *program = g_strconcat ("gesso-cli ", argv[0], NULL);
  g_autoptr (GError) parse_error = NULL;

  g_set_prgname (program); /* for the usage line of --help */
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, rest_entry, NULL);
  if (session != NULL)
    add_session_options (context, session);
  if (description != NULL)
    g_option_context_set_description (context, description);
  if (!g_option_context_parse (context, &argc, &argv, &parse_error))
    return gs_cli_bad (error, "%s; see %s --help", parse_error->message, program);
  if (rest != NULL && g_strv_length (rest) > max_operands)
    return gs_cli_bad (error, "\"%s\" is one argument too many; see %s --help", rest[max_operands], program);
  if (operands != NULL)
    *operands = rest != NULL ? g_steal_pointer (&rest) : g_new0 (char *, 1);
  return TRUE;
}

void
gs_cli_session_arguments_clear (GsCliSessionArguments *arguments)
{
  g_clear_pointer (&arguments->device, g_free);
  g_clear_pointer (&arguments->precision, g_free);
  g_clear_pointer (&arguments->memory_limit, g_free);
}

/* K, M, G: of 1024. */
static gboolean
parse_bytes (const char *option, const char *text, guint64 *n_bytes, GError **error)
{
  static const char units[] = "KMG";
  const gsize length = strlen (text);
  const char *unit = length > 1 ? strchr (units, g_ascii_toupper (text[length - 1])) : NULL;
  g_autofree char *number = g_strndup (text, unit != NULL ? length - 1 : length);
  const guint shift = unit != NULL ? 10 * (guint) (unit - units + 1) : 0;

  if (!g_ascii_string_to_unsigned (number, 10, 1, G_MAXUINT64 >> shift, n_bytes, NULL))
    return gs_cli_bad (error, "%s is \"%s\"; give a number of bytes, as in 3000000000, 3000M or 3G", option, text);
  *n_bytes <<= shift;
  return TRUE;
}

gboolean
gs_cli_precision (const char *text, GsPrecision fallback, GsPrecision *precision, GError **error)
{
  *precision = fallback;
  if (g_strcmp0 (text, "f32") == 0)
    *precision = GS_PRECISION_F32;
  else if (g_strcmp0 (text, "f16") == 0)
    *precision = GS_PRECISION_F16;
  else if (text != NULL && g_strcmp0 (text, "auto") != 0)
    return gs_cli_bad (error, "--precision is f32 or f16, not \"%s\"", text);
  return TRUE;
}

GsSession *
gs_cli_open_session (const GsCliSessionArguments *arguments, GsPrecision fallback, GError **error)
{
  GsSessionOptions options = { .device = arguments->device };

  if (!gs_cli_precision (arguments->precision, fallback, &options.precision, error))
    return NULL;
  if (arguments->memory_limit != NULL
      && !parse_bytes ("--memory-limit", arguments->memory_limit, &options.memory_limit, error))
    return NULL;
  return gs_session_new (&options, error);
}

gboolean
gs_cli_utf8 (const char *text, const char *option, char **utf8, GError **error)
{
  *utf8 = NULL;
  if (text == NULL)
    return TRUE;
  /* A UTF-8 prompt stays what it is in the C locale too. */
  if (g_utf8_validate (text, -1, NULL))
    *utf8 = g_strdup (text);
  else
    *utf8 = g_locale_to_utf8 (text, -1, NULL, NULL, NULL);
  if (*utf8 == NULL)
    return gs_cli_bad (error, "%s holds bytes that are no text; write it in UTF-8", option);
  return TRUE;
}

gboolean
gs_cli_check_range (const char *option, double value, double low, double high, GError **error)
{
  if (value >= low && value <= high)
    return TRUE;
  return gs_cli_bad (error, "%s is %g; give a number from %g to %g", option, value, low, high);
}

char *
gs_cli_join_ids (const GsNamed *list)
{
  GString *text = g_string_new (NULL);

  for (; list->id != NULL; list++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", list->id);
  return g_string_free (text, FALSE);
}
