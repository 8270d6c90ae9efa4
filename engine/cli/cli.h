/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gesso-cli: the engine on the command line. One file per command; this is what they share.
 *
 * Results go to stdout, everything else to stderr. Errors are one sentence that says what to do.
 */
#pragma once

#include <glib.h>

#include "gs.h"

G_BEGIN_DECLS

/* Exit statuses. */
typedef enum
{
  GS_CLI_OK,
  GS_CLI_FAILED,        /* the job failed or was cancelled */
  GS_CLI_BAD_ARGUMENTS,
} GsCliStatus;

/* A command: argv[0] is its name. */
GsCliStatus gs_cli_generate (int argc, char **argv);
GsCliStatus gs_cli_info     (int argc, char **argv);
GsCliStatus gs_cli_bench    (int argc, char **argv);
GsCliStatus gs_cli_convert  (int argc, char **argv);
GsCliStatus gs_cli_check    (int argc, char **argv);
GsCliStatus gs_cli_serve    (int argc, char **argv);
GsCliStatus gs_cli_parity   (int argc, char **argv);
GsCliStatus gs_cli_train    (int argc, char **argv);
GsCliStatus gs_cli_upscale  (int argc, char **argv);

/* Prints "gesso-cli: MESSAGE" with a full stop on stderr, below a progress bar if one is drawn. */
void gs_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Complains about error. Returns GS_CLI_BAD_ARGUMENTS for GS_ERROR_INVALID_ARGUMENT and errors of
 * option parsing, else GS_CLI_FAILED. */
GsCliStatus gs_cli_fail (const GError *error);

/* ---- Arguments (options.c) ------------------------------------------------------------------ */

#define GS_CLI_ARGUMENT_ERROR (gs_cli_argument_error_quark ())
GQuark gs_cli_argument_error_quark (void);

/* error of the above domain, code 0; FALSE for "return gs_cli_bad (error, ...)". */
gboolean gs_cli_bad (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Which device computes and how: options of every command that opens a session. */
typedef struct
{
  char *device;
  char *precision;
  char *memory_limit;
} GsCliSessionArguments;

/* Parses argv by entries, --device, --precision and --memory-limit too if session is not NULL. description: text
 * under the options in --help, or NULL. At most max_operands words that are no options are left
 * in operands (g_strfreev()). */
gboolean gs_cli_parse (int argc, char **argv, const GOptionEntry *entries, GsCliSessionArguments *session,
                       const char *operand_names, guint max_operands, const char *description,
                       char ***operands, GError **error);

void gs_cli_session_arguments_clear (GsCliSessionArguments *arguments);

/* "f32", "f16" or "auto"; NULL is the fallback. */
gboolean gs_cli_precision (const char *text, GsPrecision fallback, GsPrecision *precision, GError **error);

/* Opens the session that the arguments ask for; fallback is the precision if none is given. */
GsSession *gs_cli_open_session (const GsCliSessionArguments *arguments, GsPrecision fallback,
                                GError **error);

/* text in UTF-8, whatever the locale says it is; NULL stays NULL. option names it in errors. */
gboolean gs_cli_utf8 (const char *text, const char *option, char **utf8, GError **error);

/* FALSE with an error unless low <= value <= high. */
gboolean gs_cli_check_range (const char *option, double value, double low, double high, GError **error);

/* "a, b, c" of the ids of a list ended by NULLs. */
char *gs_cli_join_ids (const GsNamed *list);

/* ---- Cancelling (cancel.c) ------------------------------------------------------------------ */

/* From here on Ctrl-C, SIGTERM and SIGHUP only set a flag; a second one ends the process. */
void     gs_cli_catch_signals (void);
gboolean gs_cli_is_cancelled  (void);

/* ---- Output --------------------------------------------------------------------------------- */

/* FALSE if a file could not be written at path later: its folder is missing or read-only, or path
 * is a folder or a device. */
gboolean gs_cli_check_output (const char *path, GError **error);

/* "1.3 GiB" */
char *gs_cli_format_bytes (guint64 n_bytes);

G_END_DECLS
