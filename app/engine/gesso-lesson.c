/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson's fields, its word's rules and its file. */
#include "config.h"

#include "gesso-lesson.h"

#include "gs.h"

#include <glib/gi18n.h>
#include <string.h>

#define GROUP "lesson"
#define MAX_STEPS 100000

void
gesso_lesson_copy (GessoLesson *to, const GessoLesson *from)
{
  *to = *from;
  to->word = g_strdup (from->word);
  to->initial = g_strdup (from->initial ? from->initial : "");
  to->model = g_strdup (from->model ? from->model : "");
}

void
gesso_lesson_clear (GessoLesson *lesson)
{
  g_clear_pointer (&lesson->word, g_free);
  g_clear_pointer (&lesson->initial, g_free);
  g_clear_pointer (&lesson->model, g_free);
}

guint
gesso_lesson_propose_steps (gboolean is_lora)
{
  return is_lora ? 800 : 600;
}

/* It becomes a file's name, and stands in prompts where other marks have their own meaning. */
gboolean
gesso_lesson_check_word (const char *word, GError **error)
{
  if (*word == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("Name the new word"));
      return FALSE;
    }
  if (strlen (word) > GESSO_LESSON_MAX_WORD)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("The word is too long: choose a shorter one"));
      return FALSE;
    }
  for (const char *p = word; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isalnum (g_utf8_get_char (p)) && *p != '_' && (*p != '-' || p == word))
      {
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                             _("The word is one word of letters, digits, - and _"));
        return FALSE;
      }
  return TRUE;
}

void
gesso_lesson_crop (int width, int height, guint native_size, graphene_rect_t *crop)
{
  const GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;
  double area[4];

  gs_training_crop ((guint) width, (guint) height, native_size, options.buckets, area);
  graphene_rect_init (crop, (float) area[0], (float) area[1], (float) area[2], (float) area[3]);
}

void
gesso_lesson_save (const GessoLesson *lesson, GKeyFile *file)
{
  g_key_file_set_string (file, GROUP, "word", lesson->word);
  g_key_file_set_boolean (file, GROUP, "lora", lesson->is_lora);
  g_key_file_set_boolean (file, GROUP, "style", lesson->is_style);
  g_key_file_set_string (file, GROUP, "initial", lesson->initial);
  g_key_file_set_integer (file, GROUP, "steps", (int) lesson->steps);
  g_key_file_set_string (file, GROUP, "model", lesson->model);
}

static char *
get_string (GKeyFile *file, const char *key)
{
  char *value = g_key_file_get_string (file, GROUP, key, NULL);

  return value ? value : g_strdup ("");
}

gboolean
gesso_lesson_load (GessoLesson *lesson, GKeyFile *file, GError **error)
{
  memset (lesson, 0, sizeof *lesson);
  lesson->word = get_string (file, "word");
  lesson->is_lora = g_key_file_get_boolean (file, GROUP, "lora", NULL);
  lesson->is_style = g_key_file_get_boolean (file, GROUP, "style", NULL);
  lesson->initial = get_string (file, "initial");
  lesson->steps = (guint) CLAMP (g_key_file_get_integer (file, GROUP, "steps", NULL), 1, MAX_STEPS);
  lesson->model = get_string (file, "model");
  return gesso_lesson_check_word (lesson->word, error);
}
