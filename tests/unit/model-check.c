/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tensor that is missing, surplus or bent is named, and no damage makes the check stumble. */
#include "base/error.h"
#include "model-fixture.h"

/* A copy without one tensor, or with another shape of it. */
static GsCheckpoint *
damage (const GsCheckpoint *from, guint which, gboolean drop, guint dim, guint64 size)
{
  GsCheckpoint *copy = gs_checkpoint_new ("damaged");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);

  for (guint i = 0; i < gs_checkpoint_n_tensors (from); i++)
    {
      const char *name;
      GsStoredTensor tensor = *gs_checkpoint_tensor (from, i, &name);

      if (i == which && drop)
        continue;
      if (i == which)
        tensor.shape[MIN (dim, tensor.n_dims - 1)] = size;
      gs_checkpoint_add (copy, name, &tensor, bytes);
    }
  return copy;
}

/* Whatever single tensor is missing or bent: an error that names some tensor or number, and no
 * crash. */
static void
test_every_tensor_matters (void)
{
  g_autoptr (JsonObject) extra = parse (STARTER_JSON);
  g_autoptr (GsCheckpoint) whole = NULL;
  GsModelConfig config, read;
  guint named = 0, n;

  make_small (&config);
  config.has[GS_COMPONENT_TAESD] = FALSE; /* it may be left out, see below */
  whole = make_checkpoint (&config);
  n = gs_checkpoint_n_tensors (whole);
  for (guint i = 0; i < n; i++)
    {
      const char *name;
      g_autoptr (GsCheckpoint) without = damage (whole, i, TRUE, 0, 0);
      g_autoptr (GsCheckpoint) bent = damage (whole, i, FALSE, i % 4,
                                              i % 3 == 0   ? 0
                                              : i % 3 == 1 ? 7
                                                           : G_MAXUINT64);
      g_autoptr (GError) error = NULL;

      gs_checkpoint_tensor (whole, i, &name);
      g_assert_false (gs_model_config_read (without, extra, &read, &error));
      g_assert_cmpint (error->domain, ==, GS_ERROR);
      named += strstr (error->message, name) != NULL;
      g_clear_error (&error);
      g_assert_false (gs_model_config_read (bent, extra, &read, &error));
      g_assert_cmpint (error->domain, ==, GS_ERROR);
    }
  g_test_message ("%u of %u missing tensors are named in the error", named, n);
  g_assert_cmpuint (named, >, n * 9 / 10);
}

static void
test_messages (void)
{
  g_autoptr (JsonObject) extra = parse (STARTER_JSON);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  GsModelConfig config, read;
  GsStoredTensor tensor = { .dtype = GS_DTYPE_F16, .n_dims = 1, .shape = { 3 } };

  make_small (&config);
  checkpoint = make_checkpoint (&config);
  gs_checkpoint_add (checkpoint, "unet.novelty.weight", &tensor, bytes);
  gs_checkpoint_add (checkpoint, "vae.quant_conv.bias", &tensor, bytes);
  g_assert_false (gs_model_config_read (checkpoint, extra, &read, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "unet.novelty.weight"));
  g_assert_nonnull (strstr (error->message, "vae.quant_conv.bias: (3) instead of (8)"));
}

/* Tensors dropped, bent and renamed at random: anything may come out but a crash. */
static void
test_random_damage (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (JsonObject) extra = parse (STARTER_JSON);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  g_autoptr (GsCheckpoint) whole = NULL;
  gint64 deadline = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  GsModelConfig config, read;
  guint refused = 0, rounds;

  make_small (&config);
  whole = make_checkpoint (&config);
  for (rounds = 0; rounds < 300 && g_get_monotonic_time () < deadline; rounds++)
    {
      g_autoptr (GsCheckpoint) copy = gs_checkpoint_new ("random");
      g_autoptr (GError) error = NULL;
      gint rate = g_rand_int_range (random, 2, 400);

      for (guint i = 0; i < gs_checkpoint_n_tensors (whole); i++)
        {
          const char *name;
          GsStoredTensor tensor = *gs_checkpoint_tensor (whole, i, &name);
          g_autofree char *changed = g_strdup (name);

          if (g_rand_int_range (random, 0, rate) == 0)
            switch (g_rand_int_range (random, 0, 4))
              {
              case 0:
                continue;
              case 1:
                tensor.shape[g_rand_int_range (random, 0, 4)] = (guint64) 1
                                                                << g_rand_int_range (random, 0, 64);
                break;
              case 2:
                tensor.n_dims = g_rand_int_range (random, 0, 9);
                break;
              default:
                changed[g_rand_int_range (random, 0, strlen (changed))] =
                  "0.9ab"[g_rand_int_range (random, 0, 5)];
                break;
              }
          gs_checkpoint_add (copy, changed, &tensor, bytes);
        }
      if (gs_model_config_read (copy, extra, &read, &error))
        continue;
      refused++;
      g_assert_cmpint (error->domain, ==, GS_ERROR);
    }
  g_test_message ("%u of %u refused", refused, rounds);
  g_assert_cmpuint (refused, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-check/every-tensor-matters", test_every_tensor_matters);
  g_test_add_func ("/model-check/messages", test_messages);
  g_test_add_func ("/model-check/random-damage", test_random_damage);
  return g_test_run ();
}
