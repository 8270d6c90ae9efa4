/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An artist's folders: which files are found in them, what these are, and their hashes. */
#include "gs.h"
#include "io/safetensors.h"
#include "session/hash-cache.h"
#include "session/library.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static char *root;

static char *
path_of (const char *name)
{
  char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return path;
}

/* A file of one matrix; metadata: pairs of words. */
static char *
write_tensor (const char *name, const char *tensor_name, guint64 rows, guint64 columns,
              const char *const *metadata)
{
  char *path = path_of (name);
  g_autofree float *values = g_new0 (float, rows * columns);
  const GsStoredTensor tensor = { .name = tensor_name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                  .shape = { rows, columns }, .data = values,
                                  .n_bytes = rows * columns * sizeof *values };
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; metadata != NULL && metadata[i] != NULL; i += 2)
    g_hash_table_insert (table, (gpointer) metadata[i], (gpointer) metadata[i + 1]);
  gs_safetensors_write (path, &tensor, 1, table, &error);
  g_assert_no_error (error);
  return path;
}

static void
write_text (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The list's paths within root, joined. */
static char *
list (const char *folder)
{
  g_autofree char *path = g_build_filename (root, folder, NULL);
  const char *const folders[] = { path, NULL };
  g_autoptr (GPtrArray) paths = gs_library_list (folders);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < paths->len; i++)
    g_string_append_printf (text, "%s ", (const char *) paths->pdata[i] + strlen (path) + 1);
  return g_string_free (text, FALSE);
}

static void
test_layouts (void)
{
  g_autofree char *webui = NULL, *comfy = NULL, *plain = NULL;

  write_text ("webui/venv/lib/torch.pt", "");
  write_text ("webui/models/Stable-diffusion/a.ckpt", "");
  write_text ("webui/models/Stable-diffusion/a.png", "");
  write_text ("webui/models/Lora/deep/b.SafeTensors", "");
  write_text ("webui/models/.cache/hidden.pt", "");
  write_text ("webui/embeddings/c.pt", "");
  write_text ("webui/repositories/d.pt", "");
  webui = list ("webui");
  g_assert_cmpstr (webui, ==, "models/Lora/deep/b.SafeTensors models/Stable-diffusion/a.ckpt "
                              "embeddings/c.pt ");

  write_text ("comfy/models/loras/a.safetensors", "");
  write_text ("comfy/custom_nodes/b.pt", "");
  comfy = list ("comfy");
  g_assert_cmpstr (comfy, ==, "models/loras/a.safetensors ");

  write_text ("plain/a.gguf", "");
  write_text ("plain/diffusers/model_index.json", "{}");
  write_text ("plain/diffusers/unet/model.safetensors", "");
  write_text ("plain/outputs/b.pt", "");
  plain = list ("plain");
  g_assert_cmpstr (plain, ==, "a.gguf diffusers ");
}

static void
test_loops (void)
{
  g_autofree char *link_path = path_of ("loop/within/again");
  g_autofree char *target = g_build_filename (root, "loop", NULL);
  const char *const folders[] = { target, target, NULL };
  g_autoptr (GPtrArray) paths = NULL;

  write_text ("loop/a.pt", "");
  g_assert_true (g_file_test (target, G_FILE_TEST_IS_DIR));
  {
    g_autoptr (GFile) file = g_file_new_for_path (link_path);

    g_assert_true (g_file_make_symbolic_link (file, target, NULL, NULL));
  }
  paths = gs_library_list (folders); /* ends */
  g_assert_cmpuint (paths->len, >=, 1);
  g_assert_cmpuint (paths->len, <, 10);
}

static GsLibraryFile *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  GsLibraryFile *file = gs_library_file_new (path, &error);

  g_assert_no_error (error);
  return file;
}

static void
test_kinds (void)
{
  static const char *const lora_metadata[] = {
    "ss_base_model_version", "sdxl_base_v1-0",
    "ss_tag_frequency", "{\"3_zorb\":{\"zorb\":20,\"1girl\":12,\"zorb style\":20},\"bad\":[1]}",
    "modelspec.thumbnail", "data:image/png;base64,cGljdHVyZQ==", NULL
  };
  static const char *const trained[] = { "trained_words", "[\"one\", 2, \"two words\"]", NULL };
  static const char *const phrase[] = { "modelspec.trigger_phrase", "zorb, in style", NULL };
  g_autofree char *lora = write_tensor ("kinds/zorb.v2.safetensors", "lora_unet_x.lora_down.weight", 4,
                                        8, lora_metadata);
  g_autofree char *other = write_tensor (
    "kinds/b.safetensors", "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k."
                           "lora_down.weight", 4, 1024, trained);
  g_autofree char *word = write_tensor ("kinds/word.safetensors", "emb_params", 2, 768, phrase);
  g_autoptr (GsLibraryFile) a = read_file (lora), b = read_file (other), c = read_file (word);
  g_autofree char *old = write_tensor (
    "kinds/old.safetensors", "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor."
                             "to_k_lora.down.weight", 4, 2048, NULL);
  g_autofree char *part = write_tensor ("kinds/part.safetensors",
                                        "model.diffusion_model.time_embed.0.weight", 4, 4, NULL);
  g_autoptr (GsLibraryFile) d = read_file (old), e = read_file (part), starter = NULL;

  g_assert_cmpint (a->kind, ==, GS_LIBRARY_LORA);
  g_assert_cmpstr (a->name, ==, "zorb.v2");
  g_assert_cmpstr (a->family, ==, "SDXL");
  g_assert_cmpuint (g_strv_length (a->words), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) a->words, "zorb style"));
  g_assert_cmpmem (g_bytes_get_data (a->cover, NULL), g_bytes_get_size (a->cover), "picture", 7);
  g_assert_cmpint (b->kind, ==, GS_LIBRARY_LORA);
  g_assert_cmpstr (b->family, ==, "SD 2.x");
  g_assert_cmpuint (g_strv_length (b->words), ==, 2);
  g_assert_cmpstr (b->words[1], ==, "two words");
  g_assert_cmpint (c->kind, ==, GS_LIBRARY_EMBEDDING);
  g_assert_cmpstr (c->family, ==, "SD 1.x");
  g_assert_cmpstr (c->words[0], ==, "zorb");
  g_assert_cmpint (d->kind, ==, GS_LIBRARY_LORA);
  g_assert_cmpstr (d->family, ==, "SDXL");
  g_assert_null (d->problem);
  g_assert_cmpint (e->kind, ==, GS_LIBRARY_CHECKPOINT);
  g_assert_nonnull (e->problem);
  g_assert_null (c->cover);
  if (gs_starter_path () == NULL)
    return;
  starter = read_file (gs_starter_path ());
  g_assert_cmpint (starter->kind, ==, GS_LIBRARY_CHECKPOINT);
  g_assert_nonnull (starter->family);
  g_assert_null (starter->problem);
}

static void
test_fits (void)
{
  g_assert_true (gs_library_fits ("SD 1.x", "SD 1.x inpainting"));
  g_assert_true (gs_library_fits (NULL, "SDXL"));
  g_assert_true (gs_library_fits ("SDXL", NULL));
  g_assert_false (gs_library_fits ("SDXL", "SD 1.x"));
}

static void
test_find (void)
{
  G_GNUC_UNUSED g_autofree char *word =
      write_tensor ("find/a/zorb.safetensors", "emb_params", 2, 768, NULL);
  g_autofree char *lora = write_tensor ("find/b/zorb.safetensors", "lora_unet_x.lora_down.weight", 4,
                                        8, NULL);
  g_autofree char *folder = g_build_filename (root, "find", NULL);
  const char *const folders[] = { folder, NULL };
  g_autoptr (GPtrArray) paths = gs_library_list (folders);
  g_autofree char *found = gs_library_find (paths, GS_LIBRARY_LORA, "zorb");
  g_autofree char *none = gs_library_find (paths, GS_LIBRARY_LORA, "zor");

  g_assert_cmpstr (found, ==, lora);
  g_assert_null (none);
}

static void
test_damaged (void)
{
  g_autofree char *path = path_of ("damaged/a.safetensors");
  g_autoptr (GsLibraryFile) file = NULL;
  g_autoptr (GError) error = NULL;

  write_text ("damaged/a.safetensors", "<html>");
  file = gs_library_file_new (path, &error);
  g_assert_null (file);
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

static void
assert_used (const GPtrArray *files, guint i, GsLibraryKind kind, const char *name, const char *hash)
{
  const GsUsedFile *file = files->pdata[i];

  g_assert_cmpint (file->kind, ==, kind);
  g_assert_cmpstr (file->name, ==, name);
  g_assert_cmpstr (file->hash, ==, hash);
}

static void
test_used (void)
{
  g_autoptr (GPtrArray) files = gs_used_files_list (
    "a house <lora:ink:0.8> <lora:wash:1>\nSteps: 20, Sampler: Euler, Seed: 1, Model hash: 6CE0161689, "
    "Model: v1-5, Refiner: fine [7440042BBD], VAE hash: short, VAE: kl.ckpt, "
    "Lora hashes: \"ink: 0123456789ab, old: xyz\", TI hashes: \"zorb: 00112233445566\"");
  g_autoptr (GPtrArray) none = gs_used_files_list ("a house");

  g_assert_cmpuint (files->len, ==, 7);
  assert_used (files, 0, GS_LIBRARY_CHECKPOINT, "v1-5", "6ce0161689");
  assert_used (files, 1, GS_LIBRARY_CHECKPOINT, "fine", "7440042bbd");
  g_assert_false (((GsUsedFile *) files->pdata[0])->is_refiner);
  g_assert_true (((GsUsedFile *) files->pdata[1])->is_refiner);
  assert_used (files, 2, GS_LIBRARY_VAE, "kl.ckpt", NULL);
  assert_used (files, 3, GS_LIBRARY_LORA, "ink", "0123456789ab");
  assert_used (files, 4, GS_LIBRARY_LORA, "old", NULL);
  assert_used (files, 5, GS_LIBRARY_LORA, "wash", NULL);
  assert_used (files, 6, GS_LIBRARY_EMBEDDING, "zorb", "00112233445566");
  g_assert_cmpuint (none->len, ==, 0);
}

static gboolean
stop (double fraction, gpointer data)
{
  return FALSE;
}

static void
test_hash (void)
{
  static const char *const metadata[] = { "a", "b", NULL };
  g_autofree char *text = path_of ("hash/abc.ckpt");
  g_autofree char *one = write_tensor ("hash/one.safetensors", "x", 3, 5, NULL);
  g_autofree char *two = write_tensor ("hash/two.safetensors", "x", 3, 5, metadata);
  g_autofree char *whole = NULL, *data = NULL, *whole_2 = NULL, *data_2 = NULL, *whole_3 = NULL;
  g_autofree char *data_3 = NULL;
  g_autofree guint8 *zeros = g_malloc0 (3 * 5 * 4);
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, zeros, 3 * 5 * 4);
  g_autoptr (GError) error = NULL;

  /* FIPS 180-2, appendix B.1. */
  write_text ("hash/abc.ckpt", "abc");
  g_assert_true (gs_library_hash (text, &whole, &data, NULL, NULL, &error));
  g_assert_cmpstr (whole, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpstr (data, ==, whole);
  g_assert_true (gs_library_hash (one, &whole_2, &data_2, NULL, NULL, &error));
  g_assert_true (gs_library_hash (two, &whole_3, &data_3, NULL, NULL, &error));
  g_assert_cmpstr (data_2, ==, expected);
  g_assert_cmpstr (data_3, ==, expected);
  g_assert_cmpstr (whole_2, !=, whole_3);
  g_assert_false (gs_library_hash (one, &whole, &data, stop, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (gs_library_hash ("/nowhere", &whole, &data, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
}

static void
test_cache (void)
{
  g_autofree char *path = path_of ("cache/hashes");
  g_autofree char *a = g_strnfill (64, 'a'), *b = g_strnfill (64, 'b');
  g_autoptr (GsHashCache) cache = gs_hash_cache_new (path);
  g_autoptr (GsHashCache) again = NULL;
  const char *hash, *data;
  g_autofree char *text = NULL, *more = NULL;

  g_assert_false (gs_hash_cache_lookup (cache, "/x", 1, 2, &hash, &data));
  gs_hash_cache_add (cache, "/x\ny z", 1, 2, a, b);
  gs_hash_cache_add (cache, "/x", 1, 2, a, a);
  gs_hash_cache_add (cache, "/x", 5, 6, b, b);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  /* With a line that was cut short, and nonsense. */
  more = g_strconcat (text, "nonsense\n1 2 abc", NULL);
  g_assert_true (g_file_set_contents (path, more, -1, NULL));
  again = gs_hash_cache_new (path);
  g_assert_true (gs_hash_cache_lookup (again, "/x\ny z", 1, 2, &hash, &data));
  g_assert_cmpstr (hash, ==, a);
  g_assert_cmpstr (data, ==, b);
  g_assert_true (gs_hash_cache_lookup (again, "/x", 5, 6, &hash, &data));
  g_assert_false (gs_hash_cache_lookup (again, "/x", 1, 2, &hash, &data));
}

/* Of a file as it was when it was read. */
static void
test_known (void)
{
  g_autofree char *path = path_of ("known/a.ckpt");
  g_autofree char *a = g_strnfill (64, 'a'), *b = g_strnfill (64, 'b');
  g_autofree char *whole = NULL, *data = NULL;
  GStatBuf info;

  write_text ("known/a.ckpt", "abc");
  g_assert_false (gs_library_get_hash (path, &whole, &data));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  gs_library_keep_hash (path, 3, info.st_mtime, a, b);
  g_assert_true (gs_library_get_hash (path, &whole, &data));
  g_assert_cmpstr (whole, ==, a);
  g_assert_cmpstr (data, ==, b);
  write_text ("known/a.ckpt", "abcd");
  g_clear_pointer (&whole, g_free);
  g_clear_pointer (&data, g_free);
  g_assert_false (gs_library_get_hash (path, &whole, &data));
  g_assert_false (gs_library_get_hash ("/nowhere", &whole, &data));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("gesso-library-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("XDG_CACHE_HOME", root, TRUE);
  g_test_add_func ("/library/layouts", test_layouts);
  g_test_add_func ("/library/loops", test_loops);
  g_test_add_func ("/library/kinds", test_kinds);
  g_test_add_func ("/library/fits", test_fits);
  g_test_add_func ("/library/find", test_find);
  g_test_add_func ("/library/damaged", test_damaged);
  g_test_add_func ("/library/used", test_used);
  g_test_add_func ("/library/hash", test_hash);
  g_test_add_func ("/library/cache", test_cache);
  g_test_add_func ("/library/known", test_known);
  return g_test_run ();
}
