/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history: a row of entries, a place in it, and a stack of open groups. */
#include "config.h"

#include "gesso-history.h"

#define DEFAULT_MAX_BYTES ((guint64) 1 << 30)
#define ENTRY_BYTES 256 /* an entry's own structs, about */

typedef struct
{
  char            *name;
  guint64          state;   /* that it leads to */
  guint64          n_bytes;
  GessoHistoryFunc func;    /* NULL: a group    */
  gpointer         data;
  GDestroyNotify   destroy;
  GPtrArray       *parts;   /* of a group: of Entry, oldest first */
} Entry;

struct _GessoHistory
{
  GObject    parent_instance;

  GPtrArray *entries;     /* oldest first                        */
  guint      n_done;      /* those before it can be undone       */
  GPtrArray *groups;      /* open ones, the outermost first      */
  guint64    bytes;
  guint64    max_bytes;
  guint64    first_state; /* before the oldest entry             */
  guint64    last_state;  /* given out                           */
};

enum
{
  PROP_0,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_UNDO_NAME,
  PROP_REDO_NAME,
  PROP_BYTES,
  PROP_MAX_BYTES,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (GessoHistory, gesso_history, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* ---- Entries -------------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->destroy)
    entry->destroy (entry->data);
  g_clear_pointer (&entry->parts, g_ptr_array_unref);
  g_free (entry->name);
  g_free (entry);
}

static void
entry_run (Entry *entry, gboolean undo)
{
  if (entry->func)
    entry->func (undo, entry->data);
  for (guint i = 0; entry->parts && i < entry->parts->len; i++)
    entry_run (g_ptr_array_index (entry->parts, undo ? entry->parts->len - 1 - i : i), undo);
}

static Entry *
get_undo (GessoHistory *self)
{
  return self->n_done > 0 ? g_ptr_array_index (self->entries, self->n_done - 1) : NULL;
}

static Entry *
get_redo (GessoHistory *self)
{
  return self->n_done < self->entries->len ? g_ptr_array_index (self->entries, self->n_done) : NULL;
}

static void
remove_entry (GessoHistory *self, guint index)
{
  Entry *entry = g_ptr_array_index (self->entries, index);

  self->bytes -= entry->n_bytes;
  g_ptr_array_remove_index (self->entries, index);
}

/* The newest done entry stays, whatever it costs: the last thing done can always be undone. */
static void
keep_within_limit (GessoHistory *self)
{
  while (self->bytes > self->max_bytes && self->n_done > 1)
    {
      self->first_state = ((Entry *) g_ptr_array_index (self->entries, 0))->state;
      remove_entry (self, 0);
      self->n_done--;
    }
  while (self->bytes > self->max_bytes && self->entries->len > MAX (self->n_done, 1))
    remove_entry (self, self->entries->len - 1);
}

static void
emit_changed (GessoHistory *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    if (i != PROP_MAX_BYTES)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Into the innermost group, or as the newest entry. */
static void
add_entry (GessoHistory *self, Entry *entry)
{
  if (self->groups->len)
    {
      Entry *group = g_ptr_array_index (self->groups, self->groups->len - 1);

      group->n_bytes += entry->n_bytes;
      g_ptr_array_add (group->parts, entry);
      return;
    }

  while (self->entries->len > self->n_done)
    remove_entry (self, self->entries->len - 1);
  entry->state = ++self->last_state;
  g_ptr_array_add (self->entries, entry);
  self->bytes += entry->n_bytes;
  self->n_done++;
  keep_within_limit (self);
  emit_changed (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_history_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoHistory *self = GESSO_HISTORY (object);

  switch (prop_id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, gesso_history_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, gesso_history_can_redo (self));
      break;
    case PROP_UNDO_NAME:
      g_value_set_string (value, gesso_history_get_undo_name (self));
      break;
    case PROP_REDO_NAME:
      g_value_set_string (value, gesso_history_get_redo_name (self));
      break;
    case PROP_BYTES:
      g_value_set_uint64 (value, self->bytes);
      break;
    case PROP_MAX_BYTES:
      g_value_set_uint64 (value, self->max_bytes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_history_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  gesso_history_set_max_bytes (GESSO_HISTORY (object), g_value_get_uint64 (value));
}

static void
gesso_history_finalize (GObject *object)
{
  GessoHistory *self = GESSO_HISTORY (object);

  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->entries);

  G_OBJECT_CLASS (gesso_history_parent_class)->finalize (object);
}

static void
gesso_history_class_init (GessoHistoryClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_history_get_property;
  object_class->set_property = gesso_history_set_property;
  object_class->finalize = gesso_history_finalize;

  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  properties[PROP_UNDO_NAME] = g_param_spec_string ("undo-name", NULL, NULL, NULL, flags);
  properties[PROP_REDO_NAME] = g_param_spec_string ("redo-name", NULL, NULL, NULL, flags);
  properties[PROP_BYTES] = g_param_spec_uint64 ("bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_MAX_BYTES] =
      g_param_spec_uint64 ("max-bytes", NULL, NULL, 0, G_MAXUINT64, DEFAULT_MAX_BYTES,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", GESSO_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
gesso_history_init (GessoHistory *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->groups = g_ptr_array_new_with_free_func (entry_free);
  self->max_bytes = DEFAULT_MAX_BYTES;
}

GessoHistory *
gesso_history_new (void)
{
  return g_object_new (GESSO_TYPE_HISTORY, NULL);
}

void
gesso_history_push (GessoHistory    *self,
                    const char      *name,
                    gsize            n_bytes,
                    GessoHistoryFunc func,
                    gpointer         data,
                    GDestroyNotify   destroy)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->name = g_strdup (name);
  entry->n_bytes = n_bytes + ENTRY_BYTES;
  entry->func = func;
  entry->data = data;
  entry->destroy = destroy;
  add_entry (self, entry);
}

void
gesso_history_begin (GessoHistory *self, const char *name)
{
  Entry *group = g_new0 (Entry, 1);

  group->name = g_strdup (name);
  group->n_bytes = ENTRY_BYTES;
  group->parts = g_ptr_array_new_with_free_func (entry_free);
  g_ptr_array_add (self->groups, group);
}

void
gesso_history_end (GessoHistory *self)
{
  Entry *group;

  g_return_if_fail (self->groups->len > 0);

  group = g_ptr_array_steal_index (self->groups, self->groups->len - 1);
  if (group->parts->len == 0)
    {
      entry_free (group);
      return;
    }
  if (group->name == NULL)
    group->name = g_strdup (((Entry *) g_ptr_array_index (group->parts, 0))->name);
  add_entry (self, group);
}

gboolean
gesso_history_is_in_group (GessoHistory *self)
{
  return self->groups->len > 0;
}

void
gesso_history_cancel (GessoHistory *self)
{
  Entry *group;

  g_return_if_fail (self->groups->len > 0);

  group = g_ptr_array_steal_index (self->groups, self->groups->len - 1);
  entry_run (group, TRUE);
  entry_free (group);
}

void
gesso_history_extend (GessoHistory *self, gsize n_bytes)
{
  Entry *entry = get_undo (self);

  g_return_if_fail (entry != NULL);

  while (self->entries->len > self->n_done)
    remove_entry (self, self->entries->len - 1);
  self->bytes -= entry->n_bytes;
  entry->n_bytes = n_bytes + ENTRY_BYTES;
  self->bytes += entry->n_bytes;
  entry->state = ++self->last_state;
  keep_within_limit (self);
  emit_changed (self);
}

gboolean
gesso_history_undo (GessoHistory *self)
{
  if (!gesso_history_can_undo (self))
    return FALSE;

  self->n_done--;
  entry_run (get_redo (self), TRUE);
  emit_changed (self);

  return TRUE;
}

gboolean
gesso_history_redo (GessoHistory *self)
{
  if (!gesso_history_can_redo (self))
    return FALSE;

  self->n_done++;
  entry_run (get_undo (self), FALSE);
  emit_changed (self);

  return TRUE;
}

gboolean
gesso_history_can_undo (GessoHistory *self)
{
  return self->groups->len == 0 && get_undo (self) != NULL;
}

gboolean
gesso_history_can_redo (GessoHistory *self)
{
  return self->groups->len == 0 && get_redo (self) != NULL;
}

const char *
gesso_history_get_undo_name (GessoHistory *self)
{
  Entry *entry = get_undo (self);

  return entry ? entry->name : NULL;
}

const char *
gesso_history_get_redo_name (GessoHistory *self)
{
  Entry *entry = get_redo (self);

  return entry ? entry->name : NULL;
}

void
gesso_history_clear (GessoHistory *self)
{
  g_ptr_array_set_size (self->entries, 0);
  self->n_done = 0;
  self->bytes = 0;
  self->first_state = ++self->last_state;
  emit_changed (self);
}

guint64
gesso_history_get_state (GessoHistory *self)
{
  Entry *entry = get_undo (self);

  return entry ? entry->state : self->first_state;
}

guint64
gesso_history_get_bytes (GessoHistory *self)
{
  return self->bytes;
}

guint
gesso_history_get_n_entries (GessoHistory *self)
{
  return self->entries->len;
}

guint64
gesso_history_get_max_bytes (GessoHistory *self)
{
  return self->max_bytes;
}

void
gesso_history_set_max_bytes (GessoHistory *self, guint64 max_bytes)
{
  if (self->max_bytes == max_bytes)
    return;

  self->max_bytes = max_bytes;
  keep_within_limit (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BYTES]);
  emit_changed (self);
}
