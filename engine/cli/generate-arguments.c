/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of "gesso-cli generate". */
#include "cli/generate-arguments.h"

#include <string.h>

/* Options as GOption fills them in; strings where "not given" differs from any value. */
typedef struct
{
  char *seed, *rng, *fill, *outpaint;
  char *prompt, *negative;
  char *strength, *feather, *frame;
  char *variation_seed, *variation_strength;
  char *hires, *hires_strength, *cfg_interval;
  int   width, height, steps, batch, clip_skip, hires_steps, deep_cache, gate;
  double cfg, image_guidance, cfg_rescale, refiner_start;
  gboolean native, mask_is_strength, no_color_match, free_u;
} Raw;

static void
raw_clear (Raw *raw)
{
  g_free (raw->seed);
  g_free (raw->rng);
  g_free (raw->fill);
  g_free (raw->outpaint);
  g_free (raw->prompt);
  g_free (raw->negative);
  g_free (raw->strength);
  g_free (raw->feather);
  g_free (raw->frame);
  g_free (raw->variation_seed);
  g_free (raw->variation_strength);
  g_free (raw->hires);
  g_free (raw->hires_strength);
  g_free (raw->cfg_interval);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Raw, raw_clear)

static gboolean
parse_number (const char *option, const char *text, double low, double high, double *value, GError **error)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0')
    return gs_cli_bad (error, "%s is \"%s\"; give a number from %g to %g", option, text, low, high);
  return gs_cli_check_range (option, *value, low, high, error);
}

static gboolean
parse_whole (const char *option, const char *text, guint64 high, guint64 *value, GError **error)
{
  if (g_ascii_string_to_unsigned (text, 10, 0, high, value, NULL))
    return TRUE;
  return gs_cli_bad (error, "%s is \"%s\"; give a whole number from 0 to %" G_GUINT64_FORMAT, option, text, high);
}

/* -1 and "random" are how other programs ask for a seed nobody chose; 32 bits are what they use. */
static gboolean
parse_seed (const char *text, guint64 *seed, GError **error)
{
  if (text == NULL || strcmp (text, "-1") == 0 || strcmp (text, "random") == 0)
    {
      *seed = g_random_int ();
      return TRUE;
    }
  return parse_whole ("--seed", text, G_MAXUINT64, seed, error);
}

static gboolean
parse_outpaint (const char *text, GsRequest *request, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint *sides[] = { &request->outpaint_left, &request->outpaint_top, &request->outpaint_right,
                     &request->outpaint_bottom };
  guint64 sum = 0;

  if (g_strv_length (parts) != 4)
    return gs_cli_bad (error, "--outpaint is \"%s\"; give four numbers of pixels: LEFT,TOP,RIGHT,BOTTOM", text);
  for (int i = 0; i < 4; i++)
    {
      guint64 value;

      if (!parse_whole ("A side of --outpaint", g_strstrip (parts[i]), 4096, &value, error))
        return FALSE;
      *sides[i] = (guint) value;
      sum += value;
    }
  if (sum == 0)
    return gs_cli_bad (error, "--outpaint grows the picture by nothing; give at least one side some pixels");
  return TRUE;
}

static gboolean
parse_frame (const char *text, GsRequest *request, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  gint64 numbers[4];

  if (g_strv_length (parts) != 4)
    return gs_cli_bad (error, "--frame is \"%s\"; give its corner and its size in pixels: X,Y,WIDTH,HEIGHT", text);
  for (int i = 0; i < 4; i++)
    if (!g_ascii_string_to_signed (g_strstrip (parts[i]), 10, i < 2 ? -32768 : 1, i < 2 ? 32768 : 8192, &numbers[i],
                                   NULL))
      return gs_cli_bad (error, "A number of --frame is \"%s\"; corners are from -32768 to 32768, sizes from 1 to 8192",
                         parts[i]);
  request->frame_x = (int) numbers[0];
  request->frame_y = (int) numbers[1];
  request->frame_width = (guint) numbers[2];
  request->frame_height = (guint) numbers[3];
  return TRUE;
}

/* Neither says anything without the other. */
static gboolean
parse_variation (const Raw *raw, GsRequest *request, GError **error)
{
  double strength = 0;

  if ((raw->variation_seed == NULL) != (raw->variation_strength == NULL))
    return gs_cli_bad (error, "Give both --variation-seed and --variation-strength");
  if (raw->variation_seed == NULL)
    return TRUE;
  if (!parse_whole ("--variation-seed", raw->variation_seed, G_MAXUINT64, &request->variation_seed, error) ||
      !parse_number ("--variation-strength", raw->variation_strength, 0, 1, &strength, error))
    return FALSE;
  request->variation_strength = (float) strength;
  return TRUE;
}

/* The size that is given is the first pass's, as in A1111. */
static gboolean
parse_hires (const Raw *raw, const char *upscaler, GsRequest *request, GError **error)
{
  double scale = 0, strength = request->hires_strength;

  request->hires = GS_HIRES_AUTO;
  if (g_strcmp0 (raw->hires, "off") == 0)
    request->hires = GS_HIRES_OFF;
  else if (raw->hires != NULL && strcmp (raw->hires, "auto") != 0)
    {
      if (!parse_number ("--hires", raw->hires, 1, 8, &scale, error))
        return FALSE;
      request->hires = GS_HIRES_ON;
      request->hires_scale = (float) scale;
    }
  if (raw->hires_strength != NULL && !parse_number ("--hires-strength", raw->hires_strength, 0.01, 1, &strength, error))
    return FALSE;
  request->hires_strength = (float) strength;
  request->hires_steps = (guint) raw->hires_steps;
  request->hires_upscaler = upscaler;
  return raw->hires_steps == 0 || gs_cli_check_range ("--hires-steps", raw->hires_steps, 1, 1000, error);
}

static gboolean
parse_shortcuts (const Raw *raw, GsRequest *request, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (raw->cfg_interval != NULL ? raw->cfg_interval : "0,1", ",", -1);
  double from, to;

  if (g_strv_length (parts) != 2)
    return gs_cli_bad (error, "--cfg-interval is \"%s\"; give two parts of the run: FROM,TO", raw->cfg_interval);
  if (!parse_number ("The beginning of --cfg-interval", g_strstrip (parts[0]), 0, 1, &from, error) ||
      !parse_number ("The end of --cfg-interval", g_strstrip (parts[1]), 0, 1, &to, error) ||
      (raw->deep_cache != 0 && !gs_cli_check_range ("--deepcache", raw->deep_cache, 1, 20, error)) ||
      (raw->gate != 0 && !gs_cli_check_range ("--tgate", raw->gate, 1, 1000, error)))
    return FALSE;
  if (from >= to)
    return gs_cli_bad (error, "--cfg-interval is \"%s\"; its end must be behind its beginning", raw->cfg_interval);
  request->guidance_from = (float) from;
  request->guidance_to = (float) to;
  request->deep_cache = (guint) raw->deep_cache;
  request->gate = (guint) raw->gate;
  request->free_u = raw->free_u;
  return TRUE;
}

static gboolean
parse_choice (const char *option, const char *text, const char *const *choices, int *index, GError **error)
{
  g_autofree char *all = NULL;

  for (int i = 0; choices[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, choices[i]) == 0)
      {
        *index = i;
        return TRUE;
      }
  all = g_strjoinv (", ", (char **) choices);
  return gs_cli_bad (error, "%s is \"%s\"; choose one of %s", option, text, all);
}

/* As the engine compares names: "DPM++ 2M" is "dpm++_2m". */
static gboolean
same_name (const char *a, const char *b)
{
  static const char ignored[] = " -_";

  for (;;)
    {
      a += strspn (a, ignored);
      b += strspn (b, ignored);
      if (g_ascii_tolower (*a) != g_ascii_tolower (*b))
        return FALSE;
      if (*a == '\0')
        return TRUE;
      a++;
      b++;
    }
}

static gboolean
check_name (const char *option, const char *text, const GsNamed *list, GError **error)
{
  g_autofree char *all = NULL;

  if (text == NULL)
    return TRUE;
  for (const GsNamed *entry = list; entry->id != NULL; entry++)
    if (same_name (text, entry->id) || same_name (text, entry->label))
      return TRUE;
  all = gs_cli_join_ids (list);
  return gs_cli_bad (error, "%s is \"%s\"; choose one of %s", option, text, all);
}

static gboolean
check_size (const char *option, int pixels, GError **error)
{
  if (pixels == 0)
    return TRUE;
  if (pixels < 64 || pixels > 8192 || pixels % 8 != 0)
    return gs_cli_bad (error, "%s is %d; give a multiple of 8 from 64 to 8192", option, pixels);
  return TRUE;
}

static gboolean
check_numbers (const Raw *raw, GError **error)
{
  return check_size ("--width", raw->width, error) && check_size ("--height", raw->height, error) &&
         gs_cli_check_range ("--steps", raw->steps, 1, 1000, error) &&
         gs_cli_check_range ("--cfg", raw->cfg, 0, 50, error) &&
         gs_cli_check_range ("--refiner-start", raw->refiner_start, 0, 1, error) &&
         gs_cli_check_range ("--image-guidance", raw->image_guidance, 0, 50, error) &&
         gs_cli_check_range ("--cfg-rescale", raw->cfg_rescale, 0, 1, error) &&
         gs_cli_check_range ("--batch", raw->batch, 1, 64, error) &&
         gs_cli_check_range ("--clip-skip", raw->clip_skip, 0, 12, error);
}

/* Options that mean nothing without another one are mistakes, not wishes. */
static gboolean
check_together (const GsCliGenerate *self, const Raw *raw, GError **error)
{
  const char *lonely = NULL;
  gboolean repaints = self->mask != NULL || raw->outpaint != NULL || raw->frame != NULL;

  if (self->init == NULL)
    lonely = self->mask != NULL       ? "--mask"
             : raw->outpaint != NULL ? "--outpaint"
             : raw->strength != NULL ? "--strength"
                                      : NULL;
  if (lonely != NULL)
    return gs_cli_bad (error, "%s needs a picture to start from; add --init FILE", lonely);
  if (!repaints)
    lonely = raw->fill != NULL        ? "--fill"
             : raw->feather != NULL   ? "--feather"
             : raw->no_color_match    ? "--no-color-match"
                                      : NULL;
  if (lonely != NULL)
    return gs_cli_bad (error, "%s needs --mask, --outpaint or --frame; add one of them", lonely);
  if (raw->mask_is_strength && self->mask == NULL)
    return gs_cli_bad (error, "--mask-is-strength needs --mask");
  if (raw->native && raw->frame == NULL)
    return gs_cli_bad (error, "--native needs --frame");
  if (raw->frame != NULL && raw->outpaint != NULL)
    return gs_cli_bad (error, "--frame outpaints where it hangs over the picture; leave --outpaint out");
  if ((raw->width == 0) != (raw->height == 0))
    return gs_cli_bad (error, "One side of the picture is given; give both --width and --height");
  return TRUE;
}

static gboolean
check_files (const GsCliGenerate *self, const Raw *raw, GError **error)
{
  const char *dot;

  if (raw->prompt == NULL)
    return gs_cli_bad (error, "Say what to paint with -p \"...\"; see gesso-cli generate --help");
  if (self->output == NULL || *self->output == '\0')
    return gs_cli_bad (error, "Name the file to write with -o, as in -o out.png");
  dot = strrchr (self->output, '.');
  if (dot != NULL && strchr (dot, G_DIR_SEPARATOR) == NULL && g_ascii_strcasecmp (dot, ".png") != 0)
    for (const char *const *other = (const char *const[]) { ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp",
                                                            ".avif", ".jxl", NULL };
         *other != NULL; other++)
      if (g_ascii_strcasecmp (dot, *other) == 0)
        return gs_cli_bad (error, "Pictures are written as PNG; name the file .png instead of %s", dot);
  return TRUE;
}

static gboolean
fill_request (GsCliGenerate *self, const Raw *raw, GError **error)
{
  static const char *const rngs[] = { "cpu", "cuda", NULL };
  static const char *const fills[] = { "original", "blur", "noise", "color", "colour", NULL };
  GsRequest *request = &self->request;
  int rng = 0, fill = 0;
  double strength = raw->outpaint != NULL ? 1.0 : request->denoising_strength;
  double feather = request->mask_feather;

  if ((raw->rng != NULL && !parse_choice ("--rng", raw->rng, rngs, &rng, error)) ||
      (raw->fill != NULL && !parse_choice ("--fill", raw->fill, fills, &fill, error)) ||
      (raw->strength != NULL && !parse_number ("--strength", raw->strength, 0, 1, &strength, error)) ||
      (raw->feather != NULL && !parse_number ("--feather", raw->feather, 0, 512, &feather, error)) ||
      (raw->outpaint != NULL && !parse_outpaint (raw->outpaint, request, error)) ||
      (raw->frame != NULL && !parse_frame (raw->frame, request, error)) ||
      !parse_seed (raw->seed, &request->seed, error) || !parse_variation (raw, request, error) ||
      !parse_hires (raw, self->hires_upscaler, request, error) || !parse_shortcuts (raw, request, error) ||
      !check_name ("--sampler", self->sampler, gs_list_samplers (), error) ||
      !check_name ("--schedule", self->schedule, gs_list_schedules (), error))
    return FALSE;
  request->width = raw->width;
  request->height = raw->height;
  request->steps = raw->steps;
  request->guidance_scale = (float) raw->cfg;
  request->refiner = self->refiner;
  request->refiner_start = (float) raw->refiner_start;
  request->image_guidance = (float) raw->image_guidance;
  request->guidance_rescale = (float) raw->cfg_rescale;
  request->sampler = self->sampler;
  request->schedule = self->schedule;
  request->rng = rng == 1 ? GS_RNG_CUDA : GS_RNG_CPU;
  request->batch = raw->batch;
  request->clip_skip = raw->clip_skip;
  request->denoising_strength = (float) strength;
  request->mask_feather = (guint) feather;
  request->mask_is_strength = raw->mask_is_strength;
  request->match_colors = !raw->no_color_match;
  request->scale_to_native = raw->native;
  request->fill = fill == 4 ? GS_FILL_COLOR : (GsMaskFill) fill;
  request->preview = self->preview != NULL ? GS_PREVIEW_BEST : GS_PREVIEW_NONE;
  return TRUE;
}

static char *
describe_lists (void)
{
  g_autofree char *samplers = gs_cli_join_ids (gs_list_samplers ());
  g_autofree char *schedules = gs_cli_join_ids (gs_list_schedules ());

  g_autofree char *preprocessors = gs_cli_controls_names ();

  return g_strdup_printf ("Samplers: %s\nSchedules: %s\nPreprocessors: %s\n\n"
                          "Without -m the starter model paints. Sizes are multiples of 8; the default is the\n"
                          "size that the model was trained on, or that of the picture given with --init.",
                          samplers, schedules, preprocessors);
}

gboolean
gs_cli_generate_parse (GsCliGenerate *self, int argc, char **argv, GError **error)
{
  const GsRequest standard = GS_REQUEST_DEFAULT;
  g_auto (Raw) raw = { .steps = standard.steps, .batch = standard.batch, .cfg = standard.guidance_scale,
                          .image_guidance = standard.image_guidance,
                          .refiner_start = standard.refiner_start };
  g_autofree char *description = describe_lists ();
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model, "A .safetensors file or a diffusers folder", "MODEL" },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &raw.prompt, "What to paint", "PROMPT" },
    { "negative", 'n', 0, G_OPTION_ARG_FILENAME, &raw.negative, "What to keep away from", "PROMPT" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output, "The file to write", "out.png" },
    { "width", 'W', 0, G_OPTION_ARG_INT, &raw.width, "Width in pixels", "PIXELS" },
    { "height", 'H', 0, G_OPTION_ARG_INT, &raw.height, "Height in pixels", "PIXELS" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &raw.steps, "Denoising steps (default: 20)", "N" },
    { "cfg", 0, 0, G_OPTION_ARG_DOUBLE, &raw.cfg, "Guidance scale (default: 7)", "X" },
    { "image-guidance", 0, 0, G_OPTION_ARG_DOUBLE, &raw.image_guidance,
      "How closely a model for editing keeps to the picture of --init (default: 1.5)", "X" },
    { "cfg-rescale", 0, 0, G_OPTION_ARG_DOUBLE, &raw.cfg_rescale, "Guidance rescale from 0 to 1", "X" },
    { "sampler", 0, 0, G_OPTION_ARG_STRING, &self->sampler, "Sampler (default: euler-a)", "NAME" },
    { "schedule", 0, 0, G_OPTION_ARG_STRING, &self->schedule, "Noise schedule (default: normal)", "NAME" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &raw.seed, "Seed of the noise (default: a new one each time)", "N" },
    { "variation-seed", 0, 0, G_OPTION_ARG_STRING, &raw.variation_seed, "Vary the picture towards this seed's", "N" },
    { "variation-strength", 0, 0, G_OPTION_ARG_STRING, &raw.variation_strength, "How far, from 0 to 1", "X" },
    { "rng", 0, 0, G_OPTION_ARG_STRING, &raw.rng, "Whose noise a seed means (default: cpu)", "cpu|cuda" },
    { "batch", 0, 0, G_OPTION_ARG_INT, &raw.batch, "Number of pictures: out-0001.png ...", "N" },
    { "init", 0, 0, G_OPTION_ARG_FILENAME, &self->init, "Start from this picture", "FILE" },
    { "strength", 0, 0, G_OPTION_ARG_STRING, &raw.strength,
      "How much to change it, from 0 to 1 (default: 0.75, with --outpaint 1)", "X" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &self->mask, "Repaint only where this picture is white", "FILE" },
    { "mask-is-strength", 0, 0, G_OPTION_ARG_NONE, &raw.mask_is_strength,
      "Grey in the mask is a lower strength there", NULL },
    { "fill", 0, 0, G_OPTION_ARG_STRING, &raw.fill, "What the repainted part starts from",
      "original|blur|noise|color" },
    { "feather", 0, 0, G_OPTION_ARG_STRING, &raw.feather, "Soft edge around the mask (default: 8)", "PIXELS" },
    { "no-color-match", 0, 0, G_OPTION_ARG_NONE, &raw.no_color_match,
      "Leave the colours as the model made them", NULL },
    { "frame", 0, 0, G_OPTION_ARG_STRING, &raw.frame, "Make only this part of the picture, past its edges too",
      "X,Y,W,H" },
    { "native", 0, 0, G_OPTION_ARG_NONE, &raw.native, "Make the frame at the model's own size, then scale it", NULL },
    { "outpaint", 0, 0, G_OPTION_ARG_STRING, &raw.outpaint, "Grow the picture by pixels on each side", "L,T,R,B" },
    { "hires", 0, 0, G_OPTION_ARG_STRING, &raw.hires,
      "Then enlarge and repaint; auto: where the size is past the model's (default)", "SCALE|auto|off" },
    { "hires-strength", 0, 0, G_OPTION_ARG_STRING, &raw.hires_strength,
      "How much that changes, from 0 to 1 (default: 0.5)", "X" },
    { "hires-steps", 0, 0, G_OPTION_ARG_INT, &raw.hires_steps, "Steps of that (default: as the strength says)", "N" },
    { "hires-upscaler", 0, 0, G_OPTION_ARG_FILENAME, &self->hires_upscaler, "What enlarges (default: pixel)",
      "latent|pixel|FILE" },
    { "refiner", 0, 0, G_OPTION_ARG_FILENAME, &self->refiner, "Another model that makes the last steps", "FILE" },
    { "refiner-start", 0, 0, G_OPTION_ARG_DOUBLE, &raw.refiner_start,
      "From which part of the steps on, from 0 to 1 (default: 0.8)", "X" },
    { "cfg-interval", 0, 0, G_OPTION_ARG_STRING, &raw.cfg_interval,
      "Faster: guide only in this part of the run, as 0.1,0.7", "FROM,TO" },
    { "deepcache", 0, 0, G_OPTION_ARG_INT, &raw.deep_cache, "Faster: deep layers once in N steps, as 2 or 3", "N" },
    { "tgate", 0, 0, G_OPTION_ARG_INT, &raw.gate, "Faster: neither guidance nor prompt after N steps", "N" },
    { "freeu", 0, 0, G_OPTION_ARG_NONE, &raw.free_u, "Stronger shapes with FreeU, a little slower", NULL },
    { "control", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->controls.files,
      "Guide it by a picture with this ControlNet or T2I-Adapter; several may be given", "FILE" },
    { "control-image", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->controls.images,
      "The picture that it goes by (default: that of --init)", "FILE" },
    { "control-strength", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->controls.strengths,
      "How strong it is, from 0 to 2 (default: 1)", "X" },
    { "control-start", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->controls.starts,
      "From which part of the steps on it acts (default: 0)", "X" },
    { "control-end", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->controls.ends, "Up to which (default: 1)", "X" },
    { "preprocess", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->controls.preprocessors,
      "What to make of its picture first (default: none)", "canny|..." },
    { "canny", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->controls.thresholds,
      "Thresholds of its edges (default: 100,200)", "LOW,HIGH" },
    { "clip-skip", 0, 0, G_OPTION_ARG_INT, &raw.clip_skip, "Text layers to leave out, 1: none", "N" },
    { "vae", 0, 0, G_OPTION_ARG_FILENAME, &self->vae, "Another autoencoder", "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->text_encoders,
      "The text encoder of this file; once more for a second one", "FILE" },
    { "taesd", 0, 0, G_OPTION_ARG_FILENAME, &self->taesd, "TAESD file for sharp previews", "FILE" },
    { "preview", 0, 0, G_OPTION_ARG_FILENAME, &self->preview, "Write each step's picture here", "FOLDER" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, "Tell how the device's memory is used", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print results and timings as JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };

  *self = (GsCliGenerate) { .request = standard };
  return gs_cli_parse (argc, argv, entries, &self->session, "- paint a picture", 0, description, NULL, error) &&
         gs_cli_utf8 (raw.prompt, "--prompt", &self->prompt, error) &&
         gs_cli_utf8 (raw.negative, "--negative", &self->negative, error) &&
         check_files (self, &raw, error) && check_numbers (&raw, error) &&
         check_together (self, &raw, error) &&
         gs_cli_controls_parse (&self->controls, self->init != NULL, error) && fill_request (self, &raw, error);
}

void
gs_cli_generate_clear (GsCliGenerate *self)
{
  gs_cli_session_arguments_clear (&self->session);
  gs_cli_controls_clear (&self->controls);
  g_free (self->model);
  g_free (self->vae);
  g_free (self->taesd);
  g_strfreev (self->text_encoders);
  g_free (self->prompt);
  g_free (self->negative);
  g_free (self->init);
  g_free (self->mask);
  g_free (self->output);
  g_free (self->preview);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->hires_upscaler);
  g_free (self->refiner);
  memset (self, 0, sizeof *self);
}

char *
gs_cli_generate_output (const GsCliGenerate *self, guint i)
{
  g_autofree char *stem = g_strdup (self->output);

  if (self->request.batch <= 1)
    return g_steal_pointer (&stem);
  if (g_str_has_suffix (stem, ".png") || g_str_has_suffix (stem, ".PNG"))
    stem[strlen (stem) - 4] = '\0';
  return g_strdup_printf ("%s-%04u.png", stem, i + 1);
}
