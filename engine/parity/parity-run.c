/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a case and comparing tensors. */
#include "parity/parity.h"

#include <math.h>
#include <string.h>

JsonObject *
gs_parity_config (GsParityRun *run)
{
  JsonNode *node = json_object_get_member (run->entry, "config");

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : run->entry;
}

static const char *
string_member (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

const char *
gs_parity_string (GsParityRun *run, const char *member)
{
  const char *string = string_member (run->entry, member);

  return string != NULL ? string : string_member (gs_parity_config (run), member);
}

char *
gs_parity_path (GsParityRun *run, const char *relative, GError **error)
{
  if (relative == NULL || g_path_is_absolute (relative) || strstr (relative, "..") != NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The case names no file inside its folder");
      return NULL;
    }
  return g_build_filename (run->folder, relative, NULL);
}

GsTensorFile *
gs_parity_open (GsParityRun *run, GError **error)
{
  g_autofree char *path = gs_parity_path (run, gs_parity_string (run, "file"), error);

  return path != NULL ? gs_tensor_file_open (path, error) : NULL;
}

void
gs_parity_clear (GsParityTensor *tensor)
{
  g_clear_pointer (&tensor->values, g_free);
}

gboolean
gs_parity_read (GsTensorFile *file, GsParityTensor *tensor, GError **error, const char *format,
                ...)
{
  g_autofree char *name = NULL;
  const GsStoredTensor *stored;
  va_list args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  gs_parity_clear (tensor);
  stored = gs_tensor_file_find (file, name);
  if (stored == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The case lacks the tensor %s", name);
      return FALSE;
    }
  tensor->n = gs_stored_tensor_n_elements (stored);
  tensor->n_dims = stored->n_dims;
  memcpy (tensor->dims, stored->shape, sizeof tensor->dims);
  for (guint i = stored->n_dims; i < GS_STORED_MAX_DIMS; i++)
    tensor->dims[i] = 1;
  tensor->values = g_new (float, MAX (tensor->n, 1));
  gs_stored_tensor_to_float (stored, tensor->values);
  return TRUE;
}

gboolean
gs_parity_has (GsTensorFile *file, const char *format, ...)
{
  g_autofree char *name = NULL;
  va_list args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  return gs_tensor_file_find (file, name) != NULL;
}

double
gs_parity_tolerance (GsParityRun *run, const char *name)
{
  JsonNode *node = json_object_get_member (run->entry, "tolerance");
  JsonObject *tolerance;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return INFINITY;
  tolerance = json_node_get_object (node);
  node = json_object_get_member (tolerance, run->precision);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    node = json_object_get_member (json_node_get_object (node), name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : INFINITY;
}

/* Keeps the comparison that is nearest to (or farthest beyond) its tolerance. */
static void
note (GsParityRun *run, const char *name, double absolute, double relative, double measured,
      double tolerance)
{
  const double ratio = measured / tolerance;
  const double previous = run->tolerance > 0 ? run->max_relative / run->tolerance : -1;
  const gboolean fails = !(measured <= tolerance);

  run->n_compared++;
  if (fails || (!run->failed && ratio > previous))
    {
      run->max_absolute = absolute;
      run->max_relative = relative;
      run->tolerance = tolerance;
      g_free (run->detail);
      run->detail = g_strdup (name);
    }
  run->failed |= fails;
}

static void
compare (GsParityRun *run, const char *name, const float *got, const float *want, gsize n,
         double tolerance, gboolean absolute)
{
  double miss = 0, peak = 0, relative;

  for (gsize i = 0; i < n; i++)
    {
      const double d = fabs ((double) got[i] - want[i]);

      peak = MAX (peak, fabs (want[i]));
      if (!(d <= miss))
        miss = isnan (d) ? INFINITY : d;
    }
  relative = miss == 0 ? 0 : peak > 0 ? miss / peak : INFINITY;
  note (run, name, miss, relative, absolute ? miss : relative, tolerance);
}

void
gs_parity_compare (GsParityRun *run, const char *name, const float *got, const float *want,
                   gsize n, double tolerance)
{
  compare (run, name, got, want, n, tolerance, FALSE);
}

void
gs_parity_compare_absolute (GsParityRun *run, const char *name, const float *got,
                            const float *want, gsize n, double tolerance)
{
  compare (run, name, got, want, n, tolerance, TRUE);
}

void
gs_parity_expect (GsParityRun *run, gboolean holds, const char *format, ...)
{
  va_list args;

  run->n_compared++;
  if (holds || run->failed)
    return;
  run->failed = TRUE;
  g_free (run->detail);
  va_start (args, format);
  run->detail = g_strdup_vprintf (format, args);
  va_end (args);
}
