/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model file really is, told from its first bytes. */
#include "io/file-kind.h"

#include "base/error.h"
#include "io/safetensors.h"

#include <string.h>

#define LFS_POINTER "version https://git-lfs"

static gboolean
starts_with (const guint8 *bytes, gsize n_bytes, const char *prefix)
{
  gsize n = strlen (prefix);

  return n_bytes >= n && g_ascii_strncasecmp ((const char *) bytes, prefix, n) == 0;
}

static gboolean
is_web_page (const guint8 *bytes, gsize n_bytes)
{
  while (n_bytes > 0 && g_ascii_isspace (*bytes))
    {
      bytes++;
      n_bytes--;
    }
  return starts_with (bytes, n_bytes, "<!doctype") || starts_with (bytes, n_bytes, "<html") ||
         starts_with (bytes, n_bytes, "<?xml");
}

/* torch.save () writes a zip archive, or a bare pickle (protocol 2 and up begins with byte 0x80)
 * in old files. Protocol 0 pickles have no mark, so the name decides. */
static gboolean
is_torch (const guint8 *bytes, gsize n_bytes, const char *path)
{
  static const char *const suffixes[] = { ".ckpt", ".pt", ".pth", ".bin", ".pkl" };

  if (n_bytes >= 4 && memcmp (bytes, "PK\3\4", 4) == 0)
    return TRUE;
  if (n_bytes >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && n_bytes >= 4 &&
      bytes[2] != 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (path, suffixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_safetensors (const guint8 *bytes, gsize n_bytes)
{
  guint64 n_header;

  if (n_bytes < 10)
    return FALSE;
  memcpy (&n_header, bytes, 8);
  n_header = GUINT64_FROM_LE (n_header);
  return n_header >= 2 && n_header <= n_bytes - 8 && bytes[8] == '{';
}

GsFileKind
gs_file_kind (const guint8 *bytes, gsize n_bytes, const char *path)
{
  if (starts_with (bytes, n_bytes, "GGUF"))
    return GS_FILE_GGUF;
  if (n_bytes == 0 || is_safetensors (bytes, n_bytes) || is_web_page (bytes, n_bytes) ||
      starts_with (bytes, n_bytes, LFS_POINTER))
    return GS_FILE_SAFETENSORS;
  return is_torch (bytes, n_bytes, path) ? GS_FILE_TORCH : GS_FILE_SAFETENSORS;
}

/* The file is no safetensors file: says what it is instead. */
static void
explain (const guint8 *bytes, gsize n_bytes, const char *path, GError **error)
{
  if (n_bytes == 0)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is empty; download it again", path);
  else if (starts_with (bytes, n_bytes, LFS_POINTER))
    g_set_error (
      error, GS_ERROR, GS_ERROR_BAD_FILE,
      "%s is a Git LFS pointer, not the model; run “git lfs pull” in its folder or download it",
      path);
  else if (is_web_page (bytes, n_bytes))
    g_set_error (
      error, GS_ERROR, GS_ERROR_BAD_FILE,
      "%s is a web page saved under the name of a model; download it again (a login may be needed)",
      path);
  else
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "%s is no safetensors file, or its beginning is damaged; download it again", path);
}

gboolean
gs_file_kind_check_safetensors (const guint8 *bytes, gsize n_bytes, const char *path,
                                GError **error)
{
  guint64 n_header;

  if (n_bytes < 8)
    {
      explain (bytes, n_bytes, path, error);
      return FALSE;
    }
  memcpy (&n_header, bytes, 8);
  n_header = GUINT64_FROM_LE (n_header);
  if (n_header >= 2 && n_header <= n_bytes - 8 && n_header <= GS_SAFETENSORS_MAX_HEADER)
    return TRUE;
  /* "{" after the length: cut short inside the header, unless the length itself is absurd. */
  if (n_bytes > 8 && bytes[8] == '{' && n_header >= 2 && n_header <= GS_SAFETENSORS_MAX_HEADER)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "%s is cut short: its header should have %" G_GUINT64_FORMAT
                 " bytes and %" G_GSIZE_FORMAT " are there; download it again",
                 path, n_header, n_bytes - 8);
  else
    explain (bytes, n_bytes, path, error);
  return FALSE;
}
