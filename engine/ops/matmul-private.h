/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The matrix product below convolution and linear layers, as an implicit convolution:
 *   y[m][n] = act (sum_k x[m][k] w[k][n] + bias[n] + add[m][n])
 *
 * An activation of pairs, GEGLU, makes a y of half the columns.
 *
 * Their nodes share operands, most of them NULL if they are not there, and GsMatmulParameters, and so
 * recording, counting and fusing. They differ in shapes.
 *
 * A convolution may take over a pixel product that is added to it, a residual block's shortcut: its
 * kernels then go on over the channels of the shortcut's x, with the shortcut's weights.
 *
 * A linear layer may take over the norm of its x, where the device's kernels do that faster: a layer norm,
 * or one of groups of channels, if x is another such node's y, which then leaves their moments beside it.
 */
#pragma once

#include "ops/op.h"

G_BEGIN_DECLS

/* Of groups of channels, over slices of so many rows, by tiles of so many columns: see
 * shaders/include/matmul-moments.glsl. groups 0: none. */
typedef struct
{
  guint16 groups, rows, columns;
} GsMatmulMoments;

typedef struct
{
  guint32 channels;   /* of y as it was built                      */
  guint32 kernel;     /* taps along an axis; 1 for a linear layer  */
  guint32 stride;
  guint32 pad, pad_end; /* zeros left of and above x; on the right and below */
  guint32 upsample;   /* x is enlarged by 1 << upsample first      */
  guint32 activation; /* GS_UNARY_... of unary.h plus 1, GS_MATMUL_GEGLU of matmul.h, or 0 */
  float   norm_epsilon; /* of a norm of x that was taken over; 0: none */
  GsMatmulMoments norm_moments; /* in GS_MATMUL_NORM_MOMENTS; of a layer norm none */
  GsMatmulMoments moments;      /* of y, which are left in the node's second output */
} GsMatmulParameters;

/* Rows of x are rows of y; their heights and widths may differ. */
static inline gboolean
gs_matmul_is_pointwise (const GsMatmulParameters *parameters)
{
  return parameters->kernel == 1 && parameters->stride == 1 && parameters->pad_end == 0;
}

/* Operands of such a node. */
enum
{
  GS_MATMUL_X,
  GS_MATMUL_WEIGHT,
  GS_MATMUL_BIAS,
  GS_MATMUL_ADD,
  GS_MATMUL_X2, /* more channels of x, or NULL */
  GS_MATMUL_SHORTCUT_X, /* the operands of what was taken over, or NULL */
  GS_MATMUL_SHORTCUT_WEIGHT,
  GS_MATMUL_SHORTCUT_BIAS,
  GS_MATMUL_SHORTCUT_X2,
  GS_MATMUL_NORM_WEIGHT, /* the same of a norm */
  GS_MATMUL_NORM_BIAS,
  GS_MATMUL_NORM_MOMENTS, /* what was left beside x, for a norm of groups */
  GS_MATMUL_N_OPERANDS,
};

/* Weights (columns, channels) or (columns, channels, k, k) in the panels that the kernels read (see
 * shaders/matmul.h). Channels are padded with zeros to a multiple of 4. */
extern const GsLayout gs_layout_matmul;

/* A stored type as the constant GS_MATMUL_FORMAT of the kernels. */
guint32 gs_matmul_weight_format (GsDtype dtype);

/* Weights that are stored in blocks (base/block-quant.h): whether they can stay so on a device and whether
 * they do on this one, what they take there, and how they are laid out for include/quant.glsl. */
gboolean gs_matmul_takes_blocks (const guint64 *dims, guint n_dims, GsDtype dtype);
gboolean gs_matmul_keeps_blocks (GsDevice *device, const guint64 *dims, guint n_dims, GsDtype dtype);
guint64  gs_matmul_blocks_bytes (const guint64 *dims, guint n_dims, GsDtype dtype);
gboolean gs_matmul_pack_blocks  (const GsHostTensor *source, gpointer destination);

/* Adds a node of a class that records by gs_matmul_record(). Opens the scope name for its weights;
 * the bias is there if the checkpoint has one. */
GsTensor *gs_matmul_add_node (GsGraph *g, const GsOpClass *klass, const char *name, GsTensor *x,
                              const guint64 *dims, guint n_dims,
                              const GsMatmulParameters *parameters);

/* The same weights for the gradient with respect to x: channels and columns exchanged, taps turned
 * round. */
extern const GsLayout gs_layout_matmul_turned;

/* The rule of such nodes. */
void     gs_matmul_backward (GsGraph *g, GsNode *node, GsTensor *dy, const gboolean *wanted,
                             GsTensor **dx);

/* Takes over an enlargement of its input, or the joining of two. */
gboolean gs_matmul_absorb_input (GsNode *node, guint k);

/* Columns of w: as many as y has channels, or twice as many. */
guint32  gs_matmul_columns (const GsMatmulParameters *parameters, const GsTensor *y);

/* Channels of x and x2, and of the shortcut's. */
guint32  gs_matmul_depth  (GsTensor *const *operands);
guint32  gs_matmul_shortcut_depth (GsTensor *const *operands);
void     gs_matmul_record (GsNode *node, GsCommands *commands);
double   gs_matmul_flop   (const GsNode *node);
/* Takes over an addition, then an activation; or GEGLU. A pointwise product's output may become a tensor of
 * another height and width than its input then. */
gboolean gs_matmul_absorb (GsNode *node, GsNode *user);

/* Takes over the pixel product that makes GS_MATMUL_ADD, and what its kernels read of it. */
gboolean gs_matmul_absorb_shortcut (GsNode *node, guint k);
guint64  gs_matmul_block_bytes     (const GsNode *node);

/* Takes over a norm that makes GS_MATMUL_X, if the device has kernels that read x so, and is not known to
 * be slower with them. The second is for it: of groups, norm being that node. */
gboolean gs_matmul_absorb_norm       (GsNode *node, guint k, GsDevice *device);
gboolean gs_matmul_absorb_group_norm (GsNode *node, GsNode *norm, GsDevice *device);

/* Has the product that makes a group norm's x leave moments for it, if it can and that is not known to be
 * slower. */
void     gs_matmul_leave_moments     (GsNode *norm, GsDevice *device);

/* Kernels of one interface, made for different devices. */
typedef enum
{
  GS_MATMUL_TILE,    /* GPUs                 */
  GS_MATMUL_HALF,    /* GPUs that calculate with halfs, on halfs                           */
  GS_MATMUL_COOPMAT, /* GPUs with matrix units, on halfs                               */
  GS_MATMUL_COOPMAT2, /* those whose workgroups multiply matrices as a whole, on halfs   */
  GS_MATMUL_DOT,     /* GPUs that sum products of bytes; rounds x, see matmul-tiles.c    */
  GS_MATMUL_TUNED,   /* no kernel: of these and their tiles, the fastest per shape */
  GS_MATMUL_TEXEL,  /* Mesa 22's CPU driver */
  GS_MATMUL_GATHER, /* Mesa 25's CPU driver */
  GS_MATMUL_UNIFORM,      /* Mesa 26's, on processors with 16 vector registers */
  GS_MATMUL_UNIFORM_TALL, /* ... with 32                                       */
  GS_MATMUL_N_VARIANTS,
} GsMatmulVariant;

/* The fastest on this device: by kind, and on CPU drivers by a trial of some milliseconds plus
 * compilation, once per driver version and remembered in the device's cache folder. The variable
 * GESSO_KERNELS overrules it: tile, half, coopmat, coopmat2, dot (or the beginning of a tile's name,
 * tile-128 say), tuned, texel, gather, uniform, uniform-tall. */
GsMatmulVariant gs_matmul_choose (GsDevice *device);

/* As in GESSO_KERNELS. */
const char *gs_matmul_variant_name (GsMatmulVariant variant);

/* Microseconds of processor time of a small product by the fastest kernel of a CPU driver, measured now;
 * and whether those that want uniform loads were worth a trial. */
gint64 gs_matmul_best_time (GsDevice *device, gboolean *is_uniform);

/* How GS_MATMUL_TILE, GS_MATMUL_HALF, GS_MATMUL_COOPMAT, GS_MATMUL_COOPMAT2 or GS_MATMUL_DOT divide y. */
typedef struct
{
  GsMatmulVariant variant;
  guint32         rows, columns;           /* of a workgroup                                */
  guint32         part_rows, part_columns; /* of an invocation or, with coopmat, a subgroup */
  guint32         lanes;                   /* coopmat: of a subgroup; coopmat2: all         */
  GsMatrixShape   matrix;                  /* coopmat                                       */
  char            name[64];
} GsMatmulTile;

/* Runs all of what a tile's kernel does, on halfs; as gs_matmul_check_run(). */
gboolean gs_matmul_check_whole (GsDevice *device, const GsMatmulTile *tile, double *worst,
                                GError **error);

/* The same of the norms that it takes over and leaves moments for, if its variant does: a check of its own
 * name, "matmul-norms-" and the tile's. */
#define GS_MATMUL_CHECK_NORMS "norms-"
gboolean gs_matmul_check_norms (GsDevice *device, const GsMatmulTile *tile, GsDtype dtype,
                                double *worst, GError **error);

/* Runs on every device. */
extern const GsMatmulTile gs_matmul_plain_tile;

/* All that the device can run, GsMatmulTile elements, beginning with that one; and of them those that
 * compute right, as far as is known (see check.h). */
GArray  *gs_matmul_list_all_tiles (GsDevice *device);
GArray  *gs_matmul_list_tiles     (GsDevice *device);

/* Whether these operands are ones that the tile can multiply. */
gboolean gs_matmul_tile_fits  (const GsMatmulTile *tile, GsTensor *const *operands,
                               const GsTensor *y, const GsMatmulParameters *parameters);

/* Of GS_MATMUL_COOPMAT2: its tiles, which where there are none but GESSO_KERNELS asks for them are of an
 * emulation; what more than other tiles of halfs it wants of a product; and the kernel, with the rows
 * divided among workgroups. */
struct GsMatmulPush;
void        gs_matmul_coopmat2_add_tiles (GArray *tiles, const GsGpuInfo *info);
gboolean    gs_matmul_coopmat2_fits      (GsTensor *const *operands, const GsTensor *y,
                                          const GsMatmulParameters *parameters);
const char *gs_matmul_coopmat2_use       (const GsGpuInfo *info, const GsMatmulTile *tile,
                                          struct GsMatmulPush *push, guint32 *constants);

/* The tile for a product by a variant up to GS_MATMUL_TUNED; tuning may run some, see tune.h. FALSE, and it
 * is the plain one: none can. Norms and moments are for tiles whose check of these did not fail; under
 * tuning, which runs it if that was not yet, for those that passed it. */
gboolean gs_matmul_choose_tile (GsDevice *device, GsMatmulVariant variant,
                                GsTensor *const *operands, const GsTensor *y,
                                const GsMatmulParameters *parameters, GsMatmulTile *tile);

/* Operands of a product like another one, of fewer rows if that is long, to measure with. */
typedef struct
{
  GsTensor           x, w, y;
  GsMatmulParameters parameters; /* without an activation */
  guint64            n_bytes;    /* of memory for them; place them by their offsets */
} GsMatmulTrial;

void     gs_matmul_trial_init (GsMatmulTrial *trial, GsDevice *device, GsTensor *const *operands,
                               const GsTensor *y, const GsMatmulParameters *parameters);

/* "f16-f16-k3-s1-13-9-9": its class, by sizes rounded up to powers of two; "-s1-u" where x is enlarged. */
char    *gs_matmul_trial_class (const GsMatmulTrial *trial);

/* Whether a variant's kernels normalise x while they read it, and leave moments. */
gboolean gs_matmul_takes_norms (GsMatmulVariant variant);

/* Whether the tile can leave moments, and read those of x, as the parameters say. */
gboolean gs_matmul_tile_keeps_moments (const GsMatmulTile *tile, const GsTensor *x,
                                       const GsMatmulParameters *parameters);

/* Bytes of moments of y. */
guint64  gs_matmul_moments_bytes (const GsMatmulMoments *moments, GsShape y);

/* Dispatches one product; tensors need only shape, dtype and place. tile: of the variants that have
 * one, else NULL. node: has the block for a shortcut; may be NULL where there is none. Where the kernel
 * cannot read this one along with the rest, the shortcut is a dispatch of its own, which y is added to.
 * left: for the moments of y; NULL where none are left. */
void gs_matmul_dispatch (GsCommands *commands, GsMatmulVariant variant, const GsMatmulTile *tile,
                         GsNode *node, GsTensor *const *operands, GsTensor *y, GsTensor *left,
                         const GsMatmulParameters *parameters);

G_END_DECLS
