/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configs come out of tensors' shapes as they went in, with what shapes cannot say from JSON. */
#include "base/error.h"
#include "model-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
append_clip (GString *text, const GsClipConfig *clip)
{
  g_string_append_printf (
    text, "clip %u x %u heads %u mlp %u vocabulary %u x %u marks %u %u %u %s %s %g\n", clip->layers,
    clip->width, clip->heads, clip->mlp_width, clip->vocabulary, clip->length, clip->bos, clip->eos,
    clip->pad, clip->quick_gelu ? "quick" : "gelu", clip->open_clip ? "open" : "openai",
    clip->epsilon);
}

/* "d2" where all of a level are alike, else the way down and the way up. */
static void
append_level (GString *text, const GsUnetConfig *unet, guint level)
{
  const guint8 *down = unet->down_depth[level], *up = unet->up_depth[level];
  guint least = up[0], most = up[0];

  for (guint i = 0; i <= unet->layers; i++)
    {
      least = MIN (least, i < unet->layers ? MIN (down[i], up[i]) : up[i]);
      most = MAX (most, i < unet->layers ? MAX (down[i], up[i]) : up[i]);
    }
  g_string_append_printf (text, " [%u d%u", unet->channels[level], least);
  for (guint i = 0; least != most && i <= unet->layers; i++)
    g_string_append_printf (text, " %u/%u", i < unet->layers ? down[i] : 0, up[i]);
  g_string_append_printf (text, " h%u]", most > 0 ? unet->heads[level] : 0);
}

static void
append_unet (GString *text, const GsUnetConfig *unet)
{
  g_string_append_printf (text, "unet %u > %u time %u layers %u", unet->in_channels,
                          unet->out_channels, unet->time_width, unet->layers);
  for (guint i = 0; i < unet->n_levels; i++)
    append_level (text, unet, i);
  g_string_append_printf (text, " mid d%u h%u context %u label %u groups %u %g %s\n",
                          unet->middle_depth, unet->heads[unet->n_levels - 1], unet->context_width,
                          unet->label_width, unet->groups, unet->epsilon,
                          unet->linear_projection ? "linear" : "conv");
}

static void
append_vae (GString *text, const GsVaeConfig *vae)
{
  g_string_append_printf (text, "vae z %u layers %u", vae->latent_channels, vae->layers);
  for (guint i = 0; i < vae->n_levels; i++)
    g_string_append_printf (text, " [%u]", vae->channels[i]);
  g_string_append_printf (text, " groups %u%s%s%s scale %g shift %g\n", vae->groups,
                          vae->has_encoder ? " enc" : "", vae->has_decoder ? " dec" : "",
                          vae->has_quant_conv ? " quant" : "", vae->scaling_factor,
                          vae->shift_factor);
}

/* Everything that means something, as text. */
static char *
describe (const GsModelConfig *config)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n", gs_model_config_family_name (config));
  if (config->has[GS_COMPONENT_TEXT_ENCODER])
    append_clip (text, &config->clip);
  if (config->has[GS_COMPONENT_TEXT_ENCODER_2])
    append_clip (text, &config->clip_2);
  if (config->has[GS_COMPONENT_UNET])
    append_unet (text, &config->unet);
  if (config->has[GS_COMPONENT_VAE])
    append_vae (text, &config->vae);
  if (config->has[GS_COMPONENT_TAESD])
    g_string_append_printf (text, "taesd %u z %u%s%s\n", config->taesd.channels,
                            config->taesd.latent_channels, config->taesd.has_encoder ? " enc" : "",
                            config->taesd.has_decoder ? " dec" : "");
  return g_string_free (text, FALSE);
}

static void
test_presets (void)
{
  static const char *const presets[][2] = { { "sd15", "{}" },
                                            { "sd21", "{\"schedule\":{\"prediction\":\"v\"}}" },
                                            { "sdxl", "{}" },
                                            { "starter", STARTER_JSON } };

  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      g_autoptr (GError) error = NULL;
      GsModelConfig config, read;
      g_autoptr (GsCheckpoint) checkpoint = NULL;
      g_autoptr (JsonObject) extra = parse (presets[i][1]);
      g_autofree char *expected = NULL, *got = NULL;

      g_assert_true (gs_model_config_preset (presets[i][0], &config, &error));
      checkpoint = make_checkpoint (&config);
      gs_model_config_read (checkpoint, extra, &read, &error);
      g_assert_no_error (error);
      expected = describe (&config);
      got = describe (&read);
      g_assert_cmpstr (got, ==, expected);
    }
}

/* The published counts: SD 1.5's U-Net 859.5 M, text encoder 123.1 M, VAE 83.7 M; SD 2.1's U-Net
 * 865.9 M, text encoder 353.0 M; SDXL's U-Net 2567 M, second text encoder 694.7 M. */
static void
test_parameters (void)
{
  static const struct
  {
    const char *preset;
    GsComponent component;
    guint64 parameters;
  } counts[] = {
    { "sd15", GS_COMPONENT_UNET, 859520964 },
    { "sd15", GS_COMPONENT_TEXT_ENCODER, 123060480 },
    { "sd15", GS_COMPONENT_VAE, 83653863 },
    { "sd21", GS_COMPONENT_UNET, 865910724 },
    { "sd21", GS_COMPONENT_TEXT_ENCODER, 352984064 },
    { "sdxl", GS_COMPONENT_UNET, 2567463684 },
    { "sdxl", GS_COMPONENT_TEXT_ENCODER_2, 694659840 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      GsModelConfig config;
      g_autoptr (GArray) specs = NULL;
      guint64 sum = 0;

      g_assert_true (gs_model_config_preset (counts[i].preset, &config, NULL));
      specs = gs_model_tensors (&config, counts[i].component);
      for (guint k = 0; k < specs->len; k++)
        {
          const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, k);
          guint64 n = 1;

          for (guint d = 0; d < spec->n_dims; d++)
            n *= spec->shape[d];
          sum += n;
        }
      g_assert_cmpuint (sum, ==, counts[i].parameters);
    }
}

static void
test_other_sizes (void)
{
  g_autoptr (JsonObject) extra = parse (STARTER_JSON);
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL, *got = NULL;
  GsModelConfig config, read;

  make_small (&config);
  checkpoint = make_checkpoint (&config);
  gs_model_config_read (checkpoint, extra, &read, &error);
  g_assert_no_error (error);
  expected = describe (&config);
  got = describe (&read);
  g_assert_cmpstr (got, ==, expected);
  g_assert_true (gs_model_config_is_inpainting (&read));
  g_assert_cmpstr (gs_model_config_family_name (&read), ==, "SD 1.x inpainting");
}

/* A TAESD of another family beside a good model does no harm. */
static void
test_unfit_taesd (void)
{
  g_autoptr (JsonObject) extra = parse (STARTER_JSON);
  GsModelConfig config, read;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GsCheckpoint) checkpoint = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
      g_autoptr (GError) error = NULL;
      GsStoredTensor odd = { .dtype = GS_DTYPE_F16, .n_dims = 1, .shape = { 1 } };

      make_small (&config);
      config.taesd.latent_channels = i == 0 ? 16 : 4;
      checkpoint = make_checkpoint (&config);
      if (i == 1)
        gs_checkpoint_add (checkpoint, "taesd.decoder.layers.2.conv.0.weight", &odd, bytes);
      gs_model_config_read (checkpoint, extra, &read, &error);
      g_assert_no_error (error);
      g_assert_false (read.has[GS_COMPONENT_TAESD]);
    }
}

/* SD 2.x says what it predicts in a norm's bias, a file beside it, a marker, or JSON, the later the more
 * trusted. */
static void
test_prediction (void)
{
  static const char norm[] = "unet.up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias";
  g_autofree char *folder = g_dir_make_tmp ("gesso-config-XXXXXX", NULL);
  g_autofree char *yaml = g_build_filename (folder, "model.yaml", NULL);
  g_autofree char *path = g_build_filename (folder, "model.ckpt", NULL);
  g_autoptr (JsonObject) epsilon = parse ("{\"schedule\":{\"prediction\":\"epsilon\"}}");
  g_autoptr (GsCheckpoint) made = NULL, checkpoint = gs_checkpoint_new (path);
  float values[320];
  g_autoptr (GBytes) bytes = g_bytes_new_static (values, sizeof values);
  GsStoredTensor bias = { .dtype = GS_DTYPE_F32, .n_dims = 1, .shape = { 320 }, .data = values,
                          .n_bytes = sizeof values };
  GsModelConfig config, read;

  g_assert_true (gs_model_config_preset ("sd21", &config, NULL));
  made = make_checkpoint (&config);
  gs_checkpoint_override (checkpoint, made);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = i % 2 == 0 ? 0.3f : 0.2f;
  gs_checkpoint_add (checkpoint, norm, &bias, bytes);
  g_assert_true (gs_model_config_read (checkpoint, NULL, &read, NULL));
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_EPSILON);
  g_assert_cmpuint (gs_model_config_native_size (&read, NULL), ==, 512);
  g_assert_cmpuint (gs_model_config_clip_skip (&read, 0), ==, 2);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = i % 2 == 0 ? 0.3f : 0.1f;
  g_assert_true (gs_model_config_read (checkpoint, NULL, &read, NULL));
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_V);
  g_assert_cmpuint (gs_model_config_native_size (&read, NULL), ==, 768);
  g_assert_true (gs_model_config_read (checkpoint, epsilon, &read, NULL));
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_EPSILON);

  memset (values, 0, sizeof values);
  g_assert_true (g_file_set_contents (yaml, "model:\n  params:\n    parameterization: \"v\"\n", -1,
                                      NULL));
  g_assert_true (gs_model_config_read (checkpoint, NULL, &read, NULL));
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_V);
  g_assert_true (g_file_set_contents (yaml, "parameterization: \"eps\"\n", -1, NULL));
  g_assert_true (gs_model_config_read (checkpoint, NULL, &read, NULL));
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_EPSILON);
  g_unlink (yaml);
  g_rmdir (folder);
}

/* The refiner has the second text encoder alone and a score in its label; pruned U-Nets have other
 * depths on the way up. */
static void
test_kin_of_sdxl (void)
{
  g_autoptr (GsCheckpoint) refiner = NULL, pruned = NULL;
  g_autofree char *expected = NULL, *got = NULL;
  GsModelConfig config, read;

  g_assert_true (gs_model_config_preset ("sdxl", &config, NULL));
  config.has[GS_COMPONENT_TEXT_ENCODER] = FALSE;
  config.unet.context_width = 1280;
  config.unet.label_width = 1280 + 5 * 256;
  refiner = make_checkpoint (&config);
  g_assert_true (gs_model_config_read (refiner, NULL, &read, NULL));
  g_assert_cmpstr (gs_model_config_family_name (&read), ==, "SDXL refiner");
  g_assert_cmpuint (gs_model_config_n_sizes (&read), ==, 5);
  config.unet.label_width = 1280 + 7 * 256;
  gs_checkpoint_free (refiner);
  refiner = make_checkpoint (&config);
  g_assert_false (gs_model_config_read (refiner, NULL, &read, NULL));

  /* segmind/SSD-1B */
  g_assert_true (gs_model_config_preset ("sdxl", &config, NULL));
  config.unet.middle_depth = 0;
  config.unet.middle_layers = 1;
  memcpy (config.unet.down_depth[2], (const guint8[]) { 4, 4 }, 2);
  memcpy (config.unet.up_depth[2], (const guint8[]) { 4, 4, 10 }, 3);
  memcpy (config.unet.up_depth[1], (const guint8[]) { 2, 1, 1 }, 3);
  pruned = make_checkpoint (&config);
  g_assert_true (gs_model_config_read (pruned, NULL, &read, NULL));
  expected = describe (&config);
  got = describe (&read);
  g_assert_cmpstr (got, ==, expected);
  g_assert_cmpuint (read.unet.middle_layers, ==, 1);
}

static void
test_foreign (void)
{
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_new ("nothing");
  g_autoptr (GError) error = NULL;
  GsModelConfig config;

  g_assert_false (gs_model_config_read (checkpoint, NULL, &config, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
}

/* One bad value each, as JSON of the part named, and what the message says. */
static const struct
{
  const char *part, *json, *says;
} bad_configs[] = {
  { "unet", "\"heads\":0,\"groups\":8", "heads of the U-Net" },
  { "unet", "\"heads\":7,\"groups\":8", "heads of the U-Net" },
  { "unet", "\"head_ch\":0,\"groups\":8", "heads of the U-Net" },
  { "unet", "\"heads\":4,\"groups\":0", "groups of the U-Net" },
  { "unet", "\"heads\":4,\"groups\":9", "groups of the U-Net" },
  { "unet", "\"heads\":4,\"groups\":8,\"norm_eps\":-1", "norm_eps" },
  { "vae", "\"groups\":5", "groups of the VAE" },
  { "vae", "\"groups\":4,\"scaling_factor\":0", "scaling factor" },
  { "clip", "\"heads\":3", "heads of the text" },
  { "clip", "\"heads\":4,\"act\":\"relu\"", "relu" },
  { "clip", "\"heads\":4,\"eos\":1024", "marks" },
  { "schedule", "\"steps\":0", "steps" },
  { "schedule", "\"beta_end\":2", "beta" },
  { "schedule", "\"prediction\":\"sample\"", "sample" },
  { "schedule", "\"beta_schedule\":\"square\"", "square" },
};

/* The small model's JSON with one part exchanged. */
static JsonObject *
with_part (const char *part, const char *json)
{
  static const char *const good[][2] = { { "unet", "\"heads\":4,\"groups\":8" },
                                         { "vae", "\"groups\":4" },
                                         { "clip", "\"heads\":4" },
                                         { "schedule", "" } };
  g_autoptr (GString) text = g_string_new ("{");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_string_append_printf (text, "%s\"%s\":{%s}", i > 0 ? "," : "", good[i][0],
                            g_str_equal (good[i][0], part) ? json : good[i][1]);
  g_string_append_c (text, '}');
  return parse (text->str);
}

static void
test_bad_configs (void)
{
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  GsModelConfig config, read;

  make_small (&config);
  checkpoint = make_checkpoint (&config);
  for (guint i = 0; i < G_N_ELEMENTS (bad_configs); i++)
    {
      g_autoptr (JsonObject) extra = with_part (bad_configs[i].part, bad_configs[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_false (gs_model_config_read (checkpoint, extra, &read, &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
      if (strstr (error->message, bad_configs[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, bad_configs[i].says);
    }
}

/* Where the numbers may stand, from the most to the least trusted. */
static void
test_sources (void)
{
  g_autoptr (JsonObject) extra = parse ("{\"unet\":{\"heads\":2}}");
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  GsModelConfig config, read;

  make_small (&config);
  checkpoint = make_checkpoint (&config);
  gs_checkpoint_set_metadata (checkpoint, "gesso.unet.num_heads", "6");
  gs_checkpoint_set_metadata (checkpoint, "gesso.unet.norm_num_groups", "8");
  gs_checkpoint_set_metadata (checkpoint, "gesso.vae.norm_num_groups", "4");
  gs_checkpoint_set_metadata (checkpoint, "gesso.clip.num_heads", "8");
  gs_checkpoint_set_metadata (checkpoint, "gesso.scaling_factor", "0.5");
  gs_checkpoint_set_metadata (checkpoint, "gesso.image_size", "96");
  gs_checkpoint_set_metadata (checkpoint, "config", "somebody else's text");
  gs_model_config_read (checkpoint, NULL, &read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read.unet.heads[0], ==, 6);
  g_assert_cmpuint (read.clip.heads, ==, 8);
  g_assert_cmpfloat (read.vae.scaling_factor, ==, 0.5);
  g_assert_cmpuint (gs_model_config_native_size (&read, checkpoint), ==, 96);

  gs_checkpoint_set_metadata (
    checkpoint, "gesso.config",
    "{\"unet\":{\"num_heads\":[3,6]},\"schedule\":{\"prediction\":\"v_prediction\","
    "\"rescale_betas_zero_snr\":true}}");
  gs_model_config_read (checkpoint, NULL, &read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read.unet.heads[0], ==, 3);
  g_assert_cmpuint (read.unet.heads[1], ==, 6);
  g_assert_cmpint (read.schedule.prediction, ==, GS_PREDICTION_V);
  g_assert_true (read.schedule.zero_terminal_snr);
  gs_model_config_read (checkpoint, extra, &read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read.unet.heads[1], ==, 2);

  gs_checkpoint_set_metadata (checkpoint, "gesso.config", "{");
  g_assert_false (gs_model_config_read (checkpoint, NULL, &read, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  char *path = g_build_filename (shared != NULL ? shared : "", name, NULL);

  if (shared == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no reference files");
      g_clear_pointer (&path, g_free);
    }
  return path;
}

#define MINI_PARTS \
  "clip 2 x 32 heads 4 mlp 128 vocabulary 600 x 77 marks 598 599 599 quick openai 1e-05\n"
#define MINI_LEVELS \
  "> 4 time 128 layers 2 [32 d1 h8] [64 d1 h8] [32 d1 h8] [32 d0 h0] mid d1 h8 context 32 " \
  "label 0 groups 32 1e-05 conv\n"
#define MINI_VAE \
  "vae z 4 layers 2 [32] [32] [32] [32] groups 32 enc dec quant scale 0.18215 shift 0\n"

static const struct
{
  const char *file, *override, *extra, *expected;
} golden[] = {
  { "golden/pipeline/mini_sd1.safetensors", NULL, NULL,
    "SD 1.x\n" MINI_PARTS "unet 4 " MINI_LEVELS MINI_VAE },
  { "golden/formats/diffusers", NULL, NULL, "SD 1.x\n" MINI_PARTS "unet 4 " MINI_LEVELS MINI_VAE },
  { "golden/pipeline/mini_sd1.safetensors", "golden/pipeline/inpaint9_conv_in.safetensors",
    "{\"mc\": 32, \"mult\": [1, 2, 1, 1], \"heads\": 8, \"ctx\": 32, \"in\": 9}",
    "SD 1.x inpainting\n" MINI_PARTS "unet 9 " MINI_LEVELS MINI_VAE },
  { "golden/unet/sd2.safetensors", NULL, NULL,
    "SD 2.x\nunet 4 > 4 time 128 layers 2 [32 d1 h2] [32 d1 h2] [32 d1 h2] [64 d0 h0] mid d1 "
    "h4 context 64 label 0 "
    "groups 32 1e-05 linear\n" },
  { "golden/unet/sdxl.safetensors", NULL, NULL,
    "SDXL\nunet 4 > 4 time 128 layers 2 [32 d0 h0] [64 d1 h4] [32 d2 h2] mid d2 h2 context "
    "96 label 256 "
    "groups 32 1e-05 linear\n" },
  { "golden/text_encoder/sd1.safetensors", NULL, NULL,
    "SD 1.x\nclip 3 x 64 heads 4 mlp 256 vocabulary 1000 x 77 marks 998 999 999 quick openai "
    "1e-05\n" },
  { "golden/text_encoder/sd2_openclip.safetensors", NULL, NULL,
    "SD 2.x\nclip 3 x 64 heads 4 mlp 256 vocabulary 1000 x 77 marks 998 999 0 gelu open 1e-05\n" },
  { "golden/text_encoder/sdxl.safetensors", NULL, NULL,
    "SDXL\nclip 2 x 32 heads 2 mlp 128 vocabulary 500 x 77 marks 498 499 499 quick openai 1e-05\n"
    "clip 3 x 64 heads 4 mlp 256 vocabulary 500 x 77 marks 498 499 0 gelu open 1e-05\n" },
  { "golden/vae/kl.safetensors", NULL, NULL,
    "SD 1.x\nvae z 4 layers 2 [32] [32] [32] [64] groups 32 enc dec quant scale 0.18215 "
    "shift 0\n" },
  { "golden/vae/taesd.safetensors", NULL, NULL, "SD 1.x\ntaesd 32 z 4 enc dec\n" },
  { "starter/starter.safetensors", NULL, NULL,
    "SD 1.x\nclip 2 x 128 heads 4 mlp 512 vocabulary 1024 x 77 marks 1022 1023 1023 quick "
    "openai 1e-05\n"
    "unet 4 > 4 time 192 layers 1 [48 d0 h0] [96 d1 h4] [96 d1 h4] mid d1 h4 context 128 "
    "label 0 groups 8 1e-05 conv\n"
    "vae z 4 layers 1 [16] [32] [64] [64] groups 4 enc dec quant scale 0.18215 shift 0\n" },
};

static void
test_golden (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      g_autofree char *path = shared_path (golden[i].file);
      g_autoptr (GsCheckpoint) checkpoint = NULL;
      g_autoptr (JsonObject) extra = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *got = NULL;
      GsModelConfig config;

      if (path == NULL)
        return;
      checkpoint = gs_checkpoint_open (path, &error);
      g_assert_no_error (error);
      if (golden[i].override != NULL)
        {
          g_autofree char *other_path = shared_path (golden[i].override);
          g_autoptr (GsCheckpoint) other = gs_checkpoint_open (other_path, &error);

          g_assert_no_error (error);
          gs_checkpoint_override (checkpoint, other);
        }
      if (golden[i].extra != NULL)
        extra = parse (golden[i].extra);
      gs_model_config_read (checkpoint, extra, &config, &error);
      g_assert_no_error (error);
      got = describe (&config);
      g_assert_cmpstr (got, ==, golden[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-config/presets", test_presets);
  g_test_add_func ("/model-config/parameters", test_parameters);
  g_test_add_func ("/model-config/other-sizes", test_other_sizes);
  g_test_add_func ("/model-config/unfit-taesd", test_unfit_taesd);
  g_test_add_func ("/model-config/foreign", test_foreign);
  g_test_add_func ("/model-config/prediction", test_prediction);
  g_test_add_func ("/model-config/kin-of-sdxl", test_kin_of_sdxl);
  g_test_add_func ("/model-config/bad-configs", test_bad_configs);
  g_test_add_func ("/model-config/sources", test_sources);
  g_test_add_func ("/model-config/golden", test_golden);
  return g_test_run ();
}
