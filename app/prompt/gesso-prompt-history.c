/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of strings and a file of escaped lines. */
#include "config.h"

#include "gesso-prompt-history.h"

#define MAX_FILE_BYTES (4 << 20)

struct _GessoPromptHistory
{
  GObject parent_instance;

  GtkStringList *prompts;
  char *path;
  gboolean writing, changed_meanwhile;
};

G_DEFINE_FINAL_TYPE (GessoPromptHistory, gesso_prompt_history, G_TYPE_OBJECT)

/* ---- The file ------------------------------------------------------------------------------- */

/* A line ends a prompt, so the ones within are written as "\n", and backslashes twice. */
static void
append_line (GString *contents, const char *prompt)
{
  for (const char *p = prompt; *p; p++)
    if (*p == '\n')
      g_string_append (contents, "\\n");
    else if (*p == '\\')
      g_string_append (contents, "\\\\");
    else
      g_string_append_c (contents, *p);
  g_string_append_c (contents, '\n');
}

static char *
dup_prompt (const char *line)
{
  GString *prompt = g_string_new (NULL);

  for (const char *p = line; *p; p++)
    if (*p == '\\' && p[1] != '\0')
      g_string_append_c (prompt, *++p == 'n' ? '\n' : *p);
    else
      g_string_append_c (prompt, *p);

  return g_string_free (prompt, FALSE);
}

/* A file that is damaged or of somebody else's making counts for what can be read of it. */
static void
read_file (GessoPromptHistory *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  gsize n_read = 0;

  if (stream == NULL)
    return;

  contents = g_malloc (MAX_FILE_BYTES + 1);
  g_input_stream_read_all (G_INPUT_STREAM (stream), contents, MAX_FILE_BYTES, &n_read, NULL, NULL);
  contents[n_read] = '\0';
  lines = g_strsplit (contents, "\n", GESSO_PROMPT_HISTORY_LENGTH + 1);
  for (guint i = 0; lines[i] && i < GESSO_PROMPT_HISTORY_LENGTH; i++)
    if (*lines[i] && g_utf8_validate (lines[i], -1, NULL))
      {
        g_autofree char *prompt = dup_prompt (lines[i]);

        gtk_string_list_append (self->prompts, prompt);
      }
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *path = GESSO_PROMPT_HISTORY (source)->path; /* never changes */
  g_autofree char *folder = g_path_get_dirname (path);
  GError *error = NULL;

  g_mkdir_with_parents (folder, 0700);
  if (g_file_set_contents_full (path, data, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void write_file (GessoPromptHistory *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoPromptHistory *self = GESSO_PROMPT_HISTORY (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_message ("The prompt history was not saved: %s", error->message);

  self->writing = FALSE;
  if (self->changed_meanwhile)
    write_file (self);
}

static void
write_file (GessoPromptHistory *self)
{
  g_autoptr (GTask) task = NULL;
  GString *contents;

  self->changed_meanwhile = self->writing;
  if (self->writing)
    return;

  contents = g_string_new (NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->prompts)); i++)
    append_line (contents, gtk_string_list_get_string (self->prompts, i));
  self->writing = TRUE;
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_source_tag (task, write_file);
  g_task_set_task_data (task, g_string_free (contents, FALSE), g_free);
  g_task_run_in_thread (task, write_in_thread);
}

/* ---- The list ------------------------------------------------------------------------------- */

GListModel *
gesso_prompt_history_get_list (GessoPromptHistory *self)
{
  return G_LIST_MODEL (self->prompts);
}

const char *
gesso_prompt_history_get (GessoPromptHistory *self, guint i)
{
  return gtk_string_list_get_string (self->prompts, i);
}

static gboolean
is_blank (const char *text)
{
  while (g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);

  return *text == '\0';
}

void
gesso_prompt_history_add (GessoPromptHistory *self, const char *prompt)
{
  g_autofree char *copy = g_strdup (prompt); /* it may be one of the list's own */
  guint n_prompts = g_list_model_get_n_items (G_LIST_MODEL (self->prompts));

  if (is_blank (copy) || g_strcmp0 (gesso_prompt_history_get (self, 0), copy) == 0)
    return;

  for (guint i = 0; i < n_prompts; i++)
    if (g_strcmp0 (gesso_prompt_history_get (self, i), copy) == 0)
      {
        gtk_string_list_remove (self->prompts, i);
        n_prompts--;
        break;
      }
  if (n_prompts == GESSO_PROMPT_HISTORY_LENGTH)
    gtk_string_list_remove (self->prompts, n_prompts - 1);
  gtk_string_list_splice (self->prompts, 0, 0, (const char *const[]){ copy, NULL });
  write_file (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_prompt_history_finalize (GObject *object)
{
  GessoPromptHistory *self = GESSO_PROMPT_HISTORY (object);

  g_clear_object (&self->prompts);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (gesso_prompt_history_parent_class)->finalize (object);
}

static void
gesso_prompt_history_class_init (GessoPromptHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_prompt_history_finalize;
}

static void
gesso_prompt_history_init (GessoPromptHistory *self)
{
  self->prompts = gtk_string_list_new (NULL);
}

GessoPromptHistory *
gesso_prompt_history_new (const char *file_name)
{
  GessoPromptHistory *self = g_object_new (GESSO_TYPE_PROMPT_HISTORY, NULL);

  self->path = g_build_filename (g_get_user_state_dir (), "gesso", file_name, NULL);
  read_file (self);

  return self;
}
