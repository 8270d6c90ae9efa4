/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch's files: what is in them is found, whatever else they want is refused. */
#include "io/tensor-file.h"

#include "base/error.h"

#include <string.h>

#define FLOATS "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n" \
               "X\1\0\0\0" "0X\3\0\0\0cpuK\6tQ"
#define NO_HOOKS "\x89" "N"

static void
put (GByteArray *out, guint64 number, guint n)
{
  for (guint i = 0; i < n; i++)
    g_byte_array_append (out, (const guint8[]) { i < 8 ? (guint8) (number >> (8 * i)) : 0 }, 1);
}

/* Appends a stored member, and its entry to the directory. */
static void
add_member (GByteArray *zip, GByteArray *directory, const char *name, gconstpointer data, gsize n,
            guint method)
{
  const guint place = zip->len;

  put (zip, 0x04034b50, 4);
  put (zip, 20, 2);
  put (zip, 0, 2);
  put (zip, method, 2);
  put (zip, 0, 8);
  put (zip, n, 4);
  put (zip, n, 4);
  put (zip, strlen (name), 2);
  put (zip, 0, 2);
  g_byte_array_append (zip, (const guint8 *) name, strlen (name));
  g_byte_array_append (zip, data, n);

  put (directory, 0x02014b50, 4);
  put (directory, 20, 2);
  put (directory, 20, 2);
  put (directory, 0, 2);
  put (directory, method, 2);
  put (directory, 0, 8);
  put (directory, n, 4);
  put (directory, n, 4);
  put (directory, strlen (name), 2);
  put (directory, 0, 12);
  put (directory, place, 4);
  g_byte_array_append (directory, (const guint8 *) name, strlen (name));
}

/* The archive of a pickle and six floats, 0 ... 5. */
static GBytes *
make_zip (const char *pickle, gsize n_pickle, guint method)
{
  const float floats[] = { 0, 1, 2, 3, 4, 5 };
  GByteArray *zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  guint begin;

  add_member (zip, directory, "archive/data.pkl", pickle, n_pickle, 0);
  add_member (zip, directory, "archive/data/0", floats, sizeof floats, method);
  begin = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  put (zip, 0x06054b50, 4);
  put (zip, 0, 4);
  put (zip, 2, 2);
  put (zip, 2, 2);
  put (zip, directory->len, 4);
  put (zip, begin, 4);
  put (zip, 0, 2);
  return g_byte_array_free_to_bytes (zip);
}

#define ZIP(pickle) make_zip (pickle, sizeof (pickle) - 1, 0)

/* {"state_dict": {"a": 2 x 3 floats, "t": its transpose}, "step": 7} */
static const char good[] = "\x80\2}(X\x0a\0\0\0state_dict}("
                           "X\1\0\0\0a" FLOATS "K\0K\2K\3\x86K\3K\1\x86" NO_HOOKS "tR"
                           "X\1\0\0\0t" FLOATS "K\0K\3K\2\x86K\1K\3\x86" NO_HOOKS "tRu"
                           "X\4\0\0\0stepK\7u.";

static void
check_good (GsTensorFile *file)
{
  const GsStoredTensor *a = gs_tensor_file_find (file, "a"), *t = gs_tensor_file_find (file, "t");
  static const float transposed[] = { 0, 3, 1, 4, 2, 5 };

  g_assert_cmpuint (gs_tensor_file_n_tensors (file), ==, 2);
  g_assert_cmpstr (gs_tensor_file_format (file), ==, "PyTorch");
  g_assert_true (gs_stored_tensor_has_shape (a, 2, (const guint64[]) { 2, 3 }));
  g_assert_true (gs_stored_tensor_has_shape (t, 2, (const guint64[]) { 3, 2 }));
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (gs_stored_tensor_get_float (a, i), ==, i);
      g_assert_cmpfloat (gs_stored_tensor_get_float (t, i), ==, transposed[i]);
    }
}

static void
test_archive (void)
{
  g_autoptr (GBytes) bytes = ZIP (good);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open_bytes (bytes, "test", &error);

  g_assert_no_error (error);
  check_good (file);
}

/* The format before PyTorch 1.6: pickles of a magic number, a version, the machine, the tensors, the
 * keys of the data, and these. */
static void
test_old_format (void)
{
  static const char begin[] = "\x80\2\x8a\x0al\xfc\x9c" "F\xf9 j\xa8P\x19.\x80\2M\xe9\3.\x80\2}.";
  static const char keys[] = "\x80\2]X\1\0\0\0" "0a.";
  const float floats[] = { 0, 1, 2, 3, 4, 5 };
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = NULL;

  g_byte_array_append (out, (const guint8 *) begin, sizeof begin - 1);
  g_byte_array_append (out, (const guint8 *) good, sizeof good - 1);
  g_byte_array_append (out, (const guint8 *) keys, sizeof keys - 1);
  put (out, 6, 8);
  g_byte_array_append (out, (const guint8 *) floats, sizeof floats);
  bytes = g_byte_array_free_to_bytes (out);
  file = gs_tensor_file_open_bytes (bytes, "old.pt", &error);
  g_assert_no_error (error);
  check_good (file);
  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, n);

      g_assert_null (gs_tensor_file_open_bytes (part, "part.pt", NULL));
    }
}

static const struct
{
  const char *pickle;
  gsize n;
  int code;
  const char *says;
} bad[] = {
#define BAD(text, code, says) { text, sizeof (text) - 1, code, says }
  BAD ("\x80\2cos\nsystem\nX\4\0\0\0true\x85R.", GS_ERROR_UNSUPPORTED, "os.system"),
  BAD ("\x80\4\x8c\5posix\x8c\6system\x93\x8c\4true\x85R.", GS_ERROR_UNSUPPORTED, "posix.system"),
  BAD ("\x80\2cfoo\nBar\n)\x81.", GS_ERROR_UNSUPPORTED, "foo.Bar"),
  BAD ("\x80\2(K\1icos\nsystem\n.", GS_ERROR_BAD_FILE, "opcode"),
  BAD ("\x80\2}X\1\0\0\0aK\1s.", GS_ERROR_BAD_FILE, "no tensors"),
  BAD ("\x80\2]q\0h\0a.", GS_ERROR_BAD_FILE, "no tensors"),
  /* a dict that holds itself */
  BAD ("\x80\2}q\0X\1\0\0\0ah\0s.", GS_ERROR_BAD_FILE, "contain each other"),
  /* one element too many, an offset beyond, more elements than there are, negative strides */
  BAD ("\x80\2}X\1\0\0\0a" FLOATS "K\0K\7\x85K\1\x85" NO_HOOKS "tRs.", GS_ERROR_BAD_FILE, "storage"),
  BAD ("\x80\2}X\1\0\0\0a" FLOATS "K\5K\2\x85K\1\x85" NO_HOOKS "tRs.", GS_ERROR_BAD_FILE, "storage"),
  BAD ("\x80\2}X\1\0\0\0a" FLOATS "K\0J\0\0\0\x40\x85K\0\x85" NO_HOOKS "tRs.", GS_ERROR_BAD_FILE,
       "storage"),
  BAD ("\x80\2}X\1\0\0\0a" FLOATS "K\0K\2\x85J\xff\xff\xff\xff\x85" NO_HOOKS "tRs.",
       GS_ERROR_BAD_FILE, "storage"),
  BAD ("\x80\2}X\1\0\0\0a" FLOATS "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1t"
       NO_HOOKS "tRs.", GS_ERROR_BAD_FILE, "storage"),
#undef BAD
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = make_zip (bad[i].pickle, bad[i].n, 0);
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_tensor_file_open_bytes (bytes, "bad", &error));
      g_assert_error (error, GS_ERROR, bad[i].code);
      if (strstr (error->message, bad[i].says) == NULL)
        g_error ("case %u: “%s” does not say “%s”", i, error->message, bad[i].says);
    }
}

static void
test_compressed (void)
{
  g_autoptr (GBytes) bytes = make_zip (good, sizeof good - 1, 8);
  g_autoptr (GError) error = NULL;

  g_assert_null (gs_tensor_file_open_bytes (bytes, "bad", &error));
  g_assert_nonnull (strstr (error->message, "compressed"));
}

/* Cut short anywhere, and with any byte changed: an error, or a file whose tensors can be read. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) bytes = ZIP (good);
  const gsize n = g_bytes_get_size (bytes);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, i);

      g_assert_null (gs_tensor_file_open_bytes (part, "part.pt", NULL));
    }
  for (gsize i = 0; i < 255 * n; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GsTensorFile) file = NULL;

      copy[i / 255] += 1 + i % 255;
      changed = g_bytes_new_take (g_steal_pointer (&copy), n);
      file = gs_tensor_file_open_bytes (changed, "changed.pt", NULL);
      for (guint k = 0; file != NULL && k < gs_tensor_file_n_tensors (file); k++)
        gs_stored_tensor_is_finite (gs_tensor_file_tensor (file, k));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torch-file/archive", test_archive);
  g_test_add_func ("/torch-file/old-format", test_old_format);
  g_test_add_func ("/torch-file/bad", test_bad);
  g_test_add_func ("/torch-file/compressed", test_compressed);
  g_test_add_func ("/torch-file/damaged", test_damaged);
  return g_test_run ();
}
