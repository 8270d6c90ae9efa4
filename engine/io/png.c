/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG files through libpng.
 *
 * libpng leaves by longjmp when something is wrong; so each of its calls stands in read_all() or
 * write_all(), which keep everything that changes in a struct of the caller, and nothing that would need
 * cleaning up on their own stack.
 *
 * A1111 keeps its settings in a text chunk of the keyword "parameters": tEXt, in Latin-1, where that can
 * hold the text, else iTXt, in UTF-8. Some programs put UTF-8 into tEXt; it is read as what it is, and
 * Latin-1 that looks like UTF-8 is written as iTXt so that it comes back unchanged.
 */
#include "io/image.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>

#define KEYWORD "parameters"
#define MAX_FILE_BYTES ((guint64) 1 << 30)
#define MAX_CHUNK_BYTES (16 << 20) /* unpacked text and colour profiles */
#define MAX_EXPANSION 1032         /* of deflate: zlib.net, "zlib Technical Details" */
#define COMPRESSION_LEVEL 6        /* fixed, for the same bytes everywhere with the same zlib */

/* ---- Errors --------------------------------------------------------------------------------- */

typedef struct
{
  char   *message; /* what libpng said */
  GError *error;   /* what we said, if it was us */
} Failure;

static void G_GNUC_NORETURN
on_error (png_structp png, png_const_charp message)
{
  Failure *failure = png_get_error_ptr (png);

  if (failure->message == NULL)
    failure->message = g_strdup (message);
  png_longjmp (png, 1);
}

/* Warnings are about chunks that do not matter here. */
static void
on_warning (png_structp png, png_const_charp message)
{
}

/* ---- Text ----------------------------------------------------------------------------------- */

static gboolean
is_ascii (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (text[i] & 0x80)
      return FALSE;
  return TRUE;
}

static char *
decode_text (const char *text, gsize n_bytes)
{
  if (g_utf8_validate (text, (gssize) n_bytes, NULL))
    return g_strndup (text, n_bytes);
  return g_convert (text, (gssize) n_bytes, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

/* The text as tEXt holds it, or NULL if that needs iTXt. */
static char *
encode_latin1 (const char *text)
{
  g_autofree char *latin1 = g_convert (text, -1, "ISO-8859-1", "UTF-8", NULL, NULL, NULL);

  if (latin1 == NULL || (!is_ascii (latin1, strlen (latin1)) && g_utf8_validate (latin1, -1, NULL)))
    return NULL;
  return g_steal_pointer (&latin1);
}

/* ---- Reading -------------------------------------------------------------------------------- */

typedef struct
{
  Failure       failure;
  const guint8 *at;
  gsize         n_left;
  GsImage      *image;
  char         *parameters;
} Reader;

static void
read_bytes (png_structp png, png_bytep out, size_t n)
{
  Reader *reader = png_get_io_ptr (png);

  if (n > reader->n_left)
    png_error (png, "the file ends too early");
  memcpy (out, reader->at, n);
  reader->at += n;
  reader->n_left -= n;
}

/* Whether all chunks are as long as they say: libpng takes memory for a chunk before it reads it. */
static gboolean
chunks_are_whole (const guint8 *data, gsize n_bytes)
{
  gsize at = 8;

  while (n_bytes - at >= 12) /* length, name, checksum */
    {
      guint32 length;

      memcpy (&length, data + at, 4);
      length = GUINT32_FROM_BE (length);
      if (length > n_bytes - at - 12)
        return FALSE;
      if (memcmp (data + at + 4, "IEND", 4) == 0)
        return TRUE;
      at += 12 + (gsize) length;
    }
  return FALSE;
}

static void
set_transforms (png_structp png, png_infop info)
{
  gboolean has_alpha = (png_get_color_type (png, info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid (png, info, PNG_INFO_tRNS) != 0;

  png_set_expand (png);
  png_set_scale_16 (png);
  if (has_alpha)
    png_set_gray_to_rgb (png);
}

static void
find_parameters (Reader *reader, png_structp png, png_infop info)
{
  png_textp texts;
  int n_texts = 0;

  png_get_text (png, info, &texts, &n_texts);
  for (int i = 0; i < n_texts && reader->parameters == NULL; i++)
    if (strcmp (texts[i].key, KEYWORD) == 0 && texts[i].text != NULL)
      reader->parameters = decode_text (texts[i].text, strlen (texts[i].text));
}

static gboolean
read_all (Reader *reader, png_structp png, png_infop info)
{
  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_read_fn (png, reader, read_bytes);
  png_set_user_limits (png, GS_IMAGE_MAX_SIDE, GS_IMAGE_MAX_SIDE);
  png_set_chunk_malloc_max (png, MAX_CHUNK_BYTES);
  png_read_info (png, info);
  if ((guint64) png_get_rowbytes (png, info) * png_get_image_height (png, info) / MAX_EXPANSION >
      reader->n_left)
    png_error (png, "too short for so many pixels");
  set_transforms (png, info);
  {
    int n_passes = png_set_interlace_handling (png);

    png_read_update_info (png, info);
    reader->image = gs_image_try_new (png_get_image_width (png, info), png_get_image_height (png, info),
                                      png_get_channels (png, info), &reader->failure.error);
    if (reader->image == NULL)
      return FALSE;
    if (png_get_rowbytes (png, info) != (gsize) reader->image->width * reader->image->channels)
      png_error (png, "rows of an unexpected length");
    for (int pass = 0; pass < n_passes; pass++)
      for (guint y = 0; y < reader->image->height; y++)
        png_read_row (png, reader->image->pixels + y * png_get_rowbytes (png, info), NULL);
  }
  png_read_end (png, info);
  find_parameters (reader, png, info);
  return TRUE;
}

/* Hands over what went wrong. name: the file's, for the message. */
static void
propagate (Failure *failure, const char *name, GError **error)
{
  if (failure->error != NULL)
    g_propagate_error (error, g_steal_pointer (&failure->error));
  else
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "%s cannot be read as PNG, it is damaged: %s; use another copy", name,
                 failure->message != NULL ? failure->message : "unknown error");
}

static GsImage *
load (const guint8 *data, gsize n_bytes, const char *name, char **parameters, GError **error)
{
  Reader reader = { .at = data, .n_left = n_bytes };
  png_structp png;
  png_infop info;
  gboolean done;

  if (parameters != NULL)
    *parameters = NULL;
  if (n_bytes < 8 || png_sig_cmp (data, 0, 8) != 0)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is not a PNG picture; convert it to PNG first", name);
      return NULL;
    }
  if (!chunks_are_whole (data, n_bytes))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is not complete; copy or download it again", name);
      return NULL;
    }
  png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &reader.failure, on_error, on_warning);
  info = png != NULL ? png_create_info_struct (png) : NULL;
  done = info != NULL && read_all (&reader, png, info);
  png_destroy_read_struct (&png, &info, NULL);

  if (!done)
    {
      propagate (&reader.failure, name, error);
      g_clear_pointer (&reader.image, gs_image_free);
    }
  if (done && parameters != NULL)
    *parameters = g_steal_pointer (&reader.parameters);
  g_free (reader.parameters);
  g_free (reader.failure.message);
  return reader.image;
}

GsImage *
gs_image_load_png_bytes (GBytes *bytes, char **parameters, GError **error)
{
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);

  return load (data, n_bytes, "The picture", parameters, error);
}

GsImage *
gs_image_load_png (const char *path, char **parameters, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *data = NULL;
  g_autoptr (GError) cause = NULL;
  GStatBuf status;
  gsize n_bytes;

  if (parameters != NULL)
    *parameters = NULL;
  if (g_stat (path, &status) == 0 &&
      (!S_ISREG (status.st_mode) || (guint64) status.st_size > MAX_FILE_BYTES))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is not a PNG picture; choose a picture file",
                   name);
      return NULL;
    }
  if (!g_file_get_contents (path, &data, &n_bytes, &cause))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s cannot be read: %s", name, cause->message);
      return NULL;
    }
  return load ((const guint8 *) data, n_bytes, name, parameters, error);
}

GsImage *
gs_image_load (const char *path, GError **error)
{
  return gs_image_load_png (path, NULL, error);
}

/* ---- Writing -------------------------------------------------------------------------------- */

typedef struct
{
  Failure        failure;
  const guint8  *samples;   /* rows without gaps, the machine's byte order */
  guint          width, height, channels;
  guint          depth;     /* bits of a sample */
  char          *text;
  gboolean       is_latin1;
  GByteArray    *bytes;
} Writer;

static void
write_bytes (png_structp png, png_bytep data, size_t n)
{
  Writer *writer = png_get_io_ptr (png);

  if (n > G_MAXUINT - writer->bytes->len)
    png_error (png, "the file would exceed 4 GiB");
  g_byte_array_append (writer->bytes, data, (guint) n);
}

static void
flush (png_structp png)
{
}

static int
color_type (guint channels)
{
  return channels == 1 ? PNG_COLOR_TYPE_GRAY : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA;
}

static gboolean
write_all (Writer *writer, png_structp png, png_infop info)
{
  gsize row_bytes = (gsize) writer->width * writer->channels * writer->depth / 8;

  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_write_fn (png, writer, write_bytes, flush);
  png_set_compression_level (png, COMPRESSION_LEVEL);
  png_set_user_limits (png, GS_IMAGE_MAX_SIDE, GS_IMAGE_MAX_SIDE);
  png_set_IHDR (png, info, writer->width, writer->height, (int) writer->depth,
                color_type (writer->channels), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  if (writer->text != NULL)
    {
      char key[] = KEYWORD, none[] = "";
      png_text text = {
        .compression = writer->is_latin1 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
        .key = key,
        .text = writer->text,
        .lang = none,
        .lang_key = none,
      };

      png_set_text (png, info, &text, 1);
    }
  png_write_info (png, info);
  if (writer->depth == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  for (guint y = 0; y < writer->height; y++)
    png_write_row (png, writer->samples + y * row_bytes);
  png_write_end (png, info);
  return TRUE;
}

/* Takes the writer's samples and sizes. */
static GBytes *
encode (Writer writer, const char *parameters, GError **error)
{
  png_structp png;
  png_infop info;
  gboolean done;

  if (parameters != NULL && *parameters != '\0')
    {
      writer.text = encode_latin1 (parameters);
      writer.is_latin1 = writer.text != NULL;
      if (!writer.is_latin1)
        writer.text = g_utf8_make_valid (parameters, -1);
    }
  writer.bytes = g_byte_array_new ();
  png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &writer.failure, on_error, on_warning);
  info = png != NULL ? png_create_info_struct (png) : NULL;
  done = info != NULL && write_all (&writer, png, info);
  png_destroy_write_struct (&png, &info);

  if (!done)
    g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY, "The picture cannot be made into a PNG: %s",
                 writer.failure.message != NULL ? writer.failure.message : "no memory");
  g_free (writer.text);
  g_free (writer.failure.message);
  if (done)
    return g_byte_array_free_to_bytes (writer.bytes);
  g_byte_array_unref (writer.bytes);
  return NULL;
}

GBytes *
gs_image_to_png (const GsImage *image, const char *parameters, GError **error)
{
  const Writer writer = {
    .samples = image->pixels,
    .width = image->width,
    .height = image->height,
    .channels = image->channels,
    .depth = 8,
  };

  return encode (writer, parameters, error);
}

GBytes *
gs_png_from_samples_16 (const guint16 *samples,
                        guint          width,
                        guint          height,
                        guint          channels,
                        const char    *parameters,
                        GError       **error)
{
  const Writer writer = {
    .samples = (const guint8 *) samples,
    .width = width,
    .height = height,
    .channels = channels,
    .depth = 16,
  };

  return encode (writer, parameters, error);
}

gboolean
gs_image_save_png (const GsImage *image, const char *path, const char *parameters, GError **error)
{
  g_autoptr (GBytes) bytes = gs_image_to_png (image, parameters, error);
  g_autoptr (GError) cause = NULL;

  if (bytes == NULL)
    return FALSE;
  /* to a temporary file beside it, which then takes its name */
  if (g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                G_FILE_SET_CONTENTS_CONSISTENT, 0666, &cause))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The picture cannot be saved: %s", cause->message);
  return FALSE;
}
