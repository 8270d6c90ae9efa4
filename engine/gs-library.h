/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of models and what goes with them, where an artist has them: part of gs.h.
 *
 * Everything here reads headers only (but gs_library_hash()), needs no device and may be called on
 * any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GS_LIBRARY_CHECKPOINT,
  GS_LIBRARY_LORA,
  GS_LIBRARY_EMBEDDING, /* words of textual inversion */
  GS_LIBRARY_VAE,
  GS_LIBRARY_UPSCALER,  /* of the ESRGAN family */
  GS_LIBRARY_CONTROL,   /* ControlNet, control-LoRA, T2I-Adapter */
  GS_LIBRARY_OTHER,     /* what is not known */
} GsLibraryKind;

typedef struct
{
  char         *path;
  char         *name;       /* the file's without its ending: what prompts say */
  GsLibraryKind kind;
  char         *family;     /* "SD 1.x", "SDXL" ... as in GsModelInfo, or what the file's metadata
                               call it; NULL: not known */
  char         *problem;    /* why it cannot be loaded, a sentence, or NULL */
  guint64       file_bytes;
  char        **words;      /* that its metadata propose for prompts; empty where there are none */
  GBytes       *cover;      /* a picture file out of its metadata, or NULL */
} GsLibraryFile;

/* Reads what a file (or a diffusers folder) is. GS_ERROR_BAD_FILE if it is damaged. */
GsLibraryFile *gs_library_file_new  (const char *path, GError **error);
void           gs_library_file_free (GsLibraryFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsLibraryFile, gs_library_file_free)

/* Whether something made for one family works with a model of another; NULL is taken to fit. */
gboolean gs_library_fits (const char *family, const char *model_family);

/* Paths of the files in folders, and in those within them, that may be models, LoRA, embeddings,
 * autoencoders or ControlNets, by their endings; a diffusers folder is one entry. Of the folder of A1111, ComfyUI
 * or InvokeAI only the places where these keep such files are looked at. folders: may be NULL.
 * The elements are the array's. */
GPtrArray *gs_library_list (const char *const *folders);

/* The same for what a model finds without being told: Gesso's own folders in $XDG_DATA_HOME/gesso/
 * and those with the model or beside it. model: a path, or NULL for the starter. */
GPtrArray *gs_library_list_near (const char *model);

/* A file that a picture was made with, as its A1111 parameters text has it. */
typedef struct
{
  GsLibraryKind kind;
  char         *name;
  char         *hash; /* the first digits of a SHA-256, or NULL where only the name is known */
  gboolean      is_refiner; /* the checkpoint that made the last steps */
} GsUsedFile;

void gs_used_file_free (GsUsedFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsUsedFile, gs_used_file_free)

/* The model, the autoencoder, LoRA and embeddings of a text; the elements (GsUsedFile) are the
 * array's. Empty if the text is no such one. */
GPtrArray *gs_used_files_list (const char *parameters);

/* How much is read, 0..1; FALSE stops. */
typedef gboolean (*GsHashFunc) (double fraction, gpointer user_data);

/* SHA-256 of a file in hexadecimal digits, and of what stands behind its header, which A1111 names
 * LoRA by (the same again if it is no .safetensors). FALSE with GS_ERROR_CANCELLED if progress (may be
 * NULL) stops it, GS_ERROR_BAD_FILE if it cannot be read. */
gboolean gs_library_hash (const char *path, char **whole, char **data, GsHashFunc progress,
                          gpointer user_data, GError **error);

/* The same if it is known already: of the file as it is now, from $XDG_CACHE_HOME/gesso/hashes. Pictures
 * carry what is known of their files when they are made; nothing waits for a hash. */
gboolean gs_library_get_hash  (const char *path, char **whole, char **data);
/* Makes one known, here and to later processes. bytes, changed: size and time of change (seconds) that the
 * file had before it was read. */
void     gs_library_keep_hash (const char *path, guint64 bytes, gint64 changed, const char *whole,
                               const char *data);

G_END_DECLS
