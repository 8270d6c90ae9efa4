/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte pair encoding. */
#include "io/tokenizer-bpe.h"

#include <string.h>

#define END_OF_WORD "</w>"

typedef struct
{
  guint32 left, right; /* symbols */
  guint32 rank;
  guint32 product;
} Merge;

struct _GsBpe
{
  GHashTable   *symbols; /* name -> symbol */
  GStringChunk *names;
  GArray       *ids;     /* gint32 for each symbol; -1: not in the vocabulary */
  GArray       *merges;  /* Merge, by left, then right, once finished */
  guint32       bytes[256], last_bytes[256];
  gint32        unknown;
  guint         n_vocab;
};

/* ---- Bytes as characters -------------------------------------------------------------------- */

static gboolean
is_printable (guint byte)
{
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

gunichar
gs_bpe_byte_to_char (guint8 byte)
{
  guint before = 0;

  if (is_printable (byte))
    return byte;
  for (guint b = 0; b < byte; b++)
    before += !is_printable (b);
  return 256 + before;
}

void
gs_bpe_byte_order (guint8 order[256])
{
  guint n = 0;

  for (guint b = 0; b < 256; b++)
    if (is_printable (b))
      order[n++] = (guint8) b;
  for (guint b = 0; b < 256; b++)
    if (!is_printable (b))
      order[n++] = (guint8) b;
}

/* ---- Symbols and merges --------------------------------------------------------------------- */

static guint32
intern (GsBpe *bpe, const char *name)
{
  gpointer known;
  const gint32 none = -1;
  guint32 symbol = bpe->ids->len;

  if (g_hash_table_lookup_extended (bpe->symbols, name, NULL, &known))
    return GPOINTER_TO_UINT (known);
  g_hash_table_insert (bpe->symbols, g_string_chunk_insert (bpe->names, name), GUINT_TO_POINTER (symbol));
  g_array_append_val (bpe->ids, none);
  return symbol;
}

GsBpe *
gs_bpe_new (void)
{
  GsBpe *bpe = g_new0 (GsBpe, 1);

  bpe->symbols = g_hash_table_new (g_str_hash, g_str_equal);
  bpe->names = g_string_chunk_new (1 << 16);
  bpe->ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  bpe->merges = g_array_new (FALSE, FALSE, sizeof (Merge));
  bpe->unknown = -1;
  for (guint b = 0; b < 256; b++)
    {
      char name[6 + sizeof END_OF_WORD];
      gsize n = (gsize) g_unichar_to_utf8 (gs_bpe_byte_to_char ((guint8) b), name);

      name[n] = '\0';
      bpe->bytes[b] = intern (bpe, name);
      memcpy (name + n, END_OF_WORD, sizeof END_OF_WORD);
      bpe->last_bytes[b] = intern (bpe, name);
    }
  return bpe;
}

void
gs_bpe_free (GsBpe *bpe)
{
  if (bpe == NULL)
    return;
  g_hash_table_unref (bpe->symbols);
  g_string_chunk_free (bpe->names);
  g_array_unref (bpe->ids);
  g_array_unref (bpe->merges);
  g_free (bpe);
}

void
gs_bpe_set_id (GsBpe *bpe, const char *name, gint32 id)
{
  guint32 symbol = intern (bpe, name);

  g_return_if_fail (id >= 0);
  g_array_index (bpe->ids, gint32, symbol) = id;
  bpe->n_vocab = MAX (bpe->n_vocab, (guint) id + 1);
}

void
gs_bpe_add_merge (GsBpe *bpe, const char *left, const char *right)
{
  g_autofree char *joined = g_strconcat (left, right, NULL);
  Merge merge = {
    .left = intern (bpe, left),
    .right = intern (bpe, right),
    .rank = bpe->merges->len,
    .product = intern (bpe, joined),
  };

  g_array_append_val (bpe->merges, merge);
}

/* By pair; of equal pairs the later merge first, so that the search below may keep the first. */
static int
compare_merges (gconstpointer a, gconstpointer b)
{
  const Merge *x = a, *y = b;

  if (x->left != y->left)
    return x->left < y->left ? -1 : 1;
  if (x->right != y->right)
    return x->right < y->right ? -1 : 1;
  return x->rank > y->rank ? -1 : x->rank < y->rank;
}

void
gs_bpe_finish (GsBpe *bpe, gint32 unknown)
{
  Merge *merges = (Merge *) (gpointer) bpe->merges->data;
  guint n = 0;

  bpe->unknown = unknown;
  g_array_sort (bpe->merges, compare_merges);
  for (guint i = 0; i < bpe->merges->len; i++)
    if (n == 0 || merges[i].left != merges[n - 1].left || merges[i].right != merges[n - 1].right)
      merges[n++] = merges[i];
  g_array_set_size (bpe->merges, n);
}

gint32
gs_bpe_get_id (GsBpe *bpe, const char *name)
{
  gpointer symbol;

  if (!g_hash_table_lookup_extended (bpe->symbols, name, NULL, &symbol))
    return -1;
  return g_array_index (bpe->ids, gint32, GPOINTER_TO_UINT (symbol));
}

guint
gs_bpe_get_n_vocab (GsBpe *bpe)
{
  return bpe->n_vocab;
}

static const Merge *
find_merge (GsBpe *bpe, guint32 left, guint32 right)
{
  const Merge *merges = (const Merge *) (gconstpointer) bpe->merges->data;
  guint low = 0, high = bpe->merges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Merge *m = &merges[middle];

      if (m->left == left && m->right == right)
        return m;
      if (m->left < left || (m->left == left && m->right < right))
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* ---- Encoding ------------------------------------------------------------------------------- */

/*
 * The textbook says: find the pair of the lowest rank, join all its occurrences from left to right,
 * repeat. That is quadratic in the word; a heap of candidate pairs gives the same in n log n. The
 * candidates of one rank are taken together, and the pairs that they make join the heap only
 * afterwards, so that no new pair overtakes an older one of the same round.
 */

typedef struct
{
  guint32 symbol;
  gint32  previous, next; /* nodes, or -1; next of a node that was joined to its left: -2 */
} Node;

typedef struct
{
  guint64      key; /* rank, then place: the order of joining */
  const Merge *merge;
} Candidate;

typedef struct
{
  GsBpe  *bpe;
  Node   *nodes;
  GArray *heap;   /* Candidate, smallest key at 0 */
  GArray *joined; /* gint32: nodes made in this round */
} Word;

#define HEAP(word, i) g_array_index ((word)->heap, Candidate, i)

static void
push_pair (Word *word, gint32 left)
{
  Candidate new = { 0 };
  gint32 right = left >= 0 ? word->nodes[left].next : -1;
  guint i = word->heap->len;

  if (right < 0)
    return;
  new.merge = find_merge (word->bpe, word->nodes[left].symbol, word->nodes[right].symbol);
  if (new.merge == NULL)
    return;
  new.key = ((guint64) new.merge->rank << 32) | (guint32) left;

  g_array_set_size (word->heap, i + 1);
  for (; i > 0 && HEAP (word, (i - 1) / 2).key > new.key; i = (i - 1) / 2)
    HEAP (word, i) = HEAP (word, (i - 1) / 2);
  HEAP (word, i) = new;
}

static Candidate
pop_pair (Word *word)
{
  Candidate top = HEAP (word, 0);
  guint n = word->heap->len - 1;
  Candidate last = HEAP (word, n);
  guint i = 0;

  g_array_set_size (word->heap, n);
  while (2 * i + 1 < n)
    {
      guint child = 2 * i + 1;

      if (child + 1 < n && HEAP (word, child + 1).key < HEAP (word, child).key)
        child++;
      if (last.key <= HEAP (word, child).key)
        break;
      HEAP (word, i) = HEAP (word, child);
      i = child;
    }
  if (n > 0)
    HEAP (word, i) = last;
  return top;
}

/* Joins a candidate's pair unless one of its halves has been joined to something else. */
static void
join (Word *word, Candidate candidate)
{
  gint32 left = (gint32) (guint32) candidate.key;
  Node *node = &word->nodes[left];
  gint32 right = node->next;
  gint32 after;

  if (right < 0 || node->symbol != candidate.merge->left ||
      word->nodes[right].symbol != candidate.merge->right)
    return;
  after = word->nodes[right].next;
  word->nodes[right].next = -2;
  node->symbol = candidate.merge->product;
  node->next = after;
  if (after >= 0)
    word->nodes[after].previous = left;
  g_array_append_val (word->joined, left);
}

static void
join_all (Word *word)
{
  while (word->heap->len > 0)
    {
      guint32 rank = HEAP (word, 0).merge->rank;

      g_array_set_size (word->joined, 0);
      while (word->heap->len > 0 && HEAP (word, 0).merge->rank == rank)
        join (word, pop_pair (word));
      for (guint i = 0; i < word->joined->len; i++)
        {
          gint32 place = g_array_index (word->joined, gint32, i);

          push_pair (word, word->nodes[place].previous);
          push_pair (word, place);
        }
    }
}

void
gs_bpe_encode (GsBpe *bpe, const char *text, gsize n_bytes, GArray *ids)
{
  g_autofree Node *nodes = NULL;
  g_autoptr (GArray) heap = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GArray) joined = g_array_new (FALSE, FALSE, sizeof (gint32));
  Word word = { .bpe = bpe, .heap = heap, .joined = joined };

  g_return_if_fail (n_bytes > 0 && n_bytes <= G_MAXINT32);
  word.nodes = nodes = g_new (Node, n_bytes);
  for (gsize i = 0; i < n_bytes; i++)
    {
      guint8 byte = (guint8) text[i];

      nodes[i].symbol = i + 1 < n_bytes ? bpe->bytes[byte] : bpe->last_bytes[byte];
      nodes[i].previous = (gint32) i - 1;
      nodes[i].next = i + 1 < n_bytes ? (gint32) i + 1 : -1;
    }
  for (gsize i = 0; i < n_bytes; i++)
    push_pair (&word, (gint32) i);
  join_all (&word);

  for (gint32 i = 0; i >= 0; i = nodes[i].next)
    {
      gint32 id = g_array_index (bpe->ids, gint32, nodes[i].symbol);

      if (id < 0)
        id = bpe->unknown;
      g_array_append_val (ids, id);
    }
}
