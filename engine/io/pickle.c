/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle machine: a stack of values, marks in it, and a memo. Every opcode makes at most one value,
 * so that memory is bounded by the pickle's length. */
#include "io/pickle-private.h"

#include "base/error.h"

#include <string.h>

/* A full SD 1.5 checkpoint with its moving average has 60000. */
#define MAX_VALUES 2000000

static void
value_free (gpointer data)
{
  GsPickleValue *value = data;

  switch (value->kind)
    {
    case GS_PICKLE_TEXT:
    case GS_PICKLE_GLOBAL:
      g_free (value->text);
      break;
    case GS_PICKLE_TUPLE:
    case GS_PICKLE_LIST:
    case GS_PICKLE_DICT:
      g_clear_pointer (&value->items, g_ptr_array_unref);
      break;
    case GS_PICKLE_TENSOR:
      g_free (value->tensor);
      break;
    default:
      break;
    }
  g_free (value);
}

void
gs_pickle_free (GsPickle *pickle)
{
  if (pickle == NULL)
    return;
  g_ptr_array_unref (pickle->values);
  g_free (pickle);
}

guint
gs_pickle_n_items (const GsPickleValue *value)
{
  gboolean holds = value->kind == GS_PICKLE_TUPLE || value->kind == GS_PICKLE_LIST ||
                   value->kind == GS_PICKLE_DICT;

  return holds && value->items != NULL ? value->items->len : 0;
}

GsPickleValue *
gs_pickle_item (const GsPickleValue *value, guint i)
{
  return i < gs_pickle_n_items (value) ? g_ptr_array_index (value->items, i) : NULL;
}

GsPickleValue *
gs_pickle_lookup (const GsPickleValue *dict, const char *key)
{
  for (guint i = 0; dict->kind == GS_PICKLE_DICT && i + 1 < gs_pickle_n_items (dict); i += 2)
    {
      const GsPickleValue *candidate = gs_pickle_item (dict, i);

      if (candidate->kind == GS_PICKLE_TEXT && g_str_equal (candidate->text, key))
        return gs_pickle_item (dict, i + 1);
    }
  return NULL;
}

gboolean
gs_pickle_fail (GsPickleMachine *m, const char *reason)
{
  g_set_error (m->error, GS_ERROR, GS_ERROR_BAD_FILE,
               "%s is damaged: its pickle has %s at byte %" G_GSIZE_FORMAT "; download it again",
               m->shown, reason, (gsize) (m->at - m->bytes));
  return FALSE;
}

static gboolean
refuse (GsPickleMachine *m, const char *name)
{
  g_autofree char *shown_name = gs_text_for_message (name);

  g_set_error (m->error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s wants to run the code “%s”, which may do harm and was not run; get the model as "
               ".safetensors", m->shown, shown_name);
  return FALSE;
}

static GsPickleValue *
new_value (GsPickleMachine *m, GsPickleKind kind)
{
  GsPickleValue *value = g_new0 (GsPickleValue, 1);

  value->kind = kind;
  g_ptr_array_add (m->pickle->values, value);
  return value;
}

GsPickleValue *
gs_pickle_push (GsPickleMachine *m, GsPickleKind kind)
{
  GsPickleValue *value = new_value (m, kind);

  g_ptr_array_add (m->stack, value);
  return value;
}

/* The lowest place that is not behind the last mark. */
static guint
floor_of (const GsPickleMachine *m)
{
  return m->marks->len > 0 ? g_array_index (m->marks, guint, m->marks->len - 1) : 0;
}

static GsPickleValue *
top (GsPickleMachine *m)
{
  return m->stack->len > floor_of (m) ? g_ptr_array_index (m->stack, m->stack->len - 1) : NULL;
}

static GsPickleValue *
pop (GsPickleMachine *m)
{
  GsPickleValue *value = top (m);

  if (value != NULL)
    g_ptr_array_set_size (m->stack, (gint) m->stack->len - 1);
  return value;
}

/* What stands above the last mark, which goes too; NULL if there is no mark. */
static GPtrArray *
pop_mark (GsPickleMachine *m)
{
  GPtrArray *items;
  const guint begin = floor_of (m);

  if (m->marks->len == 0)
    {
      gs_pickle_fail (m, "no mark for a list");
      return NULL;
    }
  items = g_ptr_array_sized_new (m->stack->len - begin);
  for (guint i = begin; i < m->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (m->stack, i));
  g_ptr_array_set_size (m->stack, (gint) begin);
  g_array_set_size (m->marks, m->marks->len - 1);
  return items;
}

static gboolean
push_marked (GsPickleMachine *m, GsPickleKind kind)
{
  GPtrArray *items = pop_mark (m);

  if (items == NULL)
    return FALSE;
  gs_pickle_push (m, kind)->items = items;
  return kind != GS_PICKLE_DICT || items->len % 2 == 0
         || gs_pickle_fail (m, "a key without a value");
}

/* The topmost n values as a tuple. */
static gboolean
push_tuple (GsPickleMachine *m, guint n)
{
  GPtrArray *items;

  if (m->stack->len < floor_of (m) + n)
    return gs_pickle_fail (m, "a tuple of more than there is");
  if (n == 0)
    return gs_pickle_push (m, GS_PICKLE_TUPLE) != NULL;
  items = g_ptr_array_sized_new (n);
  for (guint i = m->stack->len - n; i < m->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (m->stack, i));
  g_ptr_array_set_size (m->stack, (gint) (m->stack->len - n));
  gs_pickle_push (m, GS_PICKLE_TUPLE)->items = items;
  return TRUE;
}

/* Appends n values, the topmost ones, to a container below them. Sets are of no use. */
static gboolean
append (GsPickleMachine *m, GPtrArray *items, GsPickleKind kind)
{
  GsPickleValue *container = top (m);

  if (container == NULL
      || (container->kind != kind && container->kind != GS_PICKLE_OPAQUE)
      || (kind == GS_PICKLE_DICT && items->len % 2 != 0))
    return gs_pickle_fail (m, "values for what is no container");
  if (container->kind == GS_PICKLE_OPAQUE)
    return TRUE;
  if (container->items == NULL)
    container->items = g_ptr_array_new ();
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (container->items, g_ptr_array_index (items, i));
  return TRUE;
}

static gboolean
append_marked (GsPickleMachine *m, GsPickleKind kind)
{
  g_autoptr (GPtrArray) items = pop_mark (m);

  return items != NULL && append (m, items, kind);
}

static gboolean
append_top (GsPickleMachine *m, guint n, GsPickleKind kind)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  if (m->stack->len < floor_of (m) + n + 1)
    return gs_pickle_fail (m, "values for nothing");
  for (guint i = m->stack->len - n; i < m->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (m->stack, i));
  g_ptr_array_set_size (m->stack, (gint) (m->stack->len - n));
  return append (m, items, kind);
}

static gboolean
remember (GsPickleMachine *m, guint64 index)
{
  GsPickleValue *value = top (m);

  if (value == NULL || index > G_MAXUINT32)
    return gs_pickle_fail (m, "nothing to remember");
  g_hash_table_insert (m->memo, GUINT_TO_POINTER ((guint) index), value);
  return TRUE;
}

static gboolean
recall (GsPickleMachine *m, guint64 index)
{
  GsPickleValue *value = NULL;

  if (index <= G_MAXUINT32)
    value = g_hash_table_lookup (m->memo, GUINT_TO_POINTER ((guint) index));
  if (value == NULL)
    return gs_pickle_fail (m, "a memory of what never was");
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
read_index (GsPickleMachine *m, guint n, gboolean (*use) (GsPickleMachine *m, guint64 index))
{
  g_autofree char *line = n == 0 ? gs_pickle_take_line (m) : NULL;
  guint64 index;

  if (n > 0)
    return gs_pickle_take_number (m, n, &index) && use (m, index);
  return line != NULL ? use (m, g_ascii_strtoull (line, NULL, 10))
                      : gs_pickle_fail (m, "its end in a number");
}

static gboolean
read_global (GsPickleMachine *m)
{
  g_autofree char *module = gs_pickle_take_line (m);
  g_autofree char *name = module != NULL ? gs_pickle_take_line (m) : NULL;

  if (name == NULL)
    return gs_pickle_fail (m, "its end in the middle of a name");
  return gs_pickle_push_text (m, GS_PICKLE_GLOBAL, g_strconcat (module, ".", name, NULL));
}

static gboolean
stack_global (GsPickleMachine *m)
{
  const GsPickleValue *name = pop (m), *module = pop (m);

  if (name == NULL || module == NULL || name->kind != GS_PICKLE_TEXT
      || module->kind != GS_PICKLE_TEXT)
    return gs_pickle_fail (m, "a name that is none");
  return gs_pickle_push_text (m, GS_PICKLE_GLOBAL,
                              g_strconcat (module->text, ".", name->text, NULL));
}

static gboolean
call (GsPickleMachine *m)
{
  const GsPickleValue *arguments = pop (m), *function = pop (m);
  GsPickleValue *value, *instead = NULL;
  const char *reason = NULL;

  if (arguments == NULL || function == NULL || arguments->kind != GS_PICKLE_TUPLE)
    return gs_pickle_fail (m, "a call without arguments");
  if (function->kind != GS_PICKLE_GLOBAL)
    return gs_pickle_fail (m, "a call of what is no function");
  value = new_value (m, GS_PICKLE_OPAQUE);
  if (!gs_pickle_call (function->text, arguments, value, &instead, &reason))
    return refuse (m, function->text);
  if (reason != NULL)
    return gs_pickle_fail (m, reason);
  g_ptr_array_add (m->stack, instead != NULL ? instead : value);
  return TRUE;
}

/* State that is put into an object: dicts of PyTorch carry some, which is of no use. */
static gboolean
build (GsPickleMachine *m)
{
  const GsPickleValue *state = pop (m), *object = top (m);

  if (state == NULL || object == NULL)
    return gs_pickle_fail (m, "a state of nothing");
  if (object->kind == GS_PICKLE_DICT || object->kind == GS_PICKLE_TENSOR
      || object->kind == GS_PICKLE_OPAQUE)
    return TRUE;
  return gs_pickle_fail (m, "a state of what has none");
}

static gboolean
persistent (GsPickleMachine *m)
{
  const GsPickleValue *id = pop (m);

  if (id == NULL || !gs_pickle_make_storage (id, gs_pickle_push (m, GS_PICKLE_OPAQUE)))
    return gs_pickle_fail (m, "a storage of a kind that is not known");
  return TRUE;
}

static gboolean
discard (GsPickleMachine *m)
{
  g_autoptr (GPtrArray) items = NULL;

  if (pop (m) != NULL)
    return TRUE;
  if (m->marks->len == 0)
    return gs_pickle_fail (m, "nothing to drop");
  items = pop_mark (m);
  return TRUE;
}

static gboolean
duplicate (GsPickleMachine *m)
{
  GsPickleValue *value = top (m);

  if (value == NULL)
    return gs_pickle_fail (m, "nothing to repeat");
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
discard_marked (GsPickleMachine *m)
{
  g_autoptr (GPtrArray) items = pop_mark (m);

  return items != NULL;
}

static gboolean
push_marked_opaque (GsPickleMachine *m)
{
  if (!discard_marked (m))
    return FALSE;
  gs_pickle_push (m, GS_PICKLE_OPAQUE);
  return TRUE;
}

static gboolean
skip (GsPickleMachine *m, guint n)
{
  return gs_pickle_take (m, n) != NULL || gs_pickle_fail (m, "its end in the middle");
}

static gboolean
mark (GsPickleMachine *m)
{
  g_array_append_val (m->marks, m->stack->len);
  return TRUE;
}

/* One opcode. Those that are missing (INST, OBJ, EXT, NEWOBJ_EX, buffers ...) torch.save() never
 * writes. */
static gboolean
step (GsPickleMachine *m, guint8 opcode)
{
  switch (opcode)
    {
    case 0x80: return skip (m, 1); /* PROTO */
    case 0x95: return skip (m, 8); /* FRAME */
    case '(': return mark (m);
    case '0': return discard (m);
    case '1': return discard_marked (m);
    case '2': return duplicate (m);
    case 'N': return gs_pickle_push_integer (m, GS_PICKLE_NONE, 0);
    case 0x88: return gs_pickle_push_integer (m, GS_PICKLE_BOOLEAN, TRUE);
    case 0x89: return gs_pickle_push_integer (m, GS_PICKLE_BOOLEAN, FALSE);
    case 'I':
    case 'L': return gs_pickle_read_text_integer (m);
    case 'J': return gs_pickle_read_number (m, 4, TRUE);
    case 'K': return gs_pickle_read_number (m, 1, FALSE);
    case 'M': return gs_pickle_read_number (m, 2, FALSE);
    case 0x8a: return gs_pickle_read_long (m, 1);
    case 0x8b: return gs_pickle_read_long (m, 4);
    case 'F': return gs_pickle_read_real (m, TRUE);
    case 'G': return gs_pickle_read_real (m, FALSE);
    case 'S': return gs_pickle_read_quoted (m);
    case 'V': return gs_pickle_push_text (m, GS_PICKLE_TEXT, gs_pickle_take_line (m));
    case 'X': return gs_pickle_read_text (m, 4, FALSE);
    case 0x8c: return gs_pickle_read_text (m, 1, FALSE);
    case 0x8d: return gs_pickle_read_text (m, 8, FALSE);
    case 'U': return gs_pickle_read_text (m, 1, FALSE);
    case 'T': return gs_pickle_read_text (m, 4, FALSE);
    case 'C': return gs_pickle_read_text (m, 1, TRUE);
    case 'B': return gs_pickle_read_text (m, 4, TRUE);
    case 0x8e:
    case 0x96: return gs_pickle_read_text (m, 8, TRUE);
    case ')': return push_tuple (m, 0);
    case 0x85: return push_tuple (m, 1);
    case 0x86: return push_tuple (m, 2);
    case 0x87: return push_tuple (m, 3);
    case 't': return push_marked (m, GS_PICKLE_TUPLE);
    case ']': return gs_pickle_push (m, GS_PICKLE_LIST) != NULL;
    case 'l': return push_marked (m, GS_PICKLE_LIST);
    case 'a': return append_top (m, 1, GS_PICKLE_LIST);
    case 'e': return append_marked (m, GS_PICKLE_LIST);
    case '}': return gs_pickle_push (m, GS_PICKLE_DICT) != NULL;
    case 'd': return push_marked (m, GS_PICKLE_DICT);
    case 's': return append_top (m, 2, GS_PICKLE_DICT);
    case 'u': return append_marked (m, GS_PICKLE_DICT);
    case 0x8f: return gs_pickle_push (m, GS_PICKLE_OPAQUE) != NULL; /* EMPTY_SET */
    case 0x90: return append_marked (m, GS_PICKLE_OPAQUE);    /* ADDITEMS */
    case 0x91: return push_marked_opaque (m);                 /* FROZENSET */
    case 'p': return read_index (m, 0, remember);
    case 'q': return read_index (m, 1, remember);
    case 'r': return read_index (m, 4, remember);
    case 0x94: return remember (m, g_hash_table_size (m->memo));
    case 'g': return read_index (m, 0, recall);
    case 'h': return read_index (m, 1, recall);
    case 'j': return read_index (m, 4, recall);
    case 'c': return read_global (m);
    case 0x93: return stack_global (m);
    case 'R':
    case 0x81: return call (m); /* NEWOBJ: the class's own constructor */
    case 'b': return build (m);
    case 'Q': return persistent (m);
    default: return gs_pickle_fail (m, "an opcode that torch.save() never writes");
    }
}

static gboolean
run (GsPickleMachine *m)
{
  while (m->at < m->end)
    {
      guint8 opcode = *m->at++;

      if (opcode == '.')
        {
          m->pickle->root = pop (m);
          m->pickle->n_bytes = m->at - m->bytes;
          return m->pickle->root != NULL || gs_pickle_fail (m, "no result");
        }
      if (m->pickle->values->len > MAX_VALUES)
        return gs_pickle_fail (m, "too many values");
      if (!step (m, opcode))
        return FALSE;
    }
  return gs_pickle_fail (m, "no end: it is cut short");
}

GsPickle *
gs_pickle_read (const guint8 *bytes, gsize n_bytes, const char *shown, GError **error)
{
  g_autoptr (GsPickle) pickle = g_new0 (GsPickle, 1);
  GsPickleMachine m = { .bytes = bytes, .at = bytes, .end = bytes + n_bytes, .shown = shown,
                .error = error };
  gboolean good;

  pickle->values = g_ptr_array_new_with_free_func (value_free);
  m.pickle = pickle;
  m.stack = g_ptr_array_new ();
  m.marks = g_array_new (FALSE, FALSE, sizeof (guint));
  m.memo = g_hash_table_new (NULL, NULL);
  good = run (&m);
  g_ptr_array_unref (m.stack);
  g_array_unref (m.marks);
  g_hash_table_unref (m.memo);
  return good ? g_steal_pointer (&pickle) : NULL;
}
