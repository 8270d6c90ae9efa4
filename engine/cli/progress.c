/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress bar, the plain lines and the preview files. */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_INTERVAL (G_USEC_PER_SEC / 15)
#define LINE_INTERVAL (2 * G_USEC_PER_SEC)
#define TEXT_COLUMNS 55 /* kept for the words beside the bar */

static const char *const phase_names[] = {
  [GS_PHASE_LOAD] = "Loading",
  [GS_PHASE_TEXT_ENCODE] = "Reading the prompt",
  [GS_PHASE_IMAGE_ENCODE] = "Reading the picture",
  [GS_PHASE_DENOISE] = "Painting",
  [GS_PHASE_DECODE] = "Developing",
  [GS_PHASE_UPSCALE] = "Enlarging",
};

static int
terminal_columns (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
    return 80;
  return size.ws_col;
}

void
gs_cli_progress_init (GsCliProgress *progress, const char *preview_folder)
{
  const char *term = g_getenv ("TERM");

  *progress = (GsCliProgress) {
    .preview_folder = preview_folder,
    .terminal = isatty (STDERR_FILENO) && g_strcmp0 (term, "dumb") != 0,
    .columns = terminal_columns (),
    .last_phase = -1,
  };
}

/* "2.31 it/s", or "4.20 s/it" where a step takes longer than a second. */
static void
append_speed (GString *text, const GsProgress *progress)
{
  double seconds = progress->seconds_per_step;

  if (progress->phase != GS_PHASE_DENOISE || !(seconds > 0))
    return;
  if (seconds < 1)
    g_string_append_printf (text, "  %.2f it/s", 1 / seconds);
  else
    g_string_append_printf (text, "  %.2f s/it", seconds);
}

static void
append_time_left (GString *text, const GsProgress *progress)
{
  double left = progress->seconds_left;
  guint64 seconds;

  if (progress->phase != GS_PHASE_DENOISE || !(left >= 0) || left > 1e7)
    return;
  seconds = (guint64) ceil (left);
  if (seconds >= 3600)
    g_string_append_printf (text, "  %" G_GUINT64_FORMAT ":%02d:%02d left", seconds / 3600,
                            (int) (seconds / 60 % 60), (int) (seconds % 60));
  else
    g_string_append_printf (text, "  %d:%02d left", (int) (seconds / 60), (int) (seconds % 60));
}

static char *
describe (const GsProgress *progress)
{
  GString *text = g_string_new (phase_names[progress->phase]);

  if (progress->n_images > 1)
    g_string_append_printf (text, " %u/%u", progress->image + 1, progress->n_images);
  if (progress->n_steps > 1 || progress->phase == GS_PHASE_DENOISE)
    g_string_append_printf (text, "  %s%u/%u", progress->phase == GS_PHASE_DENOISE ? "step " : "",
                            progress->step, progress->n_steps);
  append_speed (text, progress);
  append_time_left (text, progress);
  return g_string_free (text, FALSE);
}

static void
draw_bar (GsCliProgress *self, const GsProgress *progress)
{
  g_autofree char *text = describe (progress);
  int width = CLAMP (self->columns - TEXT_COLUMNS, 0, 30);
  int filled = progress->n_steps > 0 ? width * MIN (progress->step, progress->n_steps) / progress->n_steps : 0;

  fputs ("\r\033[K", stderr);
  if (width >= 8)
    {
      fputc ('[', stderr);
      for (int i = 0; i < width; i++)
        fputc (i < filled ? '#' : '.', stderr);
      fputs ("] ", stderr);
    }
  fprintf (stderr, "%.*s", self->columns - 1, text);
  fflush (stderr);
  self->bar_drawn = TRUE;
}

/* Each denoising step and each new phase is a line of its own; the parts of other phases are not
 * worth more than one every two seconds. */
static void
print_line (GsCliProgress *self, const GsProgress *progress, gint64 now)
{
  gboolean new_phase = self->last_phase != (int) progress->phase || self->last_image != progress->image;
  gboolean denoising = progress->phase == GS_PHASE_DENOISE;
  g_autofree char *text = NULL;

  if (!new_phase &&
      (progress->step == self->last_step ||
       (!denoising && (progress->n_steps <= 1 || now - self->last_line < LINE_INTERVAL))))
    return;
  text = describe (progress);
  fprintf (stderr, "%s\n", text);
  self->last_line = now;
  self->last_phase = progress->phase;
  self->last_step = progress->step;
  self->last_image = progress->image;
}

static void
save_preview (GsCliProgress *self, const GsProgress *progress)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (progress->n_images > 1)
    name = g_strdup_printf ("%04u-step-%03u.png", progress->image + 1, progress->step);
  else
    name = g_strdup_printf ("step-%03u.png", progress->step);
  path = g_build_filename (self->preview_folder, name, NULL);
  if (gs_image_save_png (progress->preview, path, NULL, &error))
    return;
  gs_cli_progress_finish (self);
  gs_cli_complain ("%s; no more previews are written", error->message);
  self->preview_failed = TRUE;
}

gboolean
gs_cli_progress_update (const GsProgress *progress, gpointer user_data)
{
  GsCliProgress *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (progress->preview != NULL && self->preview_folder != NULL && !self->preview_failed)
    save_preview (self, progress);
  if (!self->terminal)
    print_line (self, progress, now);
  else if (now - self->last_line >= BAR_INTERVAL || self->last_step != progress->step)
    {
      draw_bar (self, progress);
      self->last_line = now;
      self->last_step = progress->step;
    }
  return !gs_cli_is_cancelled ();
}

void
gs_cli_progress_finish (GsCliProgress *progress)
{
  if (progress->bar_drawn)
    fputs ("\r\033[K", stderr);
  progress->bar_drawn = FALSE;
}
