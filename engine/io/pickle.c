/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle machine: a stack of values, marks in it, and a memo. Every opcode makes at most one value,
 * so that memory is bounded by the pickle's length. */
#include "io/pickle-private.h"

#include "base/error.h"

#include <string.h>

/* A full SD 1.5 checkpoint with its moving average has 60000. */
#define MAX_VALUES 2000000

typedef struct
{
  const guint8 *bytes, *at, *end;
  GsPickle *pickle;
  GPtrArray *stack;   /* GsPickleValue */
  GArray *marks;      /* guint: heights of the stack */
  GHashTable *memo;   /* index -> GsPickleValue */
  const char *shown;
  GError **error;
} Machine;

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

static gboolean
fail (Machine *m, const char *reason)
{
  g_set_error (m->error, GS_ERROR, GS_ERROR_BAD_FILE,
               "%s is damaged: its pickle has %s at byte %" G_GSIZE_FORMAT "; download it again",
               m->shown, reason, (gsize) (m->at - m->bytes));
  return FALSE;
}

static gboolean
refuse (Machine *m, const char *name)
{
  g_autofree char *shown_name = gs_text_for_message (name);

  g_set_error (m->error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "%s wants to run the code “%s”, which may do harm and was not run; get the model as "
               ".safetensors", m->shown, shown_name);
  return FALSE;
}

static GsPickleValue *
new_value (Machine *m, GsPickleKind kind)
{
  GsPickleValue *value = g_new0 (GsPickleValue, 1);

  value->kind = kind;
  g_ptr_array_add (m->pickle->values, value);
  return value;
}

static GsPickleValue *
push_new (Machine *m, GsPickleKind kind)
{
  GsPickleValue *value = new_value (m, kind);

  g_ptr_array_add (m->stack, value);
  return value;
}

static gboolean
push_integer (Machine *m, GsPickleKind kind, gint64 integer)
{
  push_new (m, kind)->integer = integer;
  return TRUE;
}

/* The lowest place that is not behind the last mark. */
static guint
floor_of (const Machine *m)
{
  return m->marks->len > 0 ? g_array_index (m->marks, guint, m->marks->len - 1) : 0;
}

static GsPickleValue *
top (Machine *m)
{
  return m->stack->len > floor_of (m) ? g_ptr_array_index (m->stack, m->stack->len - 1) : NULL;
}

static GsPickleValue *
pop (Machine *m)
{
  GsPickleValue *value = top (m);

  if (value != NULL)
    g_ptr_array_set_size (m->stack, (gint) m->stack->len - 1);
  return value;
}

/* n bytes of the program, or NULL. */
static const guint8 *
take (Machine *m, guint64 n)
{
  const guint8 *at = m->at;

  if (n > (guint64) (m->end - m->at))
    return NULL;
  m->at += n;
  return at;
}

/* A little-endian number of n bytes. */
static gboolean
take_number (Machine *m, guint n, guint64 *number)
{
  const guint8 *at = take (m, n);

  *number = 0;
  for (guint i = 0; at != NULL && i < n; i++)
    *number |= (guint64) at[i] << (8 * i);
  return at != NULL || fail (m, "its end in the middle of a number");
}

/* Up to a line's end, which is passed; owned, or NULL. */
static char *
take_line (Machine *m)
{
  const guint8 *newline = memchr (m->at, '\n', m->end - m->at);
  char *line;

  if (newline == NULL)
    return NULL;
  line = g_strndup ((const char *) m->at, newline - m->at);
  m->at = newline + 1;
  return line;
}

/* Takes the text. */
static gboolean
push_text (Machine *m, GsPickleKind kind, char *text)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      g_free (text);
      return fail (m, "a text that is none");
    }
  push_new (m, kind)->text = text;
  return TRUE;
}

/* A length of n_length bytes and so much text. Bytes are no text, and of no use. */
static gboolean
read_text (Machine *m, guint n_length, gboolean is_bytes)
{
  guint64 n;
  const guint8 *at;

  if (!take_number (m, n_length, &n))
    return FALSE;
  at = take (m, n);
  if (at == NULL)
    return fail (m, "a text that is longer than the file");
  if (!is_bytes)
    return push_text (m, GS_PICKLE_TEXT, g_strndup ((const char *) at, n));
  push_new (m, GS_PICKLE_OPAQUE);
  return TRUE;
}

/* Protocol 0's text: quoted, on a line. */
static gboolean
read_quoted (Machine *m)
{
  char *line = take_line (m);
  const gsize n = line != NULL ? strlen (line) : 0;

  if (n >= 2 && (line[0] == '\'' || line[0] == '"') && line[n - 1] == line[0])
    {
      line[n - 1] = '\0';
      memmove (line, line + 1, n - 1);
    }
  return push_text (m, GS_PICKLE_TEXT, line);
}

/* A two's complement number of any length; those of more than 8 bytes are of no use. */
static gboolean
read_long (Machine *m, guint n_length)
{
  guint64 n, number = 0;
  const guint8 *at;

  if (!take_number (m, n_length, &n))
    return FALSE;
  at = take (m, n);
  if (at == NULL)
    return fail (m, "a number that is longer than the file");
  if (n > 8)
    {
      push_new (m, GS_PICKLE_OPAQUE);
      return TRUE;
    }
  for (guint i = 0; i < 8; i++)
    number |= (guint64) (i < n ? at[i] : n > 0 && at[n - 1] & 0x80 ? 0xff : 0) << (8 * i);
  return push_integer (m, GS_PICKLE_INTEGER, (gint64) number);
}

/* "12", "12L", "00" and "01" (protocol 0's False and True). */
static gboolean
read_text_integer (Machine *m)
{
  g_autofree char *line = take_line (m);
  char *end;
  gint64 number;

  if (line == NULL)
    return fail (m, "its end in the middle of a number");
  if (g_str_equal (line, "00") || g_str_equal (line, "01"))
    return push_integer (m, GS_PICKLE_BOOLEAN, line[1] == '1');
  number = g_ascii_strtoll (line, &end, 10);
  if (end == line || (*end != '\0' && !g_str_equal (end, "L")))
    return fail (m, "a number that is none");
  return push_integer (m, GS_PICKLE_INTEGER, number);
}

static gboolean
read_real (Machine *m, gboolean is_text)
{
  g_autofree char *line = is_text ? take_line (m) : NULL;
  const guint8 *at = is_text ? NULL : take (m, 8);
  guint64 bits;
  double real;

  if (line == NULL && at == NULL)
    return fail (m, "its end in the middle of a number");
  if (is_text)
    real = g_ascii_strtod (line, NULL);
  else
    {
      memcpy (&bits, at, 8);
      bits = GUINT64_FROM_BE (bits);
      memcpy (&real, &bits, 8);
    }
  push_new (m, GS_PICKLE_REAL)->real = real;
  return TRUE;
}

/* What stands above the last mark, which goes too; NULL if there is no mark. */
static GPtrArray *
pop_mark (Machine *m)
{
  GPtrArray *items;
  const guint begin = floor_of (m);

  if (m->marks->len == 0)
    {
      fail (m, "no mark for a list");
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
push_marked (Machine *m, GsPickleKind kind)
{
  GPtrArray *items = pop_mark (m);

  if (items == NULL)
    return FALSE;
  push_new (m, kind)->items = items;
  return kind != GS_PICKLE_DICT || items->len % 2 == 0 || fail (m, "a key without a value");
}

/* The topmost n values as a tuple. */
static gboolean
push_tuple (Machine *m, guint n)
{
  GPtrArray *items;

  if (m->stack->len < floor_of (m) + n)
    return fail (m, "a tuple of more than there is");
  if (n == 0)
    return push_new (m, GS_PICKLE_TUPLE) != NULL;
  items = g_ptr_array_sized_new (n);
  for (guint i = m->stack->len - n; i < m->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (m->stack, i));
  g_ptr_array_set_size (m->stack, (gint) (m->stack->len - n));
  push_new (m, GS_PICKLE_TUPLE)->items = items;
  return TRUE;
}

/* Appends n values, the topmost ones, to a container below them. Sets are of no use. */
static gboolean
append (Machine *m, GPtrArray *items, GsPickleKind kind)
{
  GsPickleValue *container = top (m);

  if (container == NULL
      || (container->kind != kind && container->kind != GS_PICKLE_OPAQUE)
      || (kind == GS_PICKLE_DICT && items->len % 2 != 0))
    return fail (m, "values for what is no container");
  if (container->kind == GS_PICKLE_OPAQUE)
    return TRUE;
  if (container->items == NULL)
    container->items = g_ptr_array_new ();
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (container->items, g_ptr_array_index (items, i));
  return TRUE;
}

static gboolean
append_marked (Machine *m, GsPickleKind kind)
{
  g_autoptr (GPtrArray) items = pop_mark (m);

  return items != NULL && append (m, items, kind);
}

static gboolean
append_top (Machine *m, guint n, GsPickleKind kind)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  if (m->stack->len < floor_of (m) + n + 1)
    return fail (m, "values for nothing");
  for (guint i = m->stack->len - n; i < m->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (m->stack, i));
  g_ptr_array_set_size (m->stack, (gint) (m->stack->len - n));
  return append (m, items, kind);
}

static gboolean
remember (Machine *m, guint64 index)
{
  GsPickleValue *value = top (m);

  if (value == NULL || index > G_MAXUINT32)
    return fail (m, "nothing to remember");
  g_hash_table_insert (m->memo, GUINT_TO_POINTER ((guint) index), value);
  return TRUE;
}

static gboolean
recall (Machine *m, guint64 index)
{
  GsPickleValue *value = NULL;

  if (index <= G_MAXUINT32)
    value = g_hash_table_lookup (m->memo, GUINT_TO_POINTER ((guint) index));
  if (value == NULL)
    return fail (m, "a memory of what never was");
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
read_index (Machine *m, guint n, gboolean (*use) (Machine *m, guint64 index))
{
  g_autofree char *line = n == 0 ? take_line (m) : NULL;
  guint64 index;

  if (n > 0)
    return take_number (m, n, &index) && use (m, index);
  return line != NULL ? use (m, g_ascii_strtoull (line, NULL, 10)) : fail (m, "its end in a number");
}

static gboolean
read_global (Machine *m)
{
  g_autofree char *module = take_line (m);
  g_autofree char *name = module != NULL ? take_line (m) : NULL;

  if (name == NULL)
    return fail (m, "its end in the middle of a name");
  return push_text (m, GS_PICKLE_GLOBAL, g_strconcat (module, ".", name, NULL));
}

static gboolean
stack_global (Machine *m)
{
  const GsPickleValue *name = pop (m), *module = pop (m);

  if (name == NULL || module == NULL || name->kind != GS_PICKLE_TEXT
      || module->kind != GS_PICKLE_TEXT)
    return fail (m, "a name that is none");
  return push_text (m, GS_PICKLE_GLOBAL, g_strconcat (module->text, ".", name->text, NULL));
}

static gboolean
call (Machine *m)
{
  const GsPickleValue *arguments = pop (m), *function = pop (m);
  GsPickleValue *value, *instead = NULL;
  const char *reason = NULL;

  if (arguments == NULL || function == NULL || arguments->kind != GS_PICKLE_TUPLE)
    return fail (m, "a call without arguments");
  if (function->kind != GS_PICKLE_GLOBAL)
    return fail (m, "a call of what is no function");
  value = new_value (m, GS_PICKLE_OPAQUE);
  if (!gs_pickle_call (function->text, arguments, value, &instead, &reason))
    return refuse (m, function->text);
  if (reason != NULL)
    return fail (m, reason);
  g_ptr_array_add (m->stack, instead != NULL ? instead : value);
  return TRUE;
}

/* State that is put into an object: dicts of PyTorch carry some, which is of no use. */
static gboolean
build (Machine *m)
{
  const GsPickleValue *state = pop (m), *object = top (m);

  if (state == NULL || object == NULL)
    return fail (m, "a state of nothing");
  if (object->kind == GS_PICKLE_DICT || object->kind == GS_PICKLE_TENSOR
      || object->kind == GS_PICKLE_OPAQUE)
    return TRUE;
  return fail (m, "a state of what has none");
}

static gboolean
persistent (Machine *m)
{
  const GsPickleValue *id = pop (m);

  if (id == NULL || !gs_pickle_make_storage (id, push_new (m, GS_PICKLE_OPAQUE)))
    return fail (m, "a storage of a kind that is not known");
  return TRUE;
}

static gboolean
discard (Machine *m)
{
  g_autoptr (GPtrArray) items = NULL;

  if (pop (m) != NULL)
    return TRUE;
  if (m->marks->len == 0)
    return fail (m, "nothing to drop");
  items = pop_mark (m);
  return TRUE;
}

static gboolean
duplicate (Machine *m)
{
  GsPickleValue *value = top (m);

  if (value == NULL)
    return fail (m, "nothing to repeat");
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
discard_marked (Machine *m)
{
  g_autoptr (GPtrArray) items = pop_mark (m);

  return items != NULL;
}

static gboolean
push_marked_opaque (Machine *m)
{
  if (!discard_marked (m))
    return FALSE;
  push_new (m, GS_PICKLE_OPAQUE);
  return TRUE;
}

static gboolean
read_number (Machine *m, guint n, gboolean is_signed)
{
  guint64 number;

  return take_number (m, n, &number)
         && push_integer (m, GS_PICKLE_INTEGER, is_signed ? (gint32) number : (gint64) number);
}

static gboolean
skip (Machine *m, guint n)
{
  return take (m, n) != NULL || fail (m, "its end in the middle");
}

static gboolean
mark (Machine *m)
{
  g_array_append_val (m->marks, m->stack->len);
  return TRUE;
}

/* One opcode. Those that are missing (INST, OBJ, EXT, NEWOBJ_EX, buffers ...) torch.save() never
 * writes. */
static gboolean
step (Machine *m, guint8 opcode)
{
  switch (opcode)
    {
    case 0x80: return skip (m, 1); /* PROTO */
    case 0x95: return skip (m, 8); /* FRAME */
    case '(': return mark (m);
    case '0': return discard (m);
    case '1': return discard_marked (m);
    case '2': return duplicate (m);
    case 'N': return push_integer (m, GS_PICKLE_NONE, 0);
    case 0x88: return push_integer (m, GS_PICKLE_BOOLEAN, TRUE);
    case 0x89: return push_integer (m, GS_PICKLE_BOOLEAN, FALSE);
    case 'I':
    case 'L': return read_text_integer (m);
    case 'J': return read_number (m, 4, TRUE);
    case 'K': return read_number (m, 1, FALSE);
    case 'M': return read_number (m, 2, FALSE);
    case 0x8a: return read_long (m, 1);
    case 0x8b: return read_long (m, 4);
    case 'F': return read_real (m, TRUE);
    case 'G': return read_real (m, FALSE);
    case 'S': return read_quoted (m);
    case 'V': return push_text (m, GS_PICKLE_TEXT, take_line (m));
    case 'X': return read_text (m, 4, FALSE);
    case 0x8c: return read_text (m, 1, FALSE);
    case 0x8d: return read_text (m, 8, FALSE);
    case 'U': return read_text (m, 1, FALSE);
    case 'T': return read_text (m, 4, FALSE);
    case 'C': return read_text (m, 1, TRUE);
    case 'B': return read_text (m, 4, TRUE);
    case 0x8e:
    case 0x96: return read_text (m, 8, TRUE);
    case ')': return push_tuple (m, 0);
    case 0x85: return push_tuple (m, 1);
    case 0x86: return push_tuple (m, 2);
    case 0x87: return push_tuple (m, 3);
    case 't': return push_marked (m, GS_PICKLE_TUPLE);
    case ']': return push_new (m, GS_PICKLE_LIST) != NULL;
    case 'l': return push_marked (m, GS_PICKLE_LIST);
    case 'a': return append_top (m, 1, GS_PICKLE_LIST);
    case 'e': return append_marked (m, GS_PICKLE_LIST);
    case '}': return push_new (m, GS_PICKLE_DICT) != NULL;
    case 'd': return push_marked (m, GS_PICKLE_DICT);
    case 's': return append_top (m, 2, GS_PICKLE_DICT);
    case 'u': return append_marked (m, GS_PICKLE_DICT);
    case 0x8f: return push_new (m, GS_PICKLE_OPAQUE) != NULL; /* EMPTY_SET */
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
    default: return fail (m, "an opcode that torch.save() never writes");
    }
}

static gboolean
run (Machine *m)
{
  while (m->at < m->end)
    {
      guint8 opcode = *m->at++;

      if (opcode == '.')
        {
          m->pickle->root = pop (m);
          m->pickle->n_bytes = m->at - m->bytes;
          return m->pickle->root != NULL || fail (m, "no result");
        }
      if (m->pickle->values->len > MAX_VALUES)
        return fail (m, "too many values");
      if (!step (m, opcode))
        return FALSE;
    }
  return fail (m, "no end: it is cut short");
}

GsPickle *
gs_pickle_read (const guint8 *bytes, gsize n_bytes, const char *shown, GError **error)
{
  g_autoptr (GsPickle) pickle = g_new0 (GsPickle, 1);
  Machine m = { .bytes = bytes, .at = bytes, .end = bytes + n_bytes, .shown = shown,
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
