/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli train: a folder of pictures in, a word or a LoRA out. */
#include "cli/train-arguments.h"
#include "cli/json.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_INTERVAL (2 * G_USEC_PER_SEC)

typedef struct
{
  gboolean   terminal;
  gint64     last_line;
  int        last_phase;
  guint      log_every;
  gboolean   bar_drawn;
  GPtrArray *samples; /* paths */
  GsTrainingProgress latest;
} Watch;

static char *
describe (const GsTrainingProgress *p)
{
  static const char *const phases[] = {
    [GS_TRAINING_READ_PICTURES] = "Reading pictures", [GS_TRAINING_READ_CAPTIONS] = "Reading captions",
    [GS_TRAINING_LEARN] = "Learning", [GS_TRAINING_SAMPLE] = "Painting samples",
  };
  GString *text = g_string_new (phases[p->phase]);

  if (p->phase != GS_TRAINING_LEARN)
    {
      g_string_append_printf (text, "  %u/%u", p->part, p->n_parts);
      return g_string_free (text, FALSE);
    }
  g_string_append_printf (text, "  step %u/%u", p->step, p->n_steps);
  if (p->step > 0)
    g_string_append_printf (text, "  loss %.4f (mean %.4f)", p->loss, p->mean_loss);
  if (p->seconds_per_step > 0)
    g_string_append_printf (text, p->seconds_per_step < 1 ? "  %.2f it/s" : "  %.2f s/it",
                            p->seconds_per_step < 1 ? 1 / p->seconds_per_step : p->seconds_per_step);
  if (p->seconds_left >= 0)
    g_string_append_printf (text, "  %d:%02d left", (int) (p->seconds_left / 60),
                            (int) p->seconds_left % 60);
  return g_string_free (text, FALSE);
}

static void
wipe (Watch *watch)
{
  if (watch->bar_drawn)
    fputs ("\r\033[K", stderr);
  watch->bar_drawn = FALSE;
}

static gboolean
on_progress (const GsTrainingProgress *p, gpointer user_data)
{
  Watch *watch = user_data;
  const gint64 now = g_get_monotonic_time ();
  const gint64 interval = watch->terminal ? G_USEC_PER_SEC / 10 : LINE_INTERVAL;

  watch->latest = *p;
  if (p->sample_path != NULL)
    g_ptr_array_add (watch->samples, g_strdup (p->sample_path));
  if ((int) p->phase != watch->last_phase || now - watch->last_line >= interval
      || (p->is_step && (p->step == p->n_steps || (watch->log_every > 0 && p->step % watch->log_every == 0))))
    {
      g_autofree char *text = describe (p);

      if (watch->terminal)
        fprintf (stderr, "\r\033[K%s", text);
      else
        fprintf (stderr, "%s\n", text);
      fflush (stderr);
      watch->bar_drawn = watch->terminal;
      watch->last_line = now;
      watch->last_phase = p->phase;
    }
  return !gs_cli_is_cancelled ();
}

static void
add_json (JsonBuilder *builder, const GsCliTrain *arguments, GsTraining *training, const Watch *watch,
          gboolean finished, guint64 planned)
{
  static const char *const kinds[] = { [GS_TRAINING_INVERSION] = "inversion", [GS_TRAINING_LORA] = "lora",
                                       [GS_TRAINING_MODEL] = "model",
                                       [GS_TRAINING_AUTOENCODER] = "autoencoder" };
  const GsTrainingProgress *p = &watch->latest;
  guint n;
  const float *losses = gs_training_get_losses (training, &n);

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "kind", kinds[arguments->options.kind]);
  json_builder_set_member_name (builder, "finished");
  json_builder_add_boolean_value (builder, finished);
  gs_cli_json_integer (builder, "steps", n);
  gs_cli_json_integer (builder, "pictures", gs_training_n_pictures (training));
  gs_cli_json_integer (builder, "parameters", gs_training_n_parameters (training));
  gs_cli_json_number (builder, "mean_loss", p->mean_loss);
  gs_cli_json_number (builder, "seconds_per_step", p->seconds_per_step);
  gs_cli_json_number (builder, "iterations_per_second",
                      p->seconds_per_step > 0 ? 1 / p->seconds_per_step : 0);
  gs_cli_json_integer (builder, "planned_bytes", planned);
  gs_cli_json_integer (builder, "peak_bytes", p->peak_bytes);
  gs_cli_json_strings (builder, "files", finished ? arguments->outputs : NULL);
  gs_cli_json_strings (builder, "samples", (char **) watch->samples->pdata);
  gs_cli_json_strings (builder, "notes", (char **) gs_training_get_notes (training));
  json_builder_set_member_name (builder, "losses");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_double_value (builder, losses[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static GsTraining *
open_training (const GsCliTrain *arguments, GsSession *session, GError **error)
{
  if (arguments->resume != NULL)
    return gs_training_resume (session, arguments->resume, error);
  return gs_training_new (session, &arguments->options, error);
}

static gboolean
check_memory (GsTraining *training, guint64 *needed, GError **error)
{
  g_autofree char *planned = NULL, *there = NULL;
  guint64 available;

  if (!gs_training_plan (training, needed, &available, error))
    return FALSE;
  planned = gs_cli_format_bytes (*needed);
  there = gs_cli_format_bytes (available);
  fprintf (stderr, "%u pictures, %" G_GUINT64_FORMAT " parameters, %s of device memory\n",
           gs_training_n_pictures (training), gs_training_n_parameters (training), planned);
  if (*needed <= available)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
               "The training needs %s of device memory, %s are available; choose a lower --resolution",
               planned, there);
  return FALSE;
}

/* Of a training between others: it has its steps and its file, which is not to be written once more. */
static gboolean
is_over (const GsCliTrain *arguments, GsTraining *training)
{
  return arguments->is_between && gs_training_get_step (training) >= arguments->options.steps
         && g_file_test (arguments->outputs[0], G_FILE_TEST_EXISTS);
}

/* One training from its beginning, or from where it was, to its files. builder: what is told of it. */
static gboolean
run (const GsCliTrain *arguments, Watch *watch, JsonBuilder *builder, GError **error)
{
  g_autoptr (GsSession) session = NULL;
  g_autoptr (GsTraining) training = NULL;
  gboolean finished = FALSE;
  guint64 planned;

  for (guint i = 0; arguments->outputs[i] != NULL; i++)
    if (!gs_cli_check_output (arguments->outputs[i], error))
      return FALSE;
  session = gs_cli_open_session (&arguments->session, GS_PRECISION_AUTO, error);
  if (session == NULL
      || !gs_session_load_model (session, arguments->model, NULL, NULL, NULL, error))
    return FALSE;
  training = open_training (arguments, session, error);
  if (training == NULL)
    return FALSE;
  for (const char *const *note = gs_training_get_notes (training); *note != NULL; note++)
    fprintf (stderr, "%s\n", *note);
  if (is_over (arguments, training))
    return TRUE;
  if (!check_memory (training, &planned, error)
      || !gs_training_run (training, on_progress, watch, &finished, error))
    return FALSE;
  wipe (watch);
  for (guint i = 0; arguments->outputs[i] != NULL && finished; i++)
    if (!gs_training_save (training, arguments->outputs[i], error))
      return FALSE;
  g_ptr_array_add (watch->samples, NULL);
  add_json (builder, arguments, training, watch, finished, planned);
  for (guint i = 0; arguments->outputs[i] != NULL && finished && !arguments->json
                   && !arguments->is_between; i++)
    printf ("%s\n", arguments->outputs[i]);
  if (finished)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
               "The training pauses after step %u; continue it with the same arguments",
               gs_training_get_step (training));
  return FALSE;
}

/* A stage of the starter model's training; its samples are its own. */
static gboolean
run_stage (const GsCliTrain *stage, JsonBuilder *builder, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_free);
  Watch watch = { .terminal = isatty (STDERR_FILENO), .last_phase = -1, .samples = samples,
                  .log_every = stage->log_every };
  const gboolean done = run (stage, &watch, builder, error);

  wipe (&watch);
  return done;
}

/* Its autoencoder: on the drawn pictures, into a model file that the other stage begins with. */
static gboolean
run_autoencoder (const GsCliTrain *arguments, const char *pictures, char *file, JsonBuilder *builder,
                 GError **error)
{
  g_autofree char *state = g_build_filename (arguments->options.state, "autoencoder", NULL);
  char *outputs[] = { file, NULL };
  GsCliTrain stage = *arguments;

  stage.options.kind = GS_TRAINING_AUTOENCODER;
  stage.options.data = pictures;
  stage.options.state = state;
  stage.options.steps = arguments->autoencoder_steps;
  stage.options.rate = 0;
  stage.options.sample_every = 0;
  stage.outputs = outputs;
  stage.is_between = TRUE;
  return run_stage (&stage, builder, error);
}

/* What of its recipe is not the default of every training: resources/starter/README.md. */
#define EMPTY_CAPTIONS 0.1
#define NOISE_OFFSET 0.2
#define SNR_GAMMA 5
#define NOISY_GAIN 25

static gboolean
run_model (const GsCliTrain *arguments, const char *pictures, char *file, JsonBuilder *builder,
           GError **error)
{
  g_autofree char *state = g_build_filename (arguments->options.state, "model", NULL);
  GsCliTrain stage = *arguments;

  stage.options.kind = GS_TRAINING_MODEL;
  stage.options.data = pictures;
  stage.options.state = state;
  stage.options.text_encoder = TRUE;
  if (stage.options.caption_dropout == 0)
    stage.options.caption_dropout = EMPTY_CAPTIONS;
  if (stage.options.noise_offset == 0)
    stage.options.noise_offset = NOISE_OFFSET;
  if (stage.options.snr_gamma == 0)
    stage.options.snr_gamma = SNR_GAMMA;
  if (stage.options.noisy_gain == 0)
    stage.options.noisy_gain = NOISY_GAIN;
  if (file != NULL)
    stage.model = file;
  return run_stage (&stage, builder, error);
}

static gboolean
run_starter (const GsCliTrain *arguments, JsonBuilder *builder, GError **error)
{
  const char *state = arguments->options.state;
  g_autofree char *pictures = g_build_filename (state, "pictures", NULL);
  g_autofree char *file = g_build_filename (state, "autoencoder.safetensors", NULL);
  const gboolean has_autoencoder = arguments->autoencoder_steps > 0;
  gboolean done = gs_cli_check_output (arguments->outputs[0], error)
                  && gs_training_draw_scenes (pictures, arguments->n_pictures,
                                              arguments->options.seed, error);

  json_builder_begin_array (builder);
  done = done && (!has_autoencoder || run_autoencoder (arguments, pictures, file, builder, error));
  done = done && run_model (arguments, pictures, has_autoencoder ? file : NULL, builder, error);
  json_builder_end_array (builder);
  return done;
}

static GsCliStatus
train (const GsCliTrain *arguments)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) told = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  gs_cli_catch_signals ();
  done = arguments->starter ? run_starter (arguments, builder, &error)
                            : run_stage (arguments, builder, &error);
  told = json_builder_get_root (builder); /* of a training that pauses too */
  if (arguments->json && told != NULL && (done || gs_cli_is_cancelled ()))
    gs_cli_json_print (g_steal_pointer (&builder));
  return done ? GS_CLI_OK : gs_cli_fail (error);
}

GsCliStatus
gs_cli_train (int argc, char **argv)
{
  GsCliTrain arguments = { 0 };
  g_autoptr (GError) error = NULL;
  GsCliStatus status;

  status = gs_cli_train_parse (&arguments, argc, argv, &error) ? train (&arguments)
                                                               : gs_cli_fail (error);
  gs_cli_train_clear (&arguments);
  return status;
}
