/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gesso-cli info: devices, a model, or the settings inside a picture. */
#include "cli/json.h"

#include <stdio.h>
#include <string.h>

#include "config.h"

/* Names listed before "and N more". */
#define MAX_NAMES 20

static const char *const kind_names[] = {
  [GS_DEVICE_DISCRETE] = "discrete GPU",
  [GS_DEVICE_INTEGRATED] = "integrated GPU",
  [GS_DEVICE_VIRTUAL] = "virtual GPU",
  [GS_DEVICE_CPU] = "CPU",
};

/* ---- A picture ------------------------------------------------------------------------------ */

static gboolean
is_png (const char *path)
{
  static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  guint8 start[sizeof signature];
  FILE *file = fopen (path, "rb");
  gsize n_read;

  if (file == NULL)
    return FALSE;
  n_read = fread (start, 1, sizeof start, file);
  fclose (file);
  return n_read == sizeof start && memcmp (start, signature, sizeof start) == 0;
}

static gboolean
info_picture (const char *path, gboolean json, GError **error)
{
  g_autofree char *parameters = NULL;
  g_autoptr (GsImage) image = gs_image_load_png (path, &parameters, error);

  if (image == NULL)
    return FALSE;
  if (json)
    {
      JsonBuilder *builder = json_builder_new ();

      json_builder_begin_object (builder);
      gs_cli_json_string (builder, "file", path);
      gs_cli_json_integer (builder, "width", image->width);
      gs_cli_json_integer (builder, "height", image->height);
      gs_cli_json_string (builder, "parameters", parameters);
      json_builder_end_object (builder);
      gs_cli_json_print (builder);
      return TRUE;
    }
  if (parameters == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s carries no settings; only pictures made by Gesso and its kin do", path);
      return FALSE;
    }
  printf ("%s\n", parameters);
  return TRUE;
}

/* ---- A model -------------------------------------------------------------------------------- */

static void
print_names (const char *title, char **names)
{
  guint n = names != NULL ? g_strv_length (names) : 0;

  printf ("%-12s%u\n", title, n);
  for (guint i = 0; i < MIN (n, MAX_NAMES); i++)
    printf ("            %s\n", names[i]);
  if (n > MAX_NAMES)
    printf ("            and %u more\n", n - MAX_NAMES);
}

static void
print_model (const GsModelInfo *info)
{
  g_autofree char *size = gs_cli_format_bytes (info->file_bytes);
  g_autofree char *components = info->components != NULL ? g_strjoinv (", ", info->components) : g_strdup ("none");

  printf ("Model       %s\n", info->name);
  printf ("File        %s (%s)\n", info->path, size);
  printf ("Family      %s\n", info->family);
  printf ("Parameters  %" G_GUINT64_FORMAT " (%.1f million)\n", info->n_parameters, (double) info->n_parameters / 1e6);
  printf ("Type        %s\n", info->dtype);
  printf ("Parts       %s\n", components);
  printf ("Made for    %u x %u pixels\n", info->native_size, info->native_size);
  print_names ("Missing", info->missing);
  print_names ("Not used", info->unknown);
  for (char **note = info->notes; note != NULL && *note != NULL; note++)
    printf ("Note        %s\n", *note);
}

static void
print_model_json (const GsModelInfo *info)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "name", info->name);
  gs_cli_json_string (builder, "path", info->path);
  gs_cli_json_string (builder, "family", info->family);
  gs_cli_json_integer (builder, "parameters", info->n_parameters);
  gs_cli_json_string (builder, "dtype", info->dtype);
  gs_cli_json_integer (builder, "file_bytes", info->file_bytes);
  gs_cli_json_integer (builder, "native_size", info->native_size);
  gs_cli_json_strings (builder, "components", info->components);
  gs_cli_json_strings (builder, "missing", info->missing);
  gs_cli_json_strings (builder, "unknown", info->unknown);
  gs_cli_json_strings (builder, "notes", info->notes);
  json_builder_end_object (builder);
  gs_cli_json_print (builder);
}

static gboolean
info_model (const char *path, gboolean json, GError **error)
{
  g_autoptr (GsModelInfo) info = gs_model_info_new (path, error);

  if (info == NULL)
    return FALSE;
  if (json)
    print_model_json (info);
  else
    print_model (info);
  return TRUE;
}

/* ---- Devices -------------------------------------------------------------------------------- */

static void
print_devices (GPtrArray *devices, GsSession *session)
{
  printf ("Gesso %s\n", GESSO_VERSION);
  for (guint i = 0; i < devices->len; i++)
    {
      const GsDeviceInfo *device = devices->pdata[i];
      g_autofree char *memory = gs_cli_format_bytes (device->memory_bytes);
      g_autofree char *available = gs_cli_format_bytes (device->free_bytes);

      printf ("Device %u    %s\n", i, device->name);
      printf ("            %s, %s, %s of memory, %s free, %s\n", kind_names[device->kind], device->driver, memory,
              available, device->has_fp16 ? "half precision" : "no half precision");
      if (device->unusable != NULL)
        printf ("            cannot be used: %s\n", device->unusable);
    }
  if (devices->len == 0)
    printf ("Devices     none\n");
  if (session != NULL)
    printf ("Chosen      %s\n", gs_session_get_reason (session));
  printf ("Starter     %s\n", gs_starter_path () != NULL ? gs_starter_path () : "not installed");
}

static void
print_devices_json (GPtrArray *devices, GsSession *session)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "version", GESSO_VERSION);
  json_builder_set_member_name (builder, "devices");
  json_builder_begin_array (builder);
  for (guint i = 0; i < devices->len; i++)
    {
      const GsDeviceInfo *device = devices->pdata[i];

      json_builder_begin_object (builder);
      gs_cli_json_string (builder, "name", device->name);
      gs_cli_json_string (builder, "driver", device->driver);
      gs_cli_json_string (builder, "kind", kind_names[device->kind]);
      gs_cli_json_integer (builder, "memory_bytes", device->memory_bytes);
      gs_cli_json_integer (builder, "free_bytes", device->free_bytes);
      json_builder_set_member_name (builder, "half_precision");
      json_builder_add_boolean_value (builder, device->has_fp16);
      gs_cli_json_string (builder, "unusable", device->unusable);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  gs_cli_json_string (builder, "chosen", session != NULL ? gs_session_get_device (session)->name : NULL);
  gs_cli_json_string (builder, "reason", session != NULL ? gs_session_get_reason (session) : NULL);
  gs_cli_json_string (builder, "starter", gs_starter_path ());
  json_builder_end_object (builder);
  gs_cli_json_print (builder);
}

static gboolean
info_devices (const GsCliSessionArguments *arguments, gboolean json, GError **error)
{
  g_autoptr (GPtrArray) devices = gs_list_devices ();
  g_autoptr (GsSession) session = gs_cli_open_session (arguments, GS_PRECISION_AUTO, error);

  if (json)
    print_devices_json (devices, session);
  else
    print_devices (devices, session);
  return session != NULL;
}

GsCliStatus
gs_cli_info (int argc, char **argv)
{
  GsCliSessionArguments session = { 0 };
  gboolean json = FALSE;
  g_auto (GStrv) operands = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print it as JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  const char *description = "Without an argument: the devices, which one is chosen, and why.\n"
                            "Of a model (or \"starter\"): family, parameters, type, what is missing.\n"
                            "Of a picture: the settings it was made with.";
  gboolean done = FALSE;

  if (gs_cli_parse (argc, argv, entries, &session, "[MODEL|PICTURE]", 1, description, &operands, &error))
    {
      const char *path = operands[0];

      if (path == NULL)
        done = info_devices (&session, json, &error);
      else if (is_png (path))
        done = info_picture (path, json, &error);
      else if (strcmp (path, "starter") == 0 && !g_file_test (path, G_FILE_TEST_EXISTS))
        done = info_model (NULL, json, &error);
      else
        done = info_model (path, json, &error);
    }
  gs_cli_session_arguments_clear (&session);
  return done ? GS_CLI_OK : gs_cli_fail (error);
}
