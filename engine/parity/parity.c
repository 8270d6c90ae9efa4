/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gs_session_parity(): the cases of a manifest, by group. */
#include "parity/parity.h"

#include "gs.h"

#include <math.h>

static const struct
{
  const char   *group;
  GsParityCheck check;
} groups[] = {
  { "tokenizer", gs_parity_tokenizer },       { "rng", gs_parity_rng },
  { "text-encoder", gs_parity_text_encoder }, { "unet", gs_parity_unet },
  { "vae", gs_parity_vae },                   { "scheduler", gs_parity_scheduler },
  { "pipeline", gs_parity_pipeline },         { "formats", gs_parity_formats },
  { "lora", gs_parity_lora },                 { "training-ops", gs_parity_training_ops },
  { "training", gs_parity_training },
};

static const char *
member_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : "";
}

static gboolean
matches (const char *const *globs, const char *id, const char *group)
{
  for (guint i = 0; globs != NULL && globs[i] != NULL; i++)
    if (g_pattern_match_simple (globs[i], id) || g_pattern_match_simple (globs[i], group))
      return TRUE;
  return FALSE;
}

static JsonArray *
read_manifest (JsonParser *parser, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "MANIFEST.json", NULL);
  JsonNode *root, *cases = NULL;

  if (!json_parser_load_from_file (parser, path, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    cases = json_object_get_member (json_node_get_object (root), "cases");
  if (cases == NULL || !JSON_NODE_HOLDS_ARRAY (cases))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "“%s” has no list of cases", path);
      return NULL;
    }
  return json_node_get_array (cases);
}

static gboolean
run_case (GsParityRun *run, const char *group)
{
  g_autoptr (GError) error = NULL;
  GsParityCheck check = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (groups[i].group, group))
      check = groups[i].check;
  if (check == NULL)
    g_set_error (&error, GS_ERROR, GS_ERROR_UNSUPPORTED, "cases of the kind “%s” are not known",
                 group);
  else if (check (run, &error) && run->n_compared == 0 && !run->failed)
    g_set_error (&error, GS_ERROR, GS_ERROR_UNSUPPORTED, "nothing in it could be compared");
  if (error != NULL)
    {
      run->failed = TRUE;
      g_free (run->detail);
      run->detail = g_strdup (error->message);
    }
  return !run->failed;
}

gboolean
gs_session_parity (GsSession *session, const char *folder, const char *const *only,
                   const char *const *skip, GsParityFunc report, gpointer user_data,
                   guint *n_passed, guint *n_failed, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases = read_manifest (parser, folder, error);

  *n_passed = *n_failed = 0;
  if (cases == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonNode *node = json_array_get_element (cases, i);
      GsParityRun run = { .session = session, .folder = folder, .cases = cases };
      GsParityCase result = { 0 };

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      run.entry = json_node_get_object (node);
      run.precision = session->dtype == GS_DTYPE_F16 ? "fp16" : "fp32";
      result.id = member_string (run.entry, "id");
      result.group = member_string (run.entry, "group");
      if ((only != NULL && !matches (only, result.id, result.group))
          || matches (skip, result.id, result.group))
        continue;
      result.passed = run_case (&run, result.group);
      result.max_absolute = run.max_absolute;
      result.max_relative = run.max_relative;
      result.tolerance = run.tolerance;
      result.detail = run.detail != NULL ? run.detail : "";
      *(result.passed ? n_passed : n_failed) += 1;
      if (report != NULL)
        report (&result, user_data);
      g_free (run.detail);
    }
  return TRUE;
}
