/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list out of its key file, one group a model. */
#include "config.h"

#include "gesso-model-list.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

/* The key file's words for people, for translators. */
static const char *const purposes[] = {
  N_("For anything; what most add-ons are made for"),
  N_("Larger and better pictures, and slower"),
  N_("Pictures in 4 to 8 steps, for SD 1.x models"),
  N_("Pictures in 4 to 8 steps, for SDXL models"),
  N_("Better faces and details from SD 1.x models"),
  N_("Half the memory for decoding SDXL's pictures"),
  N_("What models without one of their own read prompts with"),
};

static GessoModelEntry *
read_entry (GKeyFile *file, const char *group)
{
  GessoModelEntry *entry = g_new0 (GessoModelEntry, 1);
  g_autofree char *purpose = g_key_file_get_string (file, group, "Purpose", NULL);

  entry->id = g_strdup (group);
  entry->title = g_key_file_get_string (file, group, "Title", NULL);
  entry->kind = g_key_file_get_string (file, group, "Kind", NULL);
  entry->family = g_key_file_get_string (file, group, "Family", NULL);
  entry->licence = g_key_file_get_string (file, group, "Licence", NULL);
  entry->licence_address = g_key_file_get_string (file, group, "LicenceAddress", NULL);
  entry->page = g_key_file_get_string (file, group, "Page", NULL);
  entry->address = g_key_file_get_string (file, group, "Address", NULL);
  entry->name = g_key_file_get_string (file, group, "Name", NULL);
  entry->sha256 = g_key_file_get_string (file, group, "Sha256", NULL);
  entry->size = g_key_file_get_uint64 (file, group, "Size", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (purposes); i++)
    if (g_strcmp0 (purpose, purposes[i]) == 0)
      entry->purpose = g_strdup (_(purposes[i]));

  return entry;
}

const GPtrArray *
gesso_model_list_get (void)
{
  static GPtrArray *entries;
  g_autoptr (GKeyFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) groups = NULL;

  if (entries)
    return entries;

  entries = g_ptr_array_new ();
  file = g_key_file_new ();
  bytes = g_resources_lookup_data ("/io/github/gesso_paint/Gesso/models.ini",
                                   G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  if (bytes == NULL || !g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_NONE, NULL))
    return entries;
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i]; i++)
    g_ptr_array_add (entries, read_entry (file, groups[i]));

  return entries;
}

const GessoModelEntry *
gesso_model_list_find (const char *id)
{
  const GPtrArray *entries = gesso_model_list_get ();

  for (guint i = 0; i < entries->len; i++)
    {
      const GessoModelEntry *entry = entries->pdata[i];

      if (g_str_equal (entry->id, id))
        return entry;
    }

  return NULL;
}
