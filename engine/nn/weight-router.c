/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which store a name belongs to. */
#include "nn/weight-router.h"

#include <string.h>

typedef struct
{
  char      *scope, *prefix;
  GsWeights *weights;
} Route;

struct _GsWeightRouter
{
  GsWeights  base;
  GsWeights *otherwise;
  GPtrArray *routes; /* Route */
};

static void
route_free (gpointer data)
{
  Route *route = data;

  g_free (route->scope);
  g_free (route->prefix);
  g_free (route);
}

/* Whose a name is, and what it is called there. */
static GsWeights *
find (GsWeights *weights, const char *name, char **inner)
{
  const GsWeightRouter *self = (const GsWeightRouter *) weights;

  for (guint i = 0; i < self->routes->len; i++)
    {
      const Route *route = self->routes->pdata[i];

      if (!g_str_has_prefix (name, route->scope))
        continue;
      *inner = g_strconcat (route->prefix, name + strlen (route->scope), NULL);
      return route->weights;
    }
  *inner = g_strdup (name);
  return self->otherwise;
}

static gboolean
router_check (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
              const GsLayout *layout, GsDtype *dtype, GError **error)
{
  g_autofree char *inner = NULL;
  GsWeights *owner = find (weights, name, &inner);

  return owner->klass->check (owner, inner, dims, n_dims, layout, dtype, error);
}

static gboolean
router_has (GsWeights *weights, const char *name)
{
  g_autofree char *inner = NULL;
  GsWeights *owner = find (weights, name, &inner);

  return owner->klass->has (owner, inner);
}

static gboolean
router_resident (GsWeights *weights, const char *name, const guint64 *dims, guint n_dims,
                 const GsLayout *layout, GsBuffer **buffer, guint64 *offset, GError **error)
{
  g_autofree char *inner = NULL;
  GsWeights *owner = find (weights, name, &inner);

  return owner->klass->resident (owner, inner, dims, n_dims, layout, buffer, offset, error);
}

static gboolean
settle (GsWeights *weights, GError **error)
{
  return weights->klass->settle == NULL || weights->klass->settle (weights, error);
}

static gboolean
router_settle (GsWeights *weights, GError **error)
{
  const GsWeightRouter *self = (const GsWeightRouter *) weights;

  for (guint i = 0; i < self->routes->len; i++)
    if (!settle (((const Route *) self->routes->pdata[i])->weights, error))
      return FALSE;
  return settle (self->otherwise, error);
}

static gboolean
router_load (GsWeights *weights, const GsTensor *weight, gpointer destination, GError **error)
{
  g_autofree char *inner = NULL;
  GsWeights *owner = find (weights, weight->name, &inner);
  GsTensor there = *weight;

  there.name = inner;
  return owner->klass->load (owner, &there, destination, error);
}

GsWeightRouter *
gs_weight_router_new (GsWeights *otherwise)
{
  static const GsWeightsClass klass = {
    .check = router_check,
    .has = router_has,
    .resident = router_resident,
    .settle = router_settle,
    .load = router_load,
  };
  GsWeightRouter *self = g_new0 (GsWeightRouter, 1);

  self->base.klass = &klass;
  self->otherwise = otherwise;
  self->routes = g_ptr_array_new_with_free_func (route_free);
  return self;
}

void
gs_weight_router_free (GsWeightRouter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->routes);
  g_free (self);
}

void
gs_weight_router_add (GsWeightRouter *self, const char *scope, const char *prefix,
                      GsWeights *weights)
{
  Route *route = g_new (Route, 1);

  *route = (Route) { g_strdup (scope), g_strdup (prefix), weights };
  g_ptr_array_add (self->routes, route);
}

void
gs_weight_router_remove (GsWeightRouter *self, const char *scope)
{
  for (guint i = self->routes->len; i-- > 0;)
    if (g_str_equal (((const Route *) self->routes->pdata[i])->scope, scope))
      g_ptr_array_remove_index (self->routes, i);
}

GsWeights *
gs_weight_router_get_weights (GsWeightRouter *self)
{
  return &self->base;
}
