/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another program that uses the engine, through gs.h and nothing else:
 *
 *   picture PROMPT FILE.png
 *
 * makes a small picture with the starter model, says how far it is, and leaves it half done on
 * Ctrl-C. tests/example/meson.build shows what such a program's own build says.
 */
#include "gs.h"

#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t interrupted;

static void
on_interrupt (int number)
{
  interrupted = TRUE;
}

/* Called at least every 50 ms; FALSE cancels. */
static gboolean
on_progress (const GsProgress *progress, gpointer user_data)
{
  guint *last_step = user_data;

  if (progress->phase == GS_PHASE_DENOISE && progress->step != *last_step)
    {
      *last_step = progress->step;
      printf ("step %u of %u\n", progress->step, progress->n_steps);
    }

  return !interrupted;
}

static gboolean
make_picture (const char *prompt, const char *path, GError **error)
{
  /* The first usable device, or the one that GESSO_DEVICE names. */
  g_autoptr (GsSession) session = gs_session_new (NULL, error);
  g_autoptr (GsResult) result = NULL;
  GsRequest request = GS_REQUEST_DEFAULT;
  guint last_step = 0;

  /* NULL is the starter model; a checkpoint's path goes there too. */
  if (session == NULL ||
      !gs_session_load_model (session, NULL, NULL, on_progress, &last_step, error))
    return FALSE;

  request.prompt = prompt;
  request.width = request.height = 128;
  request.steps = 6;
  request.seed = 7;
  result = gs_session_generate (session, &request, on_progress, &last_step, error);

  /* A result without a picture is one whose decoding failed, with error set. */
  return result && result->images[0] &&
         gs_image_save_png (result->images[0], path, result->parameters[0], error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    {
      fprintf (stderr, "Usage: %s PROMPT FILE.png\n", argv[0]);
      return 2;
    }

  gs_prepare_process (); /* before there are threads */
  signal (SIGINT, on_interrupt);
  if (!make_picture (argv[1], argv[2], &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 1;
    }

  return 0;
}
