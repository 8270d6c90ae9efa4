/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise from seeds, and the spherical interpolation of variation seeds. */
#include "parity/parity.h"

#include "base/random.h"

#include <string.h>

static double
absolute_tolerance (GsParityRun *run)
{
  JsonNode *node = json_object_get_member (run->entry, "tolerance");

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
           ? json_object_get_double_member_with_default (json_node_get_object (node), "absolute",
                                                         1e-5)
           : 1e-5;
}

/* One draw of a fresh generator, or after another draw of the same size. */
static gboolean
check_draw (GsParityRun *run, GsTensorFile *file, const char *name, GsRngKind kind, guint64 seed,
            gboolean second, GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autoptr (GsRandom) random = gs_random_new (kind, seed);
  g_autofree float *got = NULL;

  if (!gs_parity_read (file, &want, error, "%s", name))
    return FALSE;
  got = g_new (float, want.n);
  if (second)
    gs_random_normal (random, got, want.n);
  gs_random_normal (random, got, want.n);
  gs_parity_compare_absolute (run, name, got, want.values, want.n, absolute_tolerance (run));
  return TRUE;
}

/* "out.<kind>.<seed>.<which>" */
static gboolean
check_noise (GsParityRun *run, GsTensorFile *file, GError **error)
{
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      const char *name = gs_tensor_file_tensor (file, i)->name;
      g_auto (GStrv) parts = g_strsplit (name, ".", -1);
      GsRngKind kind;

      if (g_strv_length (parts) != 4 || !g_str_equal (parts[0], "out"))
        continue;
      kind = g_str_equal (parts[1], "philox") ? GS_RNG_CUDA : GS_RNG_CPU;
      if (!check_draw (run, file, name, kind, g_ascii_strtoull (parts[2], NULL, 10),
                       g_str_equal (parts[3], "second"), error))
        return FALSE;
    }
  return TRUE;
}

/* "out.slerp.<strength>" */
static gboolean
check_slerp (GsParityRun *run, GsTensorFile *file, GError **error)
{
  g_auto (GsParityTensor) a = { 0 }, b = { 0 };

  if (!gs_parity_read (file, &a, error, "in.a") || !gs_parity_read (file, &b, error, "in.b"))
    return FALSE;
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      const char *name = gs_tensor_file_tensor (file, i)->name;
      g_auto (GsParityTensor) want = { 0 };
      g_autofree float *got = g_new (float, a.n);

      if (!g_str_has_prefix (name, "out.slerp."))
        continue;
      if (!gs_parity_read (file, &want, error, "%s", name))
        return FALSE;
      if (want.n != a.n || b.n != a.n || a.n_dims < 2)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The noises differ in size");
          return FALSE;
        }
      gs_slerp (g_ascii_strtod (name + strlen ("out.slerp."), NULL), a.values, b.values, got,
                a.n / (a.dims[a.n_dims - 1] * a.dims[a.n_dims - 2]), a.dims[a.n_dims - 2],
                a.dims[a.n_dims - 1]);
      gs_parity_compare_absolute (run, name, got, want.values, want.n, absolute_tolerance (run));
    }
  return TRUE;
}

gboolean
gs_parity_rng (GsParityRun *run, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_parity_open (run, error);

  if (file == NULL)
    return FALSE;
  return gs_parity_has (file, "in.a") ? check_slerp (run, file, error)
                                      : check_noise (run, file, error);
}
