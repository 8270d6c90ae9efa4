/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli upscale: a picture made larger. */
#include "cli/cli.h"
#include "cli/progress.h"

#include <stdio.h>

typedef struct
{
  GsCliSessionArguments session;
  char *model, *output;
  double scale;
  int tile;
} Arguments;

static void
arguments_clear (Arguments *self)
{
  gs_cli_session_arguments_clear (&self->session);
  g_free (self->model);
  g_free (self->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
check (const Arguments *self, char **operands, GError **error)
{
  if (operands == NULL || operands[0] == NULL || self->output == NULL)
    return gs_cli_bad (error, "Name the picture and the file to write: gesso-cli upscale IN.png -o OUT.png");
  if (self->tile != 0 && !gs_cli_check_range ("--tile", self->tile, 32, 4096, error))
    return FALSE;
  if (self->scale != 0 && !gs_cli_check_range ("--scale", self->scale, 0.1, 16, error))
    return FALSE;
  return gs_cli_check_output (self->output, error);
}

static gboolean
enlarge (const Arguments *self, const char *path, GsCliProgress *progress, GError **error)
{
  const GsUpscaleOptions options = { .model = self->model, .scale = self->scale, .tile = (guint) self->tile };
  g_autoptr (GsSession) session = NULL;
  g_autoptr (GsImage) image = NULL;
  g_autoptr (GsImage) result = NULL;
  g_autofree char *parameters = NULL;

  image = gs_image_load_png (path, &parameters, error);
  if (image == NULL || (self->model != NULL && gs_upscaler_get_scale (self->model, error) == 0))
    return FALSE;
  if (self->model != NULL && (session = gs_cli_open_session (&self->session, GS_PRECISION_AUTO, error)) == NULL)
    return FALSE;
  result = gs_session_upscale (session, image, &options, gs_cli_progress_update, progress, error);
  gs_cli_progress_finish (progress);
  if (result == NULL || !gs_image_save_png (result, self->output, parameters, error))
    return FALSE;
  fprintf (stderr, "%u x %u from %u x %u\n", result->width, result->height, image->width, image->height);
  printf ("%s\n", self->output);
  return TRUE;
}

GsCliStatus
gs_cli_upscale (int argc, char **argv)
{
  g_auto (Arguments) self = { 0 };
  g_auto (GStrv) operands = NULL;
  g_autoptr (GError) error = NULL;
  GsCliProgress progress;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self.model,
      "An upscaler of the ESRGAN family (default: none, Lanczos)", "MODEL" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self.output, "The file to write", "OUT.png" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &self.scale, "How much larger (default: the model's own, else 2)", "X" },
    { "tile", 0, 0, G_OPTION_ARG_INT, &self.tile,
      "Side of the tiles that the model sees at a time (default: as memory allows)", "PIXELS" },
    G_OPTION_ENTRY_NULL,
  };

  if (!gs_cli_parse (argc, argv, entries, &self.session, "IN.png", 1,
                     "MODEL is a .pth or .safetensors file: ESRGAN, Real-ESRGAN (x2, x4, anime), or a\n"
                     "compact one. The picture's settings are kept.",
                     &operands, &error)
      || !check (&self, operands, &error))
    return gs_cli_fail (error);
  gs_cli_progress_init (&progress, NULL);
  gs_cli_catch_signals ();
  return enlarge (&self, operands[0], &progress, &error) ? GS_CLI_OK : gs_cli_fail (error);
}
