/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the tests of the command line run it and look at what it left. */
#include "cli-test.h"

#include <string.h>

#include <glib/gstdio.h>

static char *folder;

void
cli_run_clear (CliRun *run)
{
  g_clear_pointer (&run->out, g_free);
  g_clear_pointer (&run->err, g_free);
}

const char *
cli_test_folder (void)
{
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    folder = g_dir_make_tmp ("gesso-cli-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

char *
cli_test_path (const char *name)
{
  return g_build_filename (cli_test_folder (), name, NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
cli_test_finish (void)
{
  if (folder != NULL)
    remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

GSubprocess *
cli_start (const char *command_line)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *whole = g_strdup_printf ("gesso-cli %s", command_line);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_shell_parse_argv (whole, NULL, &argv, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_getenv ("GESSO_CLI"));
  g_free (argv[0]);
  argv[0] = g_strdup (g_getenv ("GESSO_CLI"));
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_cwd (launcher, cli_test_folder ());
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  return process;
}

static void
finish (CliRun *run, GSubprocess *process)
{
  run->status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
}

CliRun
cli_run (const char *format, ...)
{
  g_autofree char *command_line = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  CliRun run = { 0 };
  va_list arguments;

  va_start (arguments, format);
  command_line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  process = cli_start (command_line);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &run.out, &run.err, &error);
  g_assert_no_error (error);
  finish (&run, process);
  return run;
}

CliRun
cli_run_and_signal (int signal_number, const char *text, const char *command_line)
{
  g_autoptr (GSubprocess) process = cli_start (command_line);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  g_autoptr (GString) err = g_string_new (NULL);
  gboolean sent = FALSE;
  CliRun run = { 0 };
  char *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      if (!sent && strstr (line, text) != NULL)
        {
          g_subprocess_send_signal (process, signal_number);
          sent = TRUE;
        }
      g_string_append_printf (err, "%s\n", line);
      g_free (line);
    }
  g_subprocess_wait (process, NULL, NULL);
  finish (&run, process);
  run.err = g_string_free (g_steal_pointer (&err), FALSE);
  return run;
}

void
cli_assert_status (const CliRun *run, int status)
{
  if (run->status == status)
    return;
  g_test_message ("stdout: %s", run->out);
  g_test_message ("stderr: %s", run->err);
  g_assert_cmpint (run->status, ==, status);
}

void
cli_assert_complaint (const CliRun *run, const char *text)
{
  const char *start = strstr (run->err, "gesso-cli: ");

  if (start == NULL || strstr (start, text) == NULL || strchr (start, '\n') != start + strlen (start) - 1)
    g_error ("expected one line that says \"%s\" on stderr, got: %s", text, run->err);
}

static void
save (GsImage *image, const char *name)
{
  g_autofree char *path = cli_test_path (name);
  g_autoptr (GError) error = NULL;

  gs_image_save_png (image, path, NULL, &error);
  g_assert_no_error (error);
}

void
cli_write_picture (const char *name, guint width, guint height)
{
  g_autoptr (GsImage) image = gs_image_new (width, height, 3);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + (y * width + x) * 3;

        pixel[0] = x * 255 / width;
        pixel[1] = y * 255 / height;
        pixel[2] = (x * 7 + y * 13) & 0xff;
      }
  save (image, name);
}

void
cli_write_mask (const char *name, guint width, guint height, guint x, guint y, guint w, guint h)
{
  g_autoptr (GsImage) image = gs_image_new (width, height, 1);

  for (guint row = 0; row < height; row++)
    for (guint column = 0; column < width; column++)
      image->pixels[row * width + column] =
        column >= x && column < x + w && row >= y && row < y + h ? 255 : 0;
  save (image, name);
}

GsImage *
cli_load_picture (const char *name)
{
  g_autofree char *path = cli_test_path (name);
  g_autoptr (GError) error = NULL;
  GsImage *image = gs_image_load (path, &error);

  g_assert_no_error (error);
  return image;
}

gboolean
cli_can_generate (void)
{
  g_auto (CliRun) devices = cli_run ("info");
  g_auto (CliRun) model = cli_run ("info starter");

  if (devices.status == 0 && model.status == 0)
    return TRUE;
  g_test_skip ("needs a Vulkan device and the starter model");
  return FALSE;
}

void
cli_write_training_pictures (void)
{
  g_autofree char *folder = cli_test_path ("pictures"), *broken = cli_test_path ("pictures/no.png");

  g_mkdir (folder, 0700);
  cli_write_picture ("pictures/a.png", 64, 64);
  cli_write_picture ("pictures/b.png", 90, 60);
  g_assert_true (g_file_set_contents (broken, "no picture", -1, NULL));
}
