/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safetensors reader and writer: round trips, conversions, and no file that can make them
 * stumble. */
#include "io/safetensors.h"

#include "base/error.h"
#include "base/half.h"
#include "io/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A file's bytes from header text and the size of its data. */
static GBytes *
make_file (const char *header, gsize n_data)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 n = GUINT64_TO_LE ((guint64) strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &n, 8);
  g_byte_array_append (bytes, (const guint8 *) header, strlen (header));
  for (gsize i = 0; i < n_data; i++)
    g_byte_array_append (bytes, (const guint8[]){ (guint8) (i * 7 + 1) }, 1);
  return g_byte_array_free_to_bytes (bytes);
}

static void
test_round_trip (void)
{
  static const float floats[] = { 1, -2, 3.5f, 0, 1e-30f, 65504 };
  static const guint16 halves[] = { 0x3c00, 0xc000, 0x0001 };
  static const gint64 longs[] = { -1, 77 };
  const GsStoredTensor tensors[] = {
    { .name = "half",
      .dtype = GS_DTYPE_F16,
      .n_dims = 1,
      .shape = { 3 },
      .data = halves,
      .n_bytes = 6 },
    { .name = "quote\"\\\n\xc3\xa9",
      .dtype = GS_DTYPE_F32,
      .n_dims = 2,
      .shape = { 2, 3 },
      .data = floats,
      .n_bytes = 24 },
    { .name = "empty",
      .dtype = GS_DTYPE_F32,
      .n_dims = 2,
      .shape = { 0, 4 },
      .data = floats,
      .n_bytes = 0 },
    { .name = "scalar", .dtype = GS_DTYPE_F32, .n_dims = 0, .data = floats + 2, .n_bytes = 4 },
    { .name = "long",
      .dtype = GS_DTYPE_I64,
      .n_dims = 1,
      .shape = { 2 },
      .data = longs,
      .n_bytes = 16 },
  };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *path = in_folder ("round-trip.safetensors");
  g_autoptr (GsTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (metadata, (gpointer) "config", (gpointer) "{\"heads\": 4}\t\x01");
  g_assert_true (gs_safetensors_write (path, tensors, G_N_ELEMENTS (tensors), metadata, &error));
  g_assert_no_error (error);
  file = gs_tensor_file_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (gs_tensor_file_n_tensors (file), ==, G_N_ELEMENTS (tensors));
  g_assert_cmpstr (g_hash_table_lookup (gs_tensor_file_metadata (file), "config"), ==,
                   "{\"heads\": 4}\t\x01");
  g_assert_null (gs_tensor_file_warnings (file)[0]);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      const GsStoredTensor *found = gs_tensor_file_find (file, tensors[i].name);

      g_assert_nonnull (found);
      g_assert_cmpint (found->dtype, ==, tensors[i].dtype);
      g_assert_cmpuint (found->n_dims, ==, tensors[i].n_dims);
      g_assert_true (gs_stored_tensor_has_shape (found, tensors[i].n_dims, tensors[i].shape));
      g_assert_cmpmem (found->data, found->n_bytes, tensors[i].data, tensors[i].n_bytes);
    }
  g_assert_cmpfloat (gs_stored_tensor_get_float (gs_tensor_file_find (file, "long"), 0), ==, -1);
  g_assert_cmpuint (gs_stored_tensor_n_elements (gs_tensor_file_find (file, "scalar")), ==, 1);
  g_assert_null (gs_tensor_file_find (file, "nothing"));
}

static void
test_write_fails (void)
{
  g_autofree char *path = in_folder ("no/such/folder.safetensors");
  g_autoptr (GError) error = NULL;

  g_assert_false (gs_safetensors_write (path, NULL, 0, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

static void
test_conversions (void)
{
  /* one byte before the data, so that nothing is aligned */
  static const guint8 raw[] = { 0, 0x38, 0xb8, 0x01, 0x7e, 0x7f, 0x08 };
  static const float e4m3[] = { 1, -1, 0x1p-9f, 448, NAN, 0x1p-6f };
  GsStoredTensor tensor = { .name = "t",
                            .dtype = GS_DTYPE_F8_E4M3,
                            .n_dims = 1,
                            .shape = { 6 },
                            .data = raw + 1,
                            .n_bytes = 6 };
  guint8 shifted[1 + 3 * 4];
  float values[6];
  guint16 halves[6];

  gs_stored_tensor_to_float (&tensor, values);
  for (guint i = 0; i < 6; i++)
    g_assert_true (values[i] == e4m3[i] || (isnan (values[i]) && isnan (e4m3[i])));
  g_assert_false (gs_stored_tensor_is_finite (&tensor));

  tensor = (GsStoredTensor){ .name = "t",
                             .dtype = GS_DTYPE_F32,
                             .n_dims = 1,
                             .shape = { 3 },
                             .data = shifted + 1,
                             .n_bytes = 12 };
  memcpy (shifted + 1, (const float[]){ 1.5f, -0.25f, 70000.0f }, 12);
  gs_stored_tensor_to_half (&tensor, halves);
  g_assert_cmpuint (halves[0], ==, 0x3e00);
  g_assert_cmpuint (halves[1], ==, 0xb400);
  g_assert_cmpuint (halves[2], ==, 0x7c00);
  g_assert_true (gs_stored_tensor_is_finite (&tensor));
  gs_stored_tensor_slice_to_float (&tensor, 1, 2, values);
  g_assert_cmpfloat (values[0], ==, -0.25f);

  tensor.dtype = GS_DTYPE_BF16;
  tensor.shape[0] = 6;
  memcpy (shifted + 1, (const guint16[]){ 0x3f80, 0xc000, 0x3f81, 0, 0x7f80, 0xffff }, 12);
  gs_stored_tensor_to_float (&tensor, values);
  g_assert_cmpfloat (values[0], ==, 1);
  g_assert_cmpfloat (values[1], ==, -2);
  g_assert_cmpfloat (values[2], ==, 1.0078125f);
  g_assert_true (isinf (values[4]) && isnan (values[5]));
  g_assert_false (gs_stored_tensor_is_finite (&tensor));
}

/* One bad value at every place of tensors of every length is found, and no good one is
 * suspected. */
static void
test_finite (void)
{
  static const struct
  {
    GsDtype dtype;
    guint16 good, bad;
  } kinds[] = {
    { GS_DTYPE_F16, 0x7bff, 0x7c00 },  { GS_DTYPE_F16, 0xfbff, 0xfc01 },
    { GS_DTYPE_BF16, 0x7f7f, 0x7f80 }, { GS_DTYPE_BF16, 0xff7f, 0xffff },
  };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint n = 0; n <= 9; n++)
      {
        g_autofree guint16 *values = g_new (guint16, n + 1);
        GsStoredTensor tensor = { .dtype = kinds[k].dtype, .n_dims = 1, .shape = { n },
                                  .data = values, .n_bytes = 2 * n };

        for (guint i = 0; i <= n; i++)
          values[i] = kinds[k].good;
        values[n] = kinds[k].bad; /* beyond the end */
        g_assert_true (gs_stored_tensor_is_finite (&tensor));
        for (guint i = 0; i < n; i++)
          {
            values[i] = kinds[k].bad;
            g_assert_false (gs_stored_tensor_is_finite (&tensor));
            values[i] = kinds[k].good;
          }
      }
}

/* Header texts with 32 bytes of data each, and a word of the message that they must end in. */
static const struct
{
  const char *header;
  const char *says;
} bad_headers[] = {
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}", "closing bracket" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}} x", "more text" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]},}", "string" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,33]}}", "cut short" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[7],\"data_offsets\":[0,32]}}", "32 bytes where" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[32,0]}}", "ends before" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8.0],\"data_offsets\":[0,32]}}", "whole number" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8e0],\"data_offsets\":[0,32]}}", "whole number" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-8],\"data_offsets\":[0,32]}}", "whole number" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[08],\"data_offsets\":[0,32]}}", "leading zero" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,18446744073709551648]}}",
    "64 bits" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387912],\"data_offsets\":[0,32]}}",
    "overflows" },
  { "{\"a\":{\"dtype\":\"F33\",\"shape\":[8],\"data_offsets\":[0,32]}}", "unknown type" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,8],\"data_offsets\":[0,32]}}",
    "9 dimensions" },
  { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}}",
    "twice" },
  { "{\"a\":{\"shape\":[8],\"data_offsets\":[0,32]}}", "no dtype" },
  { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,32]}}", "no shape" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[8]}}", "no data_offsets" },
  { "{\"a\":{}}", "no dtype" },
  { "{\"a\":7}", "object" },
  { "[]", "object" },
  { "{\"\\ud800\":{}}", "surrogate" },
  { "{\"a\\u0000\":{}}", "NUL" },
  { "{\"\\q\":{}}", "escape" },
  { "{\"__metadata__\":{},\"__metadata__\":{}}", "twice" },
  { "{\"__metadata__\":{\"k\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
    "0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}",
    "deeply" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
    "\"b\":{\"dtype\":\"F32\",\"shape\":[4],"
    "\"data_offsets\":[8,24]}}",
    "overlaps" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
    "\"b\":{\"dtype\":\"F32\",\"shape\":[4],"
    "\"data_offsets\":[16,32]}}",
    "gap" },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}", "gap" },
};

static void
test_bad_headers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_headers); i++)
    {
      g_autoptr (GBytes) bytes = make_file (bad_headers[i].header, 32);
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_tensor_file_open_bytes (bytes, "test", &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
      if (strstr (error->message, bad_headers[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, bad_headers[i].says);
    }
}

static void
test_odd_but_good (void)
{
  g_autoptr (GBytes) bytes =
    make_file ("{ \"__metadata__\" : {\"k\": 5, \"t\": \"\\u00e9\\ud83d\\ude00\"} , \"b\": "
               "{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[2,3],\"extra\":{\"x\":[1,null]}},"
               "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}   ",
               5);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsTensorFile) file = gs_tensor_file_open_bytes (bytes, "test", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gs_tensor_file_tensor (file, 0)->name, ==, "a");
  g_assert_cmpfloat (gs_stored_tensor_get_float (gs_tensor_file_find (file, "b"), 0), ==, 15);
  g_assert_cmpstr (g_hash_table_lookup (gs_tensor_file_metadata (file), "t"), ==,
                   "\xc3\xa9\xf0\x9f\x98\x80");
  g_assert_cmpuint (g_strv_length ((char **) gs_tensor_file_warnings (file)), ==, 2);
}

static void
test_other_files (void)
{
  static const struct
  {
    const char *content, *name, *says;
    int code;
  } files[] = {
    { "", "x.safetensors", "empty", GS_ERROR_BAD_FILE },
    { "version https://git-lfs.github.com/spec/v1\noid", "x.safetensors", "git lfs pull",
      GS_ERROR_BAD_FILE },
    { "\n <!DOCTYPE html><html>", "x.safetensors", "web page", GS_ERROR_BAD_FILE },
    { "PK\3\4archive/data.pkl", "x.safetensors", "cut short", GS_ERROR_BAD_FILE },
    { "\x80\x02}q\x01X\x03", "model", "pickle", GS_ERROR_BAD_FILE },
    { "cos\nsystem\n(S'true'\ntR.", "x.ckpt", "os.system", GS_ERROR_UNSUPPORTED },
    { "GGUF\3", "x.gguf", "too early", GS_ERROR_BAD_FILE },
    { "short", "x.safetensors", "no safetensors file", GS_ERROR_BAD_FILE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (files[i].content, strlen (files[i].content));
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_tensor_file_open_bytes (bytes, files[i].name, &error));
      g_assert_error (error, GS_ERROR, files[i].code);
      g_assert_nonnull (strstr (error->message, files[i].says));
    }
}

static void
test_no_such_file (void)
{
  g_autofree char *path = in_folder ("nothing.safetensors");
  g_autoptr (GError) error = NULL;

  g_assert_null (gs_tensor_file_open (path, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);
  g_assert_null (gs_tensor_file_open (folder, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

/* A whole small file with metadata and tensors of two types; 20 bytes of data. */
static const char small[] =
  "{\"__metadata__\":{\"format\":\"pt\"},"
  "\"a.weight\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
  "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}";

/* Reads everything that an opened file offers, so that the sanitizers see each byte touched. */
static double
touch (GsTensorFile *file)
{
  double sum = 0;

  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      const GsStoredTensor *tensor = gs_tensor_file_tensor (file, i);
      guint64 n = gs_stored_tensor_n_elements (tensor);

      g_assert_true (gs_tensor_file_find (file, tensor->name) == tensor);
      for (guint64 k = 0; k < n; k++)
        sum += gs_stored_tensor_get_float (tensor, k);
    }
  return sum;
}

static void
test_truncations (void)
{
  g_autoptr (GBytes) whole = make_file (small, 20);
  g_autoptr (GsTensorFile) good = gs_tensor_file_open_bytes (whole, "whole", NULL);

  g_assert_nonnull (good);
  for (gsize n = 0; n < g_bytes_get_size (whole); n++)
    {
      gsize size;
      /* a copy of the exact length: AddressSanitizer then sees a read past it */
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (whole, &size), MAX (n, 1));
      g_autoptr (GBytes) part = g_bytes_new_static (copy, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (gs_tensor_file_open_bytes (part, "part", &error));
      g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
    }
}

static void
test_bit_flips (void)
{
  g_autoptr (GBytes) whole = make_file (small, 20);
  g_autoptr (GRand) random = g_rand_new_with_seed (20240607);
  gint64 deadline = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  gsize size;
  const guint8 *from = g_bytes_get_data (whole, &size);
  guint opened = 0, refused = 0;

  for (guint i = 0; i < 20000 && g_get_monotonic_time () < deadline; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (from, size);
      g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
      g_autoptr (GsTensorFile) file = NULL;
      g_autoptr (GError) error = NULL;

      for (gint k = g_rand_int_range (random, 1, 4); k > 0; k--)
        copy[g_rand_int_range (random, 0, size)] ^= 1 << g_rand_int_range (random, 0, 8);
      file = gs_tensor_file_open_bytes (bytes, "flipped", &error);
      if (file != NULL)
        {
          opened++;
          (void) touch (file);
        }
      else
        {
          refused++;
          g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
        }
    }
  g_test_message ("%u opened, %u refused", opened, refused);
  g_assert_cmpuint (opened, >, 0);
  g_assert_cmpuint (refused, >, 0);
}

static void
test_text_for_message (void)
{
  g_autofree char *long_text = g_strnfill (500, 'x');
  g_autofree char *escaped = gs_text_for_message ("a\nb\x1b[2J\xff");
  g_autofree char *cut = gs_text_for_message (long_text);

  g_assert_true (g_utf8_validate (escaped, -1, NULL));
  g_assert_null (strpbrk (escaped, "\n\x1b"));
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 121);
}

static void
test_json (void)
{
  static const char text[] =
    "{\"n\": 3, \"f\": 0.5, \"s\": \"8\", \"a\": [1, 2.5, -1], \"o\": {\"b\": true}, \"z\": null}";
  g_autoptr (JsonObject) object = gs_json_parse_object (text, strlen (text), "test", NULL);
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autoptr (GError) error = NULL;
  gboolean flag = FALSE;
  double real = 0;
  guint n = 0;

  g_assert_nonnull (object);
  g_assert_true (gs_json_get_uint (object, "n", &n) && n == 3);
  g_assert_true (gs_json_get_uint (object, "s", &n) && n == 8);
  g_assert_true (gs_json_get_double (object, "f", &real) && real == 0.5);
  g_assert_false (gs_json_get_uint (object, "f", &n));
  g_assert_false (gs_json_get_uint (object, "a", &n));
  g_assert_false (gs_json_get_uint (object, "z", &n));
  g_assert_false (gs_json_get_uint (NULL, "n", &n));
  g_assert_true (gs_json_get_boolean (gs_json_get_object (object, "o"), "b", &flag) && flag);
  g_assert_null (gs_json_get_string (object, "n"));
  g_assert_true (gs_json_element_uint (gs_json_get_array (object, "a"), 0, &n) && n == 1);
  g_assert_false (gs_json_element_uint (gs_json_get_array (object, "a"), 1, &n));
  g_assert_false (gs_json_element_uint (gs_json_get_array (object, "a"), 2, &n));
  g_assert_false (gs_json_element_uint (gs_json_get_array (object, "a"), 3, &n));

  g_assert_null (gs_json_parse_object (deep, 100000, "deep", &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_clear_error (&error);
  g_assert_null (gs_json_parse_object ("[]", 2, "array", &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-safetensors-XXXXXX", NULL);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/write-fails", test_write_fails);
  g_test_add_func ("/safetensors/conversions", test_conversions);
  g_test_add_func ("/safetensors/finite", test_finite);
  g_test_add_func ("/safetensors/bad-headers", test_bad_headers);
  g_test_add_func ("/safetensors/odd-but-good", test_odd_but_good);
  g_test_add_func ("/safetensors/other-files", test_other_files);
  g_test_add_func ("/safetensors/no-such-file", test_no_such_file);
  g_test_add_func ("/safetensors/truncations", test_truncations);
  g_test_add_func ("/safetensors/bit-flips", test_bit_flips);
  g_test_add_func ("/safetensors/text-for-message", test_text_for_message);
  g_test_add_func ("/safetensors/json", test_json);
  status = g_test_run ();

  g_autofree char *path = in_folder ("round-trip.safetensors");
  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
  return status;
}
