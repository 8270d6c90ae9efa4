/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ControlNet and T2I-Adapter beside a U-Net: miniatures whose weights follow from their names give what
 * PyTorch gives.
 */
#include "models/controlnet.h"

#include "base/half.h"
#include "models/t2i-adapter.h"
#include "nn/control-weights.h"
#include "nn/weight-router.h"
#include "nn/weights.h"
#include "tensor/program.h"

#include "controlnet-expected.h"

#include <math.h>
#include <string.h>

#define STRIDE 7
#define BATCH 2
#define TOKENS 7
#define MAX_NETS 2

/* ---- Numbers from names --------------------------------------------------------------------- */

static guint32
seed_of (const char *name)
{
  guint32 hash = 2166136261u;

  for (; *name != '\0'; name++)
    hash = (hash ^ (guint8) *name) * 16777619u;
  return hash;
}

static void
draw (const char *name, gsize n, double low, double high, float *out)
{
  guint32 state = seed_of (name);

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      out[i] = (float) (low + (high - low) * ((state >> 8) / 16777216.0));
    }
}

/* A source of such weights: "unet.x" is drawn as "x", "controlnet.x" as "a.x" (its letter). */
typedef struct
{
  GsWeightSource base;
  const char    *letter;
} Drawn;

static gboolean
drawn_has (GsWeightSource *source, const char *name)
{
  static const char *const without[] = { ".to_q.bias", ".to_k.bias", ".to_v.bias" };

  for (guint i = 0; i < G_N_ELEMENTS (without); i++)
    if (g_str_has_suffix (name, without[i]))
      return FALSE;
  return TRUE;
}

static gboolean
drawn_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
            gboolean with_data, GsHostTensor *tensor, GError **error)
{
  const Drawn *self = (const Drawn *) source;
  const char *inner = strchr (name, '.') + 1;
  g_autofree char *drawn = g_strconcat (self->letter, inner, NULL);
  g_autofree float *values = NULL;
  const gboolean is_scale = strstr (drawn, "norm") != NULL && g_str_has_suffix (drawn, ".weight");
  double fan = 1, width;
  guint16 *halves;
  guint64 n;

  *tensor = (GsHostTensor) { .dtype = GS_DTYPE_F16, .n_dims = n_dims };
  memcpy (tensor->dims, dims, n_dims * sizeof *dims);
  if (!with_data)
    return TRUE;
  n = gs_host_tensor_n_elements (tensor);
  values = g_new (float, n);
  for (guint i = 1; i < n_dims; i++)
    fan *= dims[i];
  width = n_dims == 1 ? 0.5 : sqrt (3 / fan);
  draw (drawn, n, is_scale && n_dims == 1 ? 0.5 : -width, is_scale && n_dims == 1 ? 1.5 : width,
        values);
  halves = g_new (guint16, n);
  for (guint64 i = 0; i < n; i++)
    halves[i] = gs_half_from_float (values[i]);
  tensor->data = halves;
  return TRUE;
}

static void
drawn_release (GsWeightSource *source, GsHostTensor *tensor)
{
  g_free ((gpointer) tensor->data);
}

static void
drawn_free (GsWeightSource *source)
{
  g_free (source);
}

static GsWeightSource *
drawn_new (const char *letter)
{
  static const GsWeightSourceClass klass = { .has = drawn_has,
                                             .read = drawn_read,
                                             .release = drawn_release,
                                             .free = drawn_free };
  Drawn *self = g_new0 (Drawn, 1);

  self->base.klass = &klass;
  self->letter = letter;
  return &self->base;
}

/* ---- Miniatures ----------------------------------------------------------------------------- */

static const GsUnetConfig sd1 = {
  .in_channels = 4, .out_channels = 4, .time_width = 24, .n_levels = 2, .channels = { 16, 32 },
  .layers = 1, .down_depth = { { 1 }, { 0 } }, .up_depth = { { 1, 1 }, { 0 } }, .heads = { 4, 4 },
  .middle_layers = 2, .middle_depth = 1, .context_width = 12, .groups = 8, .epsilon = 1e-5,
};

static const GsUnetConfig xl = {
  .in_channels = 4, .out_channels = 4, .time_width = 24, .n_levels = 3, .channels = { 16, 32, 32 },
  .layers = 2, .down_depth = { { 0 }, { 1, 1 }, { 2, 2 } },
  .up_depth = { { 0 }, { 1, 1, 1 }, { 2, 2, 2 } }, .heads = { 2, 4, 4 }, .middle_layers = 2,
  .middle_depth = 2, .context_width = 12, .label_width = 10, .groups = 8, .epsilon = 1e-5,
  .linear_projection = TRUE,
};

static const GsUnetConfig four_levels = {
  .in_channels = 4, .out_channels = 4, .time_width = 24, .n_levels = 4,
  .channels = { 8, 16, 16, 16 }, .layers = 1, .down_depth = { { 1 }, { 1 }, { 1 }, { 0 } },
  .up_depth = { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } }, .heads = { 2, 2, 2, 2 },
  .middle_layers = 2, .middle_depth = 1, .context_width = 12, .groups = 4, .epsilon = 1e-5,
};

static const GsT2iAdapterConfig whole_adapter = {
  .in_channels = 192, .fold = 8, .channels = { 8, 16, 16, 16 }, .inner = { 8, 16, 16, 16 },
  .n_blocks = { 2, 2, 2, 2 }, .kernel = 1, .has_in = { FALSE, TRUE, FALSE, FALSE },
  .halves = { FALSE, TRUE, TRUE, TRUE },
};

static const GsT2iAdapterConfig light_adapter = {
  .in_channels = 192, .fold = 8, .is_light = TRUE, .channels = { 8, 16, 16, 16 },
  .inner = { 4, 4, 8, 8 }, .n_blocks = { 2, 2, 2, 2 }, .kernel = 3,
  .has_in = { TRUE, TRUE, TRUE, TRUE }, .halves = { FALSE, TRUE, TRUE, TRUE },
};

static const GsT2iAdapterConfig xl_adapter = {
  .in_channels = 768, .fold = 16, .channels = { 16, 32, 32, 32 }, .inner = { 16, 32, 32, 32 },
  .n_blocks = { 2, 2, 2, 2 }, .kernel = 1, .has_in = { FALSE, TRUE, FALSE, FALSE },
  .halves = { FALSE, FALSE, TRUE, FALSE },
};

typedef struct
{
  const GsUnetConfig       *unet;
  guint                     height, width; /* of the latent */
  guint                     n_nets;
  float                     strengths[MAX_NETS];
  const GsT2iAdapterConfig *adapter;
  const float              *expected;
  guint                     n_expected;
} Case;

typedef struct
{
  GsDevice       *device;
  GsArena        *arena;
  GsWeightStore  *unet, *nets[MAX_NETS];
  GsWeightRouter *router;
  GsDtype         dtype;
} Fixture;

static void
fixture_init (Fixture *f, const Case *c)
{
  static const char *const letters[MAX_NETS] = { "a.", "b." };

  f->arena = gs_arena_new (f->device);
  f->unet = gs_weight_store_new (f->device, f->dtype, drawn_new (""));
  f->router = gs_weight_router_new (gs_weight_store_get_weights (f->unet));
  for (guint i = 0; i < MAX_NETS; i++)
    {
      GsWeightSource *source = gs_control_weights_new (drawn_new (letters[i]));
      g_autofree char *scope = g_strdup_printf ("unet.control%u.", i);

      gs_control_weights_set_strength (source, c->adapter == NULL ? c->strengths[i] : 1);
      f->nets[i] = gs_weight_store_new (f->device, f->dtype, source);
      gs_weight_router_add (f->router, scope, "controlnet.",
                            gs_weight_store_get_weights (f->nets[i]));
    }
}

static void
fixture_clear (Fixture *f)
{
  gs_weight_router_free (f->router);
  for (guint i = 0; i < MAX_NETS; i++)
    gs_weight_store_free (f->nets[i]);
  gs_weight_store_free (f->unet);
  gs_arena_free (f->arena);
}

static GsTensor *
add_adapter (GsGraph *g, const Case *c, GsTensor **features)
{
  const guint fold = c->adapter->fold;
  GsTensor *hint = gs_graph_input (g, "hint0", (GsShape) { 1, c->height * 8 / fold,
                                                           c->width * 8 / fold,
                                                           c->adapter->in_channels }, g->dtype);

  GS_SCOPE (g, "control0");
  gs_t2i_adapter (g, c->adapter, c->unet->n_levels, hint, features);
  return hint;
}

static void
add_net (GsGraph *g, const Case *c, guint i, GsTensor *const *in, GsUnetState *state)
{
  static const guint widths[] = { 8, 8, 12, 12, 12, 16 };
  GsControlNetConfig config = { .unet = *c->unet, .hint_channels = 3, .hint_width = 8,
                                .n_hint_blocks = G_N_ELEMENTS (widths) };
  g_autofree char *name = g_strdup_printf ("hint%u", i);
  GsTensor *hint = gs_graph_input (g, name, (GsShape) { 1, c->height * 8, c->width * 8, 3 },
                                   g->dtype);

  memcpy (config.hint_widths, widths, sizeof widths);
  g_assert_cmpuint (gs_controlnet_config_factor (&config), ==, 8);
  GS_SCOPE (g, "control%u", i);
  gs_controlnet (g, &config, in[0], in[1], in[2], in[3], hint, state);
}

static GsProgram *
build (const Fixture *f, const Case *c)
{
  GsGraph *g = gs_graph_new ("unet", f->dtype, gs_weight_router_get_weights (f->router));
  GsTensor *features[GS_MAX_LEVELS + 1] = { NULL };
  g_autoptr (GError) error = NULL;
  GsUnetState state = { 0 };
  GsTensor *in[4] = { NULL };

  in[0] = gs_graph_input (g, "x", (GsShape) { BATCH, c->height, c->width, 4 }, f->dtype);
  in[1] = gs_graph_input (g, "time", (GsShape) { BATCH, 1, 1, c->unet->channels[0] }, f->dtype);
  in[2] = gs_graph_input (g, "context", (GsShape) { BATCH, 1, TOKENS, c->unet->context_width },
                          f->dtype);
  if (c->unet->label_width > 0)
    in[3] = gs_graph_input (g, "label", (GsShape) { BATCH, 1, 1, c->unet->label_width }, f->dtype);
  if (c->adapter != NULL)
    add_adapter (g, c, features);
  gs_unet_go_down (g, c->unet, in[0], in[1], in[2], in[3], NULL, features, &state);
  for (guint i = 0; i < c->n_nets; i++)
    add_net (g, c, i, in, &state);
  gs_graph_output (g, gs_unet_go_up (g, c->unet, in[2], &state));
  gs_graph_finish (g, &error);
  g_assert_no_error (error);
  return gs_program_new (g, f->arena);
}

static void
set (GsProgram *program, const char *input, const float *values, gsize n)
{
  g_autoptr (GError) error = NULL;

  gs_program_set_floats (program, input, values, n, &error);
  g_assert_no_error (error);
}

static void
set_drawn (GsProgram *program, const char *input, gsize n, double limit)
{
  g_autofree float *values = g_new (float, n);

  draw (input, n, -limit, limit, values);
  set (program, input, values, n);
}

static void
set_picture (GsProgram *program, const Case *c, guint i)
{
  const guint32 w = c->width * 8, h = c->height * 8;
  const gsize n = (gsize) 3 * w * h;
  g_autofree char *name = g_strdup_printf ("picture %c", 'a' + i);
  g_autofree char *input = g_strdup_printf ("hint%u", i);
  g_autofree float *values = g_new (float, n), *folded = g_new (float, n);

  draw (name, n, 0, 1, values);
  if (c->adapter != NULL)
    gs_t2i_fold (values, w, h, 3, c->adapter->fold, folded);
  set (program, input, c->adapter != NULL ? folded : values, n);
}

static void
set_inputs (GsProgram *program, const Case *c)
{
  const guint width = c->unet->channels[0];
  g_autofree float *time = g_new (float, BATCH * width);

  gs_timestep_embedding (500.25, width, time);
  gs_timestep_embedding (37, width, time + width);
  set (program, "time", time, BATCH * width);
  set_drawn (program, "x", (gsize) BATCH * c->height * c->width * 4, 1.5);
  set_drawn (program, "context", BATCH * TOKENS * c->unet->context_width, 1);
  if (c->unet->label_width > 0)
    set_drawn (program, "label", BATCH * c->unet->label_width, 1);
  for (guint i = 0; i < MAX (c->n_nets, c->adapter != NULL ? 1 : 0); i++)
    set_picture (program, c, i);
}

/* Two implementations in single precision differ by some 1e-6 of the peak, in half by 2e-3. */
static void
check (const float *got, gsize n, const Case *c, double tolerance)
{
  double peak = 0, miss = 0;

  g_assert_cmpuint ((n + STRIDE - 1) / STRIDE, ==, c->n_expected);
  for (guint i = 0; i < c->n_expected; i++)
    {
      peak = MAX (peak, fabs (c->expected[i]));
      miss = MAX (miss, fabs (got[i * STRIDE] - c->expected[i]));
    }
  g_test_message ("off by %g of the peak", miss / peak);
  g_assert_cmpfloat (miss, <=, tolerance * peak);
}

static void
run_case (GsDevice *device, GsDtype dtype, const Case *c)
{
  const gsize n = (gsize) BATCH * c->height * c->width * 4;
  Fixture f = { .device = device, .dtype = dtype };
  g_autofree float *got = g_new (float, n);
  g_autoptr (GError) error = NULL;
  GsProgram *program;

  fixture_init (&f, c);
  program = build (&f, c);
  set_inputs (program, c);
  gs_program_run (program, &error);
  g_assert_no_error (error);
  gs_program_get_floats (program, 0, got, n, &error);
  g_assert_no_error (error);
  check (got, n, c, dtype == GS_DTYPE_F16 ? 8e-3 : 2e-5);
  gs_program_free (program);
  fixture_clear (&f);
}

#define EXPECTED(name) .expected = expected_##name, .n_expected = G_N_ELEMENTS (expected_##name)

static const Case cases[] = {
  { .unet = &sd1, .height = 6, .width = 5, EXPECTED (plain) },
  { .unet = &sd1, .height = 6, .width = 5, .n_nets = 1, .strengths = { 1 }, EXPECTED (one) },
  { .unet = &sd1, .height = 6, .width = 5, .n_nets = 2, .strengths = { 0.7f, 1.25f },
    EXPECTED (two) },
  { .unet = &sd1, .height = 6, .width = 5, .n_nets = 2, EXPECTED (plain) }, /* of no strength */
  { .unet = &xl, .height = 6, .width = 5, .n_nets = 1, .strengths = { 1 }, EXPECTED (xl) },
  { .unet = &four_levels, .height = 10, .width = 12, .adapter = &whole_adapter,
    EXPECTED (adapter) },
  { .unet = &four_levels, .height = 10, .width = 12, .adapter = &light_adapter, EXPECTED (light) },
  { .unet = &xl, .height = 6, .width = 8, .adapter = &xl_adapter, EXPECTED (adapter_xl) },
};

static void
test_cases (gconstpointer data)
{
  const GsDtype dtype = GPOINTER_TO_UINT (data);
  g_autoptr (GsDevice) device = gs_device_new (NULL, NULL, NULL);

  if (device == NULL || (dtype == GS_DTYPE_F16 && !gs_device_get_info (device)->storage16))
    {
      g_test_skip (device == NULL ? "no Vulkan device" : "it cannot store half precision");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    run_case (device, dtype, &cases[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/controlnet/pytorch/f32", GUINT_TO_POINTER (GS_DTYPE_F32), test_cases);
  g_test_add_data_func ("/controlnet/pytorch/f16", GUINT_TO_POINTER (GS_DTYPE_F16), test_cases);
  return g_test_run ();
}
