/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One tag per kind of span, set anew at every change where the meaning of characters has changed.
 *
 * Nothing is told by colour alone: marks and names are bold, and a bracket without its partner is
 * underlined. In high contrast colours are few and dark.
 */
#include "config.h"

#include "gesso-prompt-highlight.h"

#include "prompt/gesso-prompt-buffer.h"

#include <adwaita.h>

#define MAX_SPANS 600 /* a text of more is no prompt, and not worth a stall */

struct _GessoPromptHighlight
{
  GObject parent_instance;

  GtkTextBuffer *buffer;
  GtkTextTag *tags[GESSO_N_SPAN_KINDS];
  GListModel *embeddings;
  GHashTable *names; /* of embeddings, folded */
  GListModel *loras; /* NULL: not known yet */
  GHashTable *lora_names;

  guint8 *masks; /* for each character the kinds that are shown */
  guint n_chars;
  guint edit_start, n_removed, n_added; /* the change that comes */
};

G_DEFINE_FINAL_TYPE (GessoPromptHighlight, gesso_prompt_highlight, G_TYPE_OBJECT)

/* ---- Looks ---------------------------------------------------------------------------------- */

/* Each of at least 4.5:1 (high contrast: 7:1) on the prompt's card. */
static const char *const colors[GESSO_N_SPAN_KINDS][2][2] = {
  /* light, its high contrast; dark, its high contrast */
  [GESSO_SPAN_STRONG] = { { "#1a5fb4", "#0d3a75" }, { "#99c1f1", "#c3dcfa" } },
  [GESSO_SPAN_WEAK] = { { "#5e5c64", "#3d3846" }, { "#c0bfbc", "#deddda" } },
  [GESSO_SPAN_MARK] = { { NULL, NULL }, { NULL, NULL } },
  [GESSO_SPAN_NETWORK] = { { "#813d9c", "#551f6b" }, { "#dcb0ec", "#ecd0f6" } },
  [GESSO_SPAN_EMBEDDING] = { { "#1b6b3c", "#0d4424" }, { "#8ff0a4", "#b9f7c6" } },
  [GESSO_SPAN_BREAK] = { { "#8a4500", "#5c2e00" }, { "#ffbe6f", "#ffd9a8" } },
  [GESSO_SPAN_UNKNOWN] = { { "#a51d2d", "#7a0f1c" }, { "#ff9c8f", "#ffd0ca" } },
  [GESSO_SPAN_ERROR] = { { "#a51d2d", "#7a0f1c" }, { "#ff9c8f", "#ffd0ca" } },
};

const char *
gesso_prompt_highlight_get_color (GessoSpanKind kind, gboolean dark, gboolean high_contrast)
{
  return colors[kind][dark != FALSE][high_contrast != FALSE];
}

static void
update_colors (GessoPromptHighlight *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);
  gboolean high_contrast = adw_style_manager_get_high_contrast (style);

  for (guint kind = 0; kind < GESSO_N_SPAN_KINDS; kind++)
    g_object_set (self->tags[kind], "foreground",
                  gesso_prompt_highlight_get_color (kind, dark, high_contrast), NULL);
}

static void
add_tags (GessoPromptHighlight *self)
{
  /* A later tag wins over an earlier one. */
  for (guint kind = 0; kind < GESSO_N_SPAN_KINDS; kind++)
    self->tags[kind] = gtk_text_buffer_create_tag (self->buffer, NULL, NULL);

  g_object_set (self->tags[GESSO_SPAN_MARK], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->tags[GESSO_SPAN_NETWORK], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->tags[GESSO_SPAN_EMBEDDING], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->tags[GESSO_SPAN_BREAK], "weight", PANGO_WEIGHT_BOLD, NULL);
  g_object_set (self->tags[GESSO_SPAN_ERROR], "weight", PANGO_WEIGHT_BOLD, "underline",
                PANGO_UNDERLINE_ERROR, NULL);
  g_object_set (self->tags[GESSO_SPAN_UNKNOWN], "underline", PANGO_UNDERLINE_ERROR, NULL);
}

/* ---- Spans ---------------------------------------------------------------------------------- */

/* "<lora:name:0.8>": whether there is one of that name, as the engine compares them. */
static gboolean
is_unknown (GessoPromptHighlight *self, const char *tag)
{
  g_auto (GStrv) parts = g_strsplit_set (tag, ":>", 3);

  return self->loras && g_str_equal (parts[0], "<lora") && parts[1] &&
         !g_hash_table_contains (self->lora_names, parts[1]);
}

static void
mark_unknown (GessoPromptHighlight *self, GArray *spans, const char *text)
{
  for (guint i = 0; i < spans->len; i++)
    {
      GessoSpan *span = &g_array_index (spans, GessoSpan, i);
      g_autofree char *tag =
          span->kind == GESSO_SPAN_NETWORK ? g_utf8_substring (text, span->start, span->end) : NULL;

      if (tag && is_unknown (self, tag))
        span->kind = GESSO_SPAN_UNKNOWN;
    }
}

static guint8 *
make_masks (const GArray *spans, guint n_chars)
{
  guint8 *masks = g_new0 (guint8, n_chars + 1);

  for (guint i = 0; i < spans->len; i++)
    {
      GessoSpan span = g_array_index (spans, GessoSpan, i);

      for (guint k = span.start; k < span.end; k++)
        masks[k] |= (guint8) (1 << span.kind);
    }

  return masks;
}

/* Removes what was shown from low to high and shows the spans there. */
static void
show_between (GessoPromptHighlight *self, const GArray *spans, guint low, guint high)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) low);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &end, (int) high);
  for (guint kind = 0; kind < GESSO_N_SPAN_KINDS; kind++)
    gtk_text_buffer_remove_tag (self->buffer, self->tags[kind], &start, &end);

  for (guint i = 0; i < spans->len; i++)
    {
      GessoSpan span = g_array_index (spans, GessoSpan, i);
      guint first = MAX (span.start, low), last = MIN (span.end, high);

      if (first >= last)
        continue;
      gtk_text_buffer_get_iter_at_offset (self->buffer, &start, (int) first);
      gtk_text_buffer_get_iter_at_offset (self->buffer, &end, (int) last);
      gtk_text_buffer_apply_tag (self->buffer, self->tags[span.kind], &start, &end);
    }
}

/* Tags move with the characters that they are on, so only what is new or has changed its meaning is
 * looked at: tagging takes a time that grows with the square of a line's length. */
static void
update (GessoPromptHighlight *self)
{
  g_autofree char *text = gesso_prompt_buffer_dup_text (self->buffer);
  g_autoptr (GArray) spans = gesso_prompt_syntax_parse (text, self->names);
  guint n_chars = (guint) g_utf8_strlen (text, -1);
  guint low = 0, high = n_chars, n_old = self->n_chars;
  g_autofree guint8 *masks = NULL;

  if (spans->len > MAX_SPANS)
    g_array_set_size (spans, 0);
  mark_unknown (self, spans, text);

  masks = make_masks (spans, n_chars);
  if (n_old - self->n_removed + self->n_added == n_chars)
    {
      while (low < self->edit_start && masks[low] == self->masks[low])
        low++;
      while (high > MAX (low, self->edit_start + self->n_added) &&
             masks[high - 1] == self->masks[high - 1 + self->n_removed - self->n_added])
        high--;
    }
  if (low < high)
    show_between (self, spans, low, high);

  g_free (self->masks);
  self->masks = g_steal_pointer (&masks);
  self->n_chars = n_chars;
  self->edit_start = n_chars;
  self->n_removed = self->n_added = 0;
}

/* Each of them comes before its change, and "changed" after it. */
static void
on_insert (GtkTextBuffer *buffer, GtkTextIter *place, const char *text, int n_bytes,
           GessoPromptHighlight *self)
{
  self->edit_start = (guint) gtk_text_iter_get_offset (place);
  self->n_added = (guint) g_utf8_strlen (text, n_bytes);
  self->n_removed = 0;
}

static void
on_delete (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end, GessoPromptHighlight *self)
{
  self->edit_start = (guint) gtk_text_iter_get_offset (start);
  self->n_removed = (guint) gtk_text_iter_get_offset (end) - self->edit_start;
  self->n_added = 0;
}

/* ---- Names ---------------------------------------------------------------------------------- */

static void
fill (GHashTable *set, GListModel *names, gboolean folded)
{
  guint n_names = names ? g_list_model_get_n_items (names) : 0;

  g_hash_table_remove_all (set);
  for (guint i = 0; i < n_names; i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (names, i);
      const char *name = gtk_string_object_get_string (item);

      g_hash_table_add (set, folded ? gesso_prompt_syntax_fold (name) : g_strdup (name));
    }
}

static void
on_names_changed (GessoPromptHighlight *self)
{
  fill (self->names, self->embeddings, TRUE);
  fill (self->lora_names, self->loras, FALSE);
  update (self);
}

static void
set_names (GessoPromptHighlight *self, GListModel **place, GListModel *names)
{
  if (*place)
    g_signal_handlers_disconnect_by_func (*place, on_names_changed, self);
  g_set_object (place, names);
  if (names)
    g_signal_connect_swapped (names, "items-changed", G_CALLBACK (on_names_changed), self);
  on_names_changed (self);
}

void
gesso_prompt_highlight_set_embeddings (GessoPromptHighlight *self, GListModel *names)
{
  set_names (self, &self->embeddings, names);
}

void
gesso_prompt_highlight_set_loras (GessoPromptHighlight *self, GListModel *names)
{
  set_names (self, &self->loras, names);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_prompt_highlight_dispose (GObject *object)
{
  GessoPromptHighlight *self = GESSO_PROMPT_HIGHLIGHT (object);

  if (self->embeddings)
    g_signal_handlers_disconnect_by_func (self->embeddings, on_names_changed, self);
  if (self->loras)
    g_signal_handlers_disconnect_by_func (self->loras, on_names_changed, self);
  g_clear_object (&self->embeddings);
  g_clear_object (&self->loras);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->lora_names, g_hash_table_unref);
  g_clear_pointer (&self->masks, g_free);

  G_OBJECT_CLASS (gesso_prompt_highlight_parent_class)->dispose (object);
}

static void
gesso_prompt_highlight_class_init (GessoPromptHighlightClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_prompt_highlight_dispose;
}

static void
gesso_prompt_highlight_init (GessoPromptHighlight *self)
{
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->lora_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GessoPromptHighlight *
gesso_prompt_highlight_new (GtkTextBuffer *buffer)
{
  GessoPromptHighlight *self = g_object_new (GESSO_TYPE_PROMPT_HIGHLIGHT, NULL);
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->buffer = buffer;
  add_tags (self);
  update_colors (self);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (update_colors), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (update_colors), self,
                           G_CONNECT_SWAPPED);
  update (self);
  g_signal_connect_object (buffer, "insert-text", G_CALLBACK (on_insert), self, 0);
  g_signal_connect_object (buffer, "delete-range", G_CALLBACK (on_delete), self, 0);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);

  return self;
}
