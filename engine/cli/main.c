/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli: finds the command and hands it its arguments. */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

static const struct
{
  const char *name;
  GsCliStatus (*run) (int argc, char **argv);
  const char *summary;
} commands[] = {
  { "generate", gs_cli_generate, "paint a picture from a prompt, or from another picture" },
  { "upscale", gs_cli_upscale, "enlarge a picture, with a model or without" },
  { "info", gs_cli_info, "tell about devices, a model, or how a picture was made" },
  { "bench", gs_cli_bench, "measure speed and memory of a model's parts" },
  { "convert", gs_cli_convert, "write a model in another format or precision" },
  { "check", gs_cli_check, "check that a device computes right" },
  { "serve", gs_cli_serve, "paint for other programs, through A1111's HTTP interface" },
  { "parity", gs_cli_parity, "compare the engine with reference cases" },
  { "train", gs_cli_train, "teach a model a word or a LoRA from pictures" },
};

static void
print_usage (FILE *stream)
{
  fprintf (stream, "Usage: gesso-cli COMMAND [OPTION...]\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf (stream,
           "\ngesso-cli COMMAND --help lists a command's options.\n"
           "  gesso-cli generate -p \"a red house under a yellow sun\" -o house.png\n"
           "The variable GESSO_DEVICE chooses a device where --device does not.\n");
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;

  gs_prepare_process ();
  /* Text in the user's encoding; numbers as programs read them. */
  setlocale (LC_CTYPE, "");
  if (name == NULL)
    {
      print_usage (stderr);
      return GS_CLI_BAD_ARGUMENTS;
    }
  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0 || strcmp (name, "help") == 0)
    {
      print_usage (stdout);
      return GS_CLI_OK;
    }
  if (strcmp (name, "--version") == 0)
    {
      printf ("gesso-cli %s\n", GESSO_VERSION);
      return GS_CLI_OK;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      {
        GsCliStatus status = commands[i].run (argc - 1, argv + 1);

        if (fflush (stdout) == 0 && !ferror (stdout))
          return status;
        gs_cli_complain ("The results could not be printed; is the disk full?");
        return GS_CLI_FAILED;
      }
  gs_cli_complain ("There is no command \"%s\"; see gesso-cli --help", name);
  return GS_CLI_BAD_ARGUMENTS;
}
