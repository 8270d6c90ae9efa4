/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files made a picture. A1111 writes "Model hash: 0123456789, Model: name, VAE hash: ..., VAE: name,
 * Lora hashes: "a: 0123456789ab, b: ...", TI hashes: "..."" (modules/processing.py,
 * extensions-builtin/Lora/extra_networks_lora.py), and its extension for ControlNet
 * "ControlNet 0: "Module: canny, Model: name [01234567], ..."".
 */
#include "gs.h"
#include "io/parameters.h"
#include "io/prompt.h"

#include <string.h>

#define MIN_DIGITS 8
#define MAX_DIGITS 64

void
gs_used_file_free (GsUsedFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_free (file->hash);
  g_free (file);
}

/* In small letters, or NULL if it is no hash. */
static char *
clean_hash (const char *text)
{
  g_autofree char *hash = g_ascii_strdown (text != NULL ? text : "", -1);
  gsize n = strspn (g_strstrip (hash), "0123456789abcdef");

  return hash[n] == '\0' && n >= MIN_DIGITS && n <= MAX_DIGITS ? g_steal_pointer (&hash) : NULL;
}

static const GsUsedFile *
find (const GPtrArray *files, GsLibraryKind kind, const char *name)
{
  for (guint i = 0; i < files->len; i++)
    {
      const GsUsedFile *file = files->pdata[i];

      if (file->kind == kind && g_str_equal (file->name, name))
        return file;
    }
  return NULL;
}

static void
add (GPtrArray *files, GsLibraryKind kind, const char *name, const char *hash)
{
  g_autofree char *clean = clean_hash (hash);
  g_autofree char *stripped = g_strstrip (g_strdup (name != NULL ? name : ""));
  GsUsedFile *file;

  if ((*stripped == '\0' && clean == NULL) || find (files, kind, stripped) != NULL)
    return;
  file = g_new0 (GsUsedFile, 1);
  file->kind = kind;
  file->name = g_steal_pointer (&stripped);
  file->hash = g_steal_pointer (&clean);
  g_ptr_array_add (files, file);
}

/* "a: 0123456789ab, b: ..." */
static void
add_list (GPtrArray *files, GsLibraryKind kind, const char *text)
{
  g_auto (GStrv) pairs = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      char *colon = strrchr (pairs[i], ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      add (files, kind, pairs[i], colon + 1);
    }
}

/* "Module: canny, Model: name [01234567], Weight: 1": the digits are no SHA-256's. */
static void
add_control (GPtrArray *files, const char *text)
{
  static const char mark[] = "Model: ";
  const char *begin = strstr (text, mark);
  g_autofree char *name = NULL;
  char *end;

  if (begin == NULL)
    return;
  name = g_strdup (begin + strlen (mark));
  end = strchr (name, ',');
  if (end != NULL)
    *end = '\0';
  end = strrchr (name, '[');
  if (end != NULL && g_str_has_suffix (name, "]"))
    *end = '\0';
  if (!g_str_equal (g_strstrip (name), "None"))
    add (files, GS_LIBRARY_CONTROL, name, NULL);
}

/* "name [0123456789]" */
static void
add_refiner (GPtrArray *files, const char *text)
{
  g_autofree char *name = g_strdup (text != NULL ? text : "");
  g_autofree char *hash = NULL;
  char *end = strrchr (name, '[');
  GsUsedFile *file;

  if (end != NULL && g_str_has_suffix (end, "]"))
    {
      end[strlen (end) - 1] = '\0';
      hash = clean_hash (end + 1);
      *end = '\0';
    }
  if (*g_strstrip (name) == '\0')
    return;
  file = g_new0 (GsUsedFile, 1);
  file->kind = GS_LIBRARY_CHECKPOINT;
  file->name = g_steal_pointer (&name);
  file->hash = g_steal_pointer (&hash);
  file->is_refiner = TRUE;
  g_ptr_array_add (files, file);
}

GPtrArray *
gs_used_files_list (const char *text)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_used_file_free);
  g_autoptr (GsParameters) parameters = gs_parameters_parse (text, NULL);
  g_autoptr (GArray) loras = NULL;
  g_autofree char *words = NULL;

  if (parameters == NULL)
    return files;
  add (files, GS_LIBRARY_CHECKPOINT, gs_parameters_get (parameters, "Model"),
       gs_parameters_get (parameters, "Model hash"));
  add_refiner (files, gs_parameters_get (parameters, "Refiner"));
  add (files, GS_LIBRARY_VAE, gs_parameters_get (parameters, "VAE"),
       gs_parameters_get (parameters, "VAE hash"));
  add_list (files, GS_LIBRARY_LORA, gs_parameters_get (parameters, "Lora hashes"));
  words = gs_prompt_take_loras (parameters->prompt, &loras);
  for (guint i = 0; i < loras->len; i++)
    add (files, GS_LIBRARY_LORA, g_array_index (loras, GsPromptLora, i).name, NULL);
  add_list (files, GS_LIBRARY_EMBEDDING, gs_parameters_get (parameters, "TI hashes"));
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    {
      g_autofree char *key = g_strdup_printf ("ControlNet %u", i);
      const char *control = gs_parameters_get (parameters, key);

      if (control != NULL)
        add_control (files, control);
    }
  return files;
}
