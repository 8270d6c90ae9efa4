/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli convert: a model in another format or precision. */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

static gboolean
show (double fraction, gpointer user_data)
{
  int *shown = user_data;
  const int percent = (int) (100 * fraction);

  if (percent != *shown && isatty (STDERR_FILENO))
    fprintf (stderr, "\r%3d %%", *shown = percent);
  return !gs_cli_is_cancelled ();
}

GsCliStatus
gs_cli_convert (int argc, char **argv)
{
  g_autofree char *dtype = NULL;
  g_auto (GStrv) operands = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "dtype", 0, 0, G_OPTION_ARG_STRING, &dtype,
      "Precision of the weights: f32, f16, bf16, or in a .gguf file q8_0, q5_0, q5_1, q4_0, q4_1; "
      "default: as they are", "TYPE" },
    { NULL },
  };
  int shown = -1;

  if (!gs_cli_parse (argc, argv, entries, NULL, "IN OUT", 2,
                     "IN is a model file or a diffusers folder; OUT ends in .safetensors or .gguf.",
                     &operands, &error))
    return gs_cli_fail (error);
  if (operands == NULL || g_strv_length (operands) < 2)
    {
      gs_cli_complain ("Name the model and the file to write: gesso-cli convert IN OUT");
      return GS_CLI_BAD_ARGUMENTS;
    }
  if (!gs_cli_check_output (operands[1], &error))
    return gs_cli_fail (error);
  gs_cli_catch_signals ();
  if (gs_convert_model (operands[0], operands[1], dtype, show, &shown, &error))
    {
      if (shown >= 0)
        fprintf (stderr, "\r100 %%\n");
      return GS_CLI_OK;
    }
  if (shown >= 0)
    fputc ('\n', stderr);
  return gs_cli_fail (error);
}
