/* SPDX-License-Identifier: GPL-3.0-or-later */
/* .ora files that are damaged, absurd or malicious: each gives a sentence, and no more. */
#include "document/gesso-ora.h"
#include "document/gesso-png.h"
#include "ora-file.h"

#include <glib/gstdio.h>
#include <string.h>

static GFile *file;

static const char good_stack[] =
    "<image w='64' h='64'><stack><layer name='a' src='data/a.png'/></stack></image>";

/* One sentence, or none if it opens. */
static char *
try_to_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoSnapshot) snapshot = gesso_ora_load (file, NULL, &error);

  g_assert_true ((snapshot == NULL) == (error != NULL));
  if (error)
    {
      g_assert_cmpuint (strlen (error->message), >, 10);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }

  return error ? g_strdup (error->message) : NULL;
}

static void
assert_refused (const char *because)
{
  g_autofree char *message = try_to_load ();

  g_assert_nonnull (message);
  if (strstr (message, because) == NULL)
    g_error ("“%s” does not say “%s”", message, because);
}

static void
write_bytes (gconstpointer bytes, gsize n)
{
  g_assert_true (g_file_set_contents (g_file_peek_path (file), bytes, (gssize) n, NULL));
}

/* A good file but for stack.xml. */
static OraFile *
new_with_stack (const char *stack)
{
  OraFile *made = ora_file_new ();

  ora_file_add_text (made, "mimetype", "image/openraster");
  ora_file_add_png (made, "data/a.png", 20, 20, 0xff0000ff);
  if (stack)
    ora_file_add_text (made, "stack.xml", stack);

  return made;
}

static void
test_not_zip (void)
{
  write_bytes ("", 0);
  assert_refused ("hostile.ora");
  write_bytes ("PK\3\4 and then nothing", 22);
  assert_refused ("hostile.ora");
  write_bytes ("%PDF-1.7 something else altogether", 34);
  assert_refused ("hostile.ora");
}

static void
test_stack (void)
{
  static const struct
  {
    const char *stack;
    const char *because;
  } cases[] = {
    { NULL, "not an OpenRaster" },
    { "", "damaged" },
    { "<image w='64' h='64'><stack>", "damaged" },
    { "<html/>", "damaged" },
    { "<image><stack/></image>", "0 × 0" },
    { "<image w='0' h='64'/>", "0 × 64" },
    { "<image w='-5' h='64'/>", "16384" },
    { "<image w='16385' h='64'/>", "16384" },
    { "<image w='1e300' h='nan'/>", "16384" },
    { "<image w='inf' h='64'/>", "16384" },
    { "<image w='64' h='64'><layer src='data/missing.png'/></image>", "data/missing.png" },
    { "<image w='64' h='64'><layer src='stack.xml.png'/></image>", "stack.xml.png" },
    { "<image w='64' h='64' \x01/>", "damaged" },
    { "<image w='64' h='64'><layer\xdd\xd7 src='data/a.png'/></image>", "damaged" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OraFile) made = new_with_stack (cases[i].stack);

      ora_file_write (made, file);
      assert_refused (cases[i].because);
    }
}

/* Numbers that mean nothing are passed over, places are pulled near. */
static void
test_odd_numbers (void)
{
  g_autoptr (OraFile) made = new_with_stack (
      "<image w='64' h='64'><stack opacity='x' y='1e99'><layer src='data/a.png' x='-1e30' y='nan'"
      " opacity='-7' composite-op='svg:nonsense'/></stack></stack></stack></image>");
  g_autoptr (GessoSnapshot) snapshot = NULL;
  GessoLayerState *layer;

  ora_file_write (made, file);
  snapshot = gesso_ora_load (file, NULL, NULL);
  g_assert_null (snapshot); /* one </stack> too many */

  g_clear_pointer (&made, ora_file_free);
  made = new_with_stack (
      "<image w='64' h='64'><stack opacity='x' y='1e99'><layer src='data/a.png' x='-1e30' y='nan'"
      " opacity='-7' composite-op='svg:nonsense'/></stack></image>");
  ora_file_write (made, file);
  snapshot = gesso_ora_load (file, NULL, NULL);
  g_assert_nonnull (snapshot);
  layer = g_ptr_array_index (snapshot->layers, 0);
  g_assert_cmpfloat (layer->opacity, ==, 0);
  g_assert_cmpint (ABS (layer->x), <=, GESSO_TILES_REACH);
}

static void
test_many_layers (void)
{
  GString *stack = g_string_new ("<image w='64' h='64'><stack>");
  g_autofree char *text = NULL;
  g_autoptr (OraFile) made = NULL;

  for (guint i = 0; i <= GESSO_MAX_LAYERS; i++)
    g_string_append (stack, "<layer src='data/a.png'/>");
  g_string_append (stack, "</stack></image>");
  text = g_string_free (stack, FALSE);
  made = new_with_stack (text);
  ora_file_write (made, file);
  assert_refused ("1000 layers");
}

static void
test_deep (void)
{
  g_autoptr (GString) stack = g_string_new ("<image w='64' h='64'>");
  g_autoptr (GString) brackets = g_string_new ("{\"layers\": ");
  g_autoptr (OraFile) made = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (stack, "<stack>");
  for (guint i = 0; i < 1000000; i++)
    g_string_append (brackets, i % 2 ? "[" : "{\"a\":");
  made = new_with_stack (stack->str);
  ora_file_write (made, file);
  assert_refused ("damaged");

  g_clear_pointer (&made, ora_file_free);
  made = new_with_stack (good_stack);
  ora_file_add_text (made, "gesso/document.json", brackets->str);
  ora_file_write (made, file);
  g_assert_null (try_to_load ());
}

static void
test_names (void)
{
  static const char *const names[] = { "../evil", "/etc/evil", "a/../../b", "..\\evil", "c:evil", "a\nb",
                                       "data/a.png" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (OraFile) made = new_with_stack (good_stack);

      ora_file_add_text (made, names[i], "evil");
      ora_file_write (made, file);
      assert_refused ("do not trust it");
    }
}

static void
test_many_members (void)
{
  g_autoptr (OraFile) made = new_with_stack (good_stack);

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("junk/%u", i);

      ora_file_add_text (made, name, "");
    }
  ora_file_write (made, file);
  assert_refused ("do not trust it");
}

static void
test_bombs (void)
{
  g_autoptr (OraFile) made = new_with_stack (good_stack);
  g_autofree char *zeros = g_strnfill (65 << 20, ' ');
  g_autoptr (OraFile) texts = ora_file_new ();

  /* A member that we do not know, too large to keep. */
  ora_file_add_text (made, "unknown", zeros);
  ora_file_write (made, file);
  g_assert_null (try_to_load ());

  ora_file_add_text (texts, "mimetype", "image/openraster");
  ora_file_add_text (texts, "stack.xml", zeros);
  ora_file_write (texts, file);
  assert_refused ("do not trust it");
}

static gssize
read_stream (guint8 *bytes, gsize n, gpointer data, GError **error)
{
  return g_input_stream_read (data, bytes, n, NULL, error);
}

static GessoTiles *
decode (GBytes *png, guint64 max_pixels, GError **error)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (png);

  return gesso_png_read (read_stream, stream, "a.png", 4, 5, 6, &max_pixels, NULL, error);
}

static guint32
get_crc (const guint8 *bytes, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= bytes[i];
      for (guint k = 0; k < 8; k++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }

  return ~crc;
}

/* A header that promises much more than the file holds. */
static void
test_pictures (void)
{
  static const guint32 sizes[][2] = { { 0, 5 }, { 16385, 1 }, { 1, 0x7fffffff },
                                      { 0xffffffff, 0xffffffff }, { 16384, 16384 } };
  g_autoptr (GHashTable) members = NULL;
  g_autoptr (OraFile) made = new_with_stack (good_stack);
  g_autoptr (GessoTiles) tiles = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *png;
  gsize n;

  ora_file_write (made, file);
  members = ora_file_read (file);
  png = g_hash_table_lookup (members, "data/a.png");
  tiles = decode (png, 400, &error);
  g_assert_no_error (error);
  g_assert_null (decode (png, 399, &error));
  g_assert_nonnull (strstr (error->message, "too many pixels"));

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *bytes =
          g_memdup2 (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
      g_autoptr (OraFile) bad = ora_file_new ();
      g_autoptr (GBytes) changed = NULL;
      guint32 crc;

      for (guint k = 0; k < 8; k++)
        bytes[16 + k] = (guint8) (sizes[i][k / 4] >> (24 - 8 * (k % 4)));
      crc = GUINT32_TO_BE (get_crc (bytes + 12, 17));
      memcpy (bytes + 29, &crc, 4);
      changed = g_bytes_new (bytes, g_bytes_get_size (png));
      ora_file_add_text (bad, "stack.xml", good_stack);
      ora_file_add (bad, "data/a.png", changed);
      ora_file_write (bad, file);
      assert_refused ("data/a.png");
    }

  g_bytes_get_data (png, &n);
  for (gsize k = 0; k < n; k += 7)
    {
      g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (png, 0, k);

      g_assert_null (decode (shorter, 1 << 20, NULL));
    }
}

/* JSON of the wrong kinds everywhere. */
static void
test_document (void)
{
  static const char *const documents[] = {
    "", "[]", "null", "{", "{\"layers\": 5, \"frame\": \"x\", \"candidates\": [1, [], {}]}",
    "{\"layers\": [{\"src\": 5}, {\"src\": \"data/a.png\", \"id\": \"x\", \"offset\": [1e99, {}]}]}",
    "{\"layers\": [{\"src\": \"data/a.png\", \"id\": -4, \"offset\": [99999999999, -99999999999]}]}",
    "{\"frame\": [1, 2, -3, 999999], \"active\": 1e300, \"settings\": \"{'a': <((((((\"}",
    "{\"settings\": \"[\", \"selection\": {\"src\": null}, \"layers\": {\"a\": []}}",
    "\xff\xfe",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (OraFile) made = new_with_stack (good_stack);

      ora_file_add_text (made, "gesso/document.json", documents[i]);
      ora_file_write (made, file);
      g_assert_null (try_to_load ());
    }
}

/* Any byte may be any other, and the file may end anywhere. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autoptr (OraFile) made = new_with_stack (good_stack);
  g_autofree char *good = NULL;
  gsize n;

  ora_file_add_text (made, "gesso/document.json",
                     "{\"layers\": [{\"src\": \"data/a.png\", \"kind\": \"generated\"}]}");
  ora_file_write (made, file);
  g_assert_true (g_file_load_contents (file, NULL, &good, &n, NULL, NULL));
  for (guint round = 0; round < 600; round++)
    {
      g_autofree char *bad = g_memdup2 (good, n);
      g_autofree char *message = NULL;

      for (guint k = 0; k < 1 + round % 4; k++)
        bad[g_rand_int_range (rand, 0, (gint32) n)] = (char) g_rand_int (rand);
      write_bytes (bad, round % 3 ? n : (gsize) g_rand_int_range (rand, 0, (gint32) n));
      message = try_to_load ();
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-ora-XXXXXX", NULL);
  file = g_file_new_build_filename (folder, "hostile.ora", NULL);

  g_test_add_func ("/app/ora-hostile/not-zip", test_not_zip);
  g_test_add_func ("/app/ora-hostile/stack", test_stack);
  g_test_add_func ("/app/ora-hostile/odd-numbers", test_odd_numbers);
  g_test_add_func ("/app/ora-hostile/many-layers", test_many_layers);
  g_test_add_func ("/app/ora-hostile/deep", test_deep);
  g_test_add_func ("/app/ora-hostile/names", test_names);
  g_test_add_func ("/app/ora-hostile/many-members", test_many_members);
  g_test_add_func ("/app/ora-hostile/bombs", test_bombs);
  g_test_add_func ("/app/ora-hostile/pictures", test_pictures);
  g_test_add_func ("/app/ora-hostile/document", test_document);
  g_test_add_func ("/app/ora-hostile/random", test_random);

  status = g_test_run ();
  g_file_delete (file, NULL, NULL);
  g_rmdir (folder);
  g_object_unref (file);
  return status;
}
