/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said to "gesso-cli train". */
#include "cli/train-arguments.h"

#include <string.h>

static const char description[] =
  "KIND is \"inversion\" (a new word), \"lora\" (an add-on), \"model\" (all of the U-Net) or\n"
  "\"autoencoder\" (what is between pictures and latents). The folder holds\n"
  "PNG pictures; a file of the same name that ends in .txt is a picture's caption, a subfolder\n"
  "\"10_red dog\" counts ten times.\n"
  "\n"
  "  gesso-cli train inversion --data toys --word zorb --initial toy -o zorb.safetensors -o zorb.pt\n"
  "  gesso-cli train lora --data toys --word zorb --rank 8 -o zorb.safetensors\n"
  "\n"
  "\"starter\" draws its pictures by itself and trains the autoencoder, then U-Net and text encoder:\n"
  "\n"
  "  gesso-cli train starter --from-scratch --pictures 2000 --steps 4000 --batch 8 -o own.safetensors\n"
  "\n"
  "The same command again continues a training that was stopped; so does --resume FOLDER.";

/* GOption's numbers are signed. */
typedef struct
{
  int resolution, steps, batch, accumulate, vectors, rank, conv_rank, sample_every, state_every,
    state_seconds, clip_skip, warm_up, log_every, sample_steps, pictures, autoencoder_steps;
  gint64 seed;
  char  *subject, *optimizer, *schedule, *recompute;
  gboolean no_buckets;
} Raw;

static gboolean
take (const char *option, int value, int low, int high, guint *to, GError **error)
{
  if (!gs_cli_check_range (option, value, low, high, error))
    return FALSE;
  *to = (guint) value;
  return TRUE;
}

static const char *const subjects[] = { "object", "style", NULL };
static const char *const optimizers[] = { "adamw", "prodigy", NULL };
static const char *const schedules[] = { "constant", "linear", "cosine", NULL };
static const char *const recomputes[] = { "auto", "never", "always", NULL };

/* The place of a name in a list; NULL is the first. -1 if it is none of them. */
static int
choose (const char *name, const char *const *names)
{
  for (int i = 0; names[i] != NULL; i++)
    if (name == NULL || g_str_equal (name, names[i]))
      return i;
  return -1;
}

static gboolean
take_all (GsCliTrain *arguments, const Raw *raw, GError **error)
{
  GsTrainingOptions *o = &arguments->options;

  o->buckets = !raw->no_buckets;
  o->seed = (guint64) raw->seed;
  o->subject = (GsTrainingSubject) choose (raw->subject, subjects);
  o->optimizer = (GsTrainingOptimizer) choose (raw->optimizer, optimizers);
  o->schedule = (GsTrainingSchedule) choose (raw->schedule, schedules);
  o->recompute = (GsTrainingRecompute) choose (raw->recompute, recomputes);
  if ((int) o->subject < 0)
    return gs_cli_bad (error, "--subject is object or style, not \"%s\"", raw->subject);
  if ((int) o->optimizer < 0)
    return gs_cli_bad (error, "--optimizer is adamw or prodigy, not \"%s\"", raw->optimizer);
  if ((int) o->schedule < 0)
    return gs_cli_bad (error, "--schedule is constant, linear or cosine, not \"%s\"", raw->schedule);
  if ((int) o->recompute < 0)
    return gs_cli_bad (error, "--recompute is auto, never or always, not \"%s\"", raw->recompute);
  return take ("--resolution", raw->resolution, 0, 2048, &o->resolution, error)
         && take ("--steps", raw->steps, 1, 10000000, &o->steps, error)
         && take ("--batch", raw->batch, 1, 1024, &o->batch, error)
         && take ("--accumulate", raw->accumulate, 1, 1024, &o->accumulate, error)
         && take ("--vectors", raw->vectors, 1, 32, &o->n_vectors, error)
         && take ("--rank", raw->rank, 1, 256, &o->rank, error)
         && take ("--conv-rank", raw->conv_rank, 0, 256, &o->conv_rank, error)
         && take ("--log-every", raw->log_every, 0, 10000000, &arguments->log_every, error)
         && take ("--pictures", raw->pictures, 1, 1000000, &arguments->n_pictures, error)
         && take ("--autoencoder-steps", raw->autoencoder_steps, 0, 10000000,
                  &arguments->autoencoder_steps, error)
         && take ("--warm-up", raw->warm_up, 0, 10000000, &o->warm_up, error)
         && take ("--clip-skip", raw->clip_skip, 0, 12, &o->clip_skip, error)
         && take ("--sample-every", raw->sample_every, 0, 10000000, &o->sample_every, error)
         && take ("--sample-steps", raw->sample_steps, 1, 1000, &o->sample_steps, error)
         && take ("--state-every", raw->state_every, 0, 10000000, &o->state_every, error)
         && take ("--state-seconds", raw->state_seconds, 1, 86400, &o->state_seconds, error);
}

/* "zorb.safetensors" -> "zorb.training" */
static char *
default_state (const char *output)
{
  const char *dot = strrchr (output, '.');
  g_autofree char *stem = dot != NULL && dot > output ? g_strndup (output, dot - output)
                                                      : g_strdup (output);

  return g_strconcat (stem, ".training", NULL);
}

static gboolean
take_operands (GsCliTrain *arguments, char **operands, GError **error)
{
  GsTrainingOptions *o = &arguments->options;

  if (arguments->outputs == NULL)
    arguments->outputs = g_new0 (char *, 1);
  if (g_strv_length (operands) < 1)
    return gs_cli_bad (error, "Say what to train: gesso-cli train inversion or gesso-cli train lora or "
                              "gesso-cli train model or gesso-cli train autoencoder or "
                              "gesso-cli train starter");
  if (g_str_equal (operands[0], "lora"))
    o->kind = GS_TRAINING_LORA;
  else if (g_str_equal (operands[0], "inversion"))
    o->kind = GS_TRAINING_INVERSION;
  else if (g_str_equal (operands[0], "model"))
    o->kind = GS_TRAINING_MODEL;
  else if (g_str_equal (operands[0], "autoencoder"))
    o->kind = GS_TRAINING_AUTOENCODER;
  else if (g_str_equal (operands[0], "starter"))
    {
      arguments->starter = TRUE;
      o->kind = GS_TRAINING_MODEL;
    }
  else
    return gs_cli_bad (error, "\"%s\" cannot be trained; it is inversion, lora, model, autoencoder "
                              "or starter", operands[0]);
  if (arguments->starter && (arguments->resume != NULL || o->data != NULL))
    return gs_cli_bad (error, "The starter model's pictures are drawn, and the same command again "
                              "continues its training; leave --data and --resume out");
  if (arguments->resume != NULL)
    return TRUE;
  if (o->data == NULL && !arguments->starter)
    return gs_cli_bad (error, "Name the folder of pictures: --data FOLDER");
  if (arguments->outputs[0] == NULL)
    return gs_cli_bad (error, "Name the file to write: -o FILE");
  if (o->kind == GS_TRAINING_INVERSION && o->word == NULL)
    return gs_cli_bad (error, "Name the new word: --word WORD");
  if (o->state == NULL)
    o->state = default_state (arguments->outputs[0]);
  return TRUE;
}

gboolean
gs_cli_train_parse (GsCliTrain *arguments, int argc, char **argv, GError **error)
{
  GsTrainingOptions *o = &arguments->options;
  Raw raw = { 0 };
  g_auto (GStrv) operands = NULL;
  gboolean good;

  *o = GS_TRAINING_OPTIONS_DEFAULT;
  raw = (Raw) { .steps = (int) o->steps, .batch = 1, .accumulate = 1, .vectors = 1,
                .rank = (int) o->rank, .state_seconds = (int) o->state_seconds,
                .sample_steps = (int) o->sample_steps, .pictures = 2000,
                .autoencoder_steps = (int) o->steps };
  {
    const GOptionEntry entries[] = {
      { "data", 0, 0, G_OPTION_ARG_FILENAME, &o->data, "Learn from the pictures in this folder", "FOLDER" },
      { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->outputs,
        "Write what was learnt here: .safetensors, a word also .pt; may be given several times", "FILE" },
      { "model", 'm', 0, G_OPTION_ARG_FILENAME, &arguments->model,
        "Teach this model (default: the starter model)", "FILE" },
      { "word", 'w', 0, G_OPTION_ARG_STRING, &o->word, "The new word", "WORD" },
      { "subject", 0, 0, G_OPTION_ARG_STRING, &raw.subject,
        "What the word is, for pictures without captions (default: object)", "object|style" },
      { "initial", 0, 0, G_OPTION_ARG_STRING, &o->initial, "A word of inversion begins as these words", "WORDS" },
      { "vectors", 0, 0, G_OPTION_ARG_INT, &raw.vectors, "Vectors of the word (default: 1)", "N" },
      { "rank", 0, 0, G_OPTION_ARG_INT, &raw.rank, "Rank of a LoRA (default: 8)", "N" },
      { "alpha", 0, 0, G_OPTION_ARG_DOUBLE, &o->alpha, "Its alpha (default: the rank)", "NUMBER" },
      { "conv-rank", 0, 0, G_OPTION_ARG_INT, &raw.conv_rank, "LoCon: rank of convolutions (default: none)", "N" },
      { "conv-alpha", 0, 0, G_OPTION_ARG_DOUBLE, &o->conv_alpha, "Their alpha (default: their rank)", "NUMBER" },
      { "blocks", 0, 0, G_OPTION_ARG_STRING, &o->blocks,
        "A LoRA of layers alone that have one of these in their names: mid_block,up_blocks.1,attn2", "WORDS" },
      { "text-encoder", 0, 0, G_OPTION_ARG_NONE, &o->text_encoder, "A LoRA or model of the text encoder too", NULL },
      { "pictures", 0, 0, G_OPTION_ARG_INT, &raw.pictures,
        "Draw so many for the starter model (default: 2000)", "N" },
      { "autoencoder-steps", 0, 0, G_OPTION_ARG_INT, &raw.autoencoder_steps,
        "Steps of the starter model's autoencoder (default: 1000; 0: it stays)", "N" },
      { "from-scratch", 0, 0, G_OPTION_ARG_NONE, &o->from_scratch,
        "A model or autoencoder begins with random weights", NULL },
      { "divergence", 0, 0, G_OPTION_ARG_DOUBLE, &o->divergence,
        "How much an autoencoder's divergence counts (default: 0.000001)", "NUMBER" },
      { "edges", 0, 0, G_OPTION_ARG_DOUBLE, &o->edges,
        "How much differences of its neighbouring pixels count (default: 0.5)", "NUMBER" },
      { "resolution", 0, 0, G_OPTION_ARG_INT, &raw.resolution, "Side of the pictures (default: the model's)", "N" },
      { "no-buckets", 0, 0, G_OPTION_ARG_NONE, &raw.no_buckets, "Cut all pictures to squares", NULL },
      { "flip", 0, 0, G_OPTION_ARG_NONE, &o->flip, "Show pictures mirrored too", NULL },
      { "steps", 0, 0, G_OPTION_ARG_INT, &raw.steps, "Steps of the optimizer (default: 1000)", "N" },
      { "batch", 0, 0, G_OPTION_ARG_INT, &raw.batch, "Pictures a step (default: 1)", "N" },
      { "accumulate", 0, 0, G_OPTION_ARG_INT, &raw.accumulate, "Batches a step (default: 1)", "N" },
      { "optimizer", 0, 0, G_OPTION_ARG_STRING, &raw.optimizer,
        "What changes the parameters (default: adamw)", "adamw|prodigy" },
      { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &o->rate,
        "Learning rate (default: 0.005, of a LoRA 0.0001, of a model or autoencoder 0.00001, from scratch "
        "0.001 or 0.002; with prodigy a factor, 1)",
        "NUMBER" },
      { "schedule", 0, 0, G_OPTION_ARG_STRING, &raw.schedule, "How it goes on (default: constant)",
        "constant|linear|cosine" },
      { "warm-up", 0, 0, G_OPTION_ARG_INT, &raw.warm_up, "Steps in which it rises (default: 0)", "N" },
      { "text-rate", 0, 0, G_OPTION_ARG_DOUBLE, &o->text_rate, "That of the text encoder (default: the same)",
        "NUMBER" },
      { "weight-decay", 0, 0, G_OPTION_ARG_DOUBLE, &o->weight_decay, "AdamW's (default: 0.01)", "NUMBER" },
      { "clip", 0, 0, G_OPTION_ARG_DOUBLE, &o->clip, "Longest gradient (default: 1; 0: any)", "NUMBER" },
      { "average", 0, 0, G_OPTION_ARG_DOUBLE, &o->average,
        "Write a running mean that keeps this much a step, 0.999 (default: 0, the last values)", "NUMBER" },
      { "snr-gamma", 0, 0, G_OPTION_ARG_DOUBLE, &o->snr_gamma,
        "Min-SNR weighting, 5 (default: 0, none)", "NUMBER" },
      { "noisy-gain", 0, 0, G_OPTION_ARG_DOUBLE, &o->noisy_gain,
        "Noisy timesteps count up to N times more, 25 (default: 0, not)", "N" },
      { "prior", 0, 0, G_OPTION_ARG_FILENAME, &o->prior,
        "Pictures of the class in this folder stay as they are", "FOLDER" },
      { "prior-weight", 0, 0, G_OPTION_ARG_DOUBLE, &o->prior_weight, "How much they count (default: 1)", "NUMBER" },
      { "recompute", 0, 0, G_OPTION_ARG_STRING, &raw.recompute,
        "Compute values twice instead of keeping them (default: auto, where memory is short)", "auto|never|always" },
      { "caption-dropout", 0, 0, G_OPTION_ARG_DOUBLE, &o->caption_dropout,
        "This share of pictures is seen without caption (default: 0)", "NUMBER" },
      { "noise-offset", 0, 0, G_OPTION_ARG_DOUBLE, &o->noise_offset,
        "Strength of offset noise (default: 0)", "NUMBER" },
      { "seed", 0, 0, G_OPTION_ARG_INT64, &raw.seed, "Seed of all chance (default: 0)", "N" },
      { "clip-skip", 0, 0, G_OPTION_ARG_INT, &raw.clip_skip,
        "Text encoder layer, 1 the last (default: the model's)", "N" },
      { "sample-every", 0, 0, G_OPTION_ARG_INT, &raw.sample_every,
        "Make sample pictures every N steps, in samples in the state folder (default: none)", "N" },
      { "prompt", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &o->prompts, "Of a sample picture; may be given several times",
        "TEXT" },
      { "state", 0, 0, G_OPTION_ARG_FILENAME, &o->state, "Keep the state here (default: beside the output)", "FOLDER" },
      { "state-seconds", 0, 0, G_OPTION_ARG_INT, &raw.state_seconds, "Write it every N seconds (default: 60)", "N" },
      { "state-every", 0, 0, G_OPTION_ARG_INT, &raw.state_every, "And every N steps", "N" },
      { "resume", 0, 0, G_OPTION_ARG_FILENAME, &arguments->resume, "Continue what is in a state folder", "FOLDER" },
      { "log-every", 0, 0, G_OPTION_ARG_INT, &raw.log_every,
        "Say how far it is every N steps (default: every two seconds)", "N" },
      { "sample-steps", 0, 0, G_OPTION_ARG_INT, &raw.sample_steps, "Denoising steps of a sample (default: 20)", "N" },
      { "sample-cfg", 0, 0, G_OPTION_ARG_DOUBLE, &o->sample_guidance, "Their guidance scale (default: 7)", "NUMBER" },
      { "json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print results for programs", NULL },
      { NULL },
    };

    good = gs_cli_parse (argc, argv, entries, &arguments->session, "KIND", 1, description, &operands,
                         error)
           && take_all (arguments, &raw, error) && take_operands (arguments, operands, error);
  }
  g_free (raw.subject);
  g_free (raw.optimizer);
  g_free (raw.schedule);
  g_free (raw.recompute);
  return good;
}

void
gs_cli_train_clear (GsCliTrain *arguments)
{
  GsTrainingOptions *o = &arguments->options;

  gs_cli_session_arguments_clear (&arguments->session);
  g_free ((char *) o->data);
  g_free ((char *) o->state);
  g_free ((char *) o->word);
  g_free ((char *) o->initial);
  g_free ((char *) o->prior);
  g_free ((char *) o->blocks);
  g_strfreev ((char **) o->prompts);
  g_free (arguments->model);
  g_free (arguments->resume);
  g_strfreev (arguments->outputs);
}
