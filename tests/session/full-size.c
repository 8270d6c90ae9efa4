/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A benchmark: a checkpoint of a published model's size with random half-precision weights, made into a
 * picture by gesso-cli. Prints the peak of its memory and fails beyond what it may take: 8 GiB for SD 1.5
 * at 512 x 512, 16 GiB for SDXL at 1024 x 1024.
 *
 *   meson test --benchmark full-size          (SD 1.5: 200 s of processor time on lavapipe; 4.7 GiB)
 *   full-size GESSO-CLI sd15|sdxl [ARGUMENT...]    arguments for "gesso-cli generate"
 *
 * Needs 2.1 or 6.9 GB in the folder for temporary files, or GESSO_FULL_SIZE=FILE, which is kept and used
 * again. The prompt is read with the vocabulary of CLIP if it is found (GESSO_SHARED, or as
 * gesso-cli finds it).
 */
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "io/safetensors.h"
#include "models/model-tensors.h"
#include "nn/weight-source.h"

#define GIB (1024.0 * 1024 * 1024)

typedef struct
{
  const char *name; /* of its preset */
  const char *side; /* of the picture, in pixels */
  double      most_bytes;
} Family;

static const Family families[] = { { "sd15", "512", 8 * GIB }, { "sdxl", "1024", 16 * GIB } };

static void
add_tensor (gpointer list, GsWeightSource *source, const GsTensorSpec *spec)
{
  g_autoptr (GError) error = NULL;
  GsHostTensor host;
  GsStoredTensor tensor = { .name = spec->name, .dtype = GS_DTYPE_F16, .n_dims = spec->n_dims,
                            .n_bytes = sizeof (guint16) };

  source->klass->read (source, spec->name, spec->shape, spec->n_dims, TRUE, &host, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < spec->n_dims; i++)
    {
      tensor.shape[i] = spec->shape[i];
      tensor.n_bytes *= spec->shape[i];
    }
  tensor.data = host.data; /* the program ends after writing */
  g_array_append_val ((GArray *) list, tensor);
}

static void
write_checkpoint (const char *path, const Family *family)
{
  static const GsComponent components[] = { GS_COMPONENT_UNET, GS_COMPONENT_TEXT_ENCODER,
                                            GS_COMPONENT_TEXT_ENCODER_2, GS_COMPONENT_VAE };
  g_autoptr (GsWeightSource) source = gs_synthetic_weights_new ();
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GError) error = NULL;
  GsModelConfig config;

  gs_model_config_preset (family->name, &config, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (components); i++)
    {
      GArray *specs; /* the tensors borrow its names */

      if (!config.has[components[i]])
        continue;
      specs = gs_model_tensors (&config, components[i]);
      for (guint k = 0; k < specs->len; k++)
        add_tensor (tensors, source, &g_array_index (specs, GsTensorSpec, k));
    }
  gs_safetensors_write (path, &g_array_index (tensors, GsStoredTensor, 0), tensors->len, NULL,
                        &error);
  g_assert_no_error (error);
}

/* In a process of its own, whose gigabytes are then gone. */
static void
write_in_child (const char *path, const Family *family)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      write_checkpoint (path, family);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

/* CLIP's vocabulary as gesso-cli finds it: in a data folder. */
static char *
provide_vocabulary (const char *folder)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  g_autofree char *source = NULL, *clip = NULL, *link = NULL;

  if (shared == NULL)
    return NULL;
  source = g_build_filename (shared, "golden", "tokenizer", "bpe_simple_vocab_16e6.txt.gz", NULL);
  clip = g_build_filename (folder, "data", "gesso", "clip", NULL);
  link = g_build_filename (clip, "bpe_simple_vocab_16e6.txt.gz", NULL);
  if (!g_file_test (source, G_FILE_TEST_EXISTS))
    return NULL;
  g_mkdir_with_parents (clip, 0700);
  if (symlink (source, link) != 0)
    return NULL;
  return g_build_filename (folder, "data", NULL);
}

static int
measure (GPtrArray *arguments, const char *data, double most_bytes)
{
  gint64 started = g_get_monotonic_time ();
  pid_t child = fork ();
  struct rusage usage;
  double bytes;
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      if (data != NULL)
        g_setenv ("XDG_DATA_HOME", data, TRUE);
      execv (arguments->pdata[0], (char **) arguments->pdata);
      _exit (127);
    }
  g_assert_cmpint (wait4 (child, &status, 0, &usage), ==, child);
  bytes = usage.ru_maxrss * 1024.0;
  g_print ("peak %.2f GiB of memory, mapped files included; %.0f s, %.0f s of processor time\n",
           bytes / GIB, (g_get_monotonic_time () - started) * 1e-6,
           usage.ru_utime.tv_sec + (double) usage.ru_stime.tv_sec);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    return 1;
  return bytes <= most_bytes ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-full-size-XXXXXX", NULL);
  g_autofree char *own = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *picture = g_build_filename (folder, "picture.png", NULL);
  g_autofree char *data = provide_vocabulary (folder);
  const char *kept = g_getenv ("GESSO_FULL_SIZE");
  const char *path = kept != NULL ? kept : own;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  const Family *family = &families[argc > 2 && g_str_equal (argv[2], "sdxl")];
  const char *fixed[] = { argv[1], "generate", "-m", path, "-p", "a red house under a yellow sun", "-W",
                          family->side, "-H", family->side, "--steps", "1", "--seed", "1", "-o", picture };
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", folder);
  int status;

  g_assert_cmpint (argc, >=, 3);
  g_assert_cmpstr (argv[2], ==, family->name);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    write_in_child (path, family);
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (arguments, (gpointer) fixed[i]);
  for (int i = 3; i < argc; i++)
    g_ptr_array_add (arguments, argv[i]);
  g_ptr_array_add (arguments, NULL);
  status = measure (arguments, data, family->most_bytes);
  return system (remove) != 0 ? 1 : status;
}
