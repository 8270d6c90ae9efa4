/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli parity: the reference cases of a folder, one line each. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  GsCliSessionArguments session;
  char **only, **skip; /* as given: each may hold several globs, separated by commas */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  gs_cli_session_arguments_clear (&arguments->session);
  g_strfreev (arguments->only);
  g_strfreev (arguments->skip);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

/* One glob an entry; NULL if none were given. */
static char **
split_globs (char **given)
{
  GPtrArray *globs;

  if (given == NULL)
    return NULL;
  globs = g_ptr_array_new ();
  for (; *given != NULL; given++)
    {
      g_auto (GStrv) parts = g_strsplit (*given, ",", -1);

      for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip (*part) != '\0')
          g_ptr_array_add (globs, g_strdup (*part));
    }
  g_ptr_array_add (globs, NULL);
  return (char **) g_ptr_array_free (globs, FALSE);
}

static void
print_case (const GsParityCase *result, gpointer user_data)
{
  printf ("%-6s %s  absolute %.3g  relative %.3g  tolerance %.3g", result->passed ? "ok" : "FAILED", result->id,
          result->max_absolute, result->max_relative, result->tolerance);
  if (result->detail != NULL && *result->detail != '\0')
    printf ("  (%s)", result->detail);
  putchar ('\n');
  fflush (stdout);
}

static GsCliStatus
compare (const Arguments *arguments, const char *folder, GError **error)
{
  g_auto (GStrv) only = split_globs (arguments->only);
  g_auto (GStrv) skip = split_globs (arguments->skip);
  g_autoptr (GsSession) session = gs_cli_open_session (&arguments->session, GS_PRECISION_F32, error);
  guint n_passed = 0, n_failed = 0;

  if (session == NULL ||
      !gs_session_parity (session, folder, (const char *const *) only, (const char *const *) skip, print_case, NULL,
                          &n_passed, &n_failed, error))
    return GS_CLI_FAILED;
  printf ("%u passed, %u failed\n", n_passed, n_failed);
  return n_failed == 0 ? GS_CLI_OK : GS_CLI_FAILED;
}

GsCliStatus
gs_cli_parity (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (GStrv) operands = NULL;
  g_autoptr (GError) error = NULL;
  GsCliStatus status;
  const GOptionEntry entries[] = {
    { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.only, "Only cases whose id or group matches", "GLOBS" },
    { "skip", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.skip, "All but cases whose id or group matches", "GLOBS" },
    G_OPTION_ENTRY_NULL,
  };
  const char *description = "FOLDER holds a MANIFEST.json with the cases and their tolerances. GLOBS are separated by\n"
                            "commas, as in --only 'unet*,vae*'; --precision is f32 if not given.";

  if (!gs_cli_parse (argc, argv, entries, &arguments.session, "FOLDER", 1, description, &operands, &error))
    return gs_cli_fail (error);
  if (operands[0] == NULL)
    {
      gs_cli_complain ("Name the folder with the reference cases, as in gesso-cli parity ../shared/golden");
      return GS_CLI_BAD_ARGUMENTS;
    }
  status = compare (&arguments, operands[0], &error);
  return error != NULL ? gs_cli_fail (error) : status;
}
