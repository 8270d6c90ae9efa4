# SPDX-License-Identifier: GPL-3.0-or-later
"""Stable Diffusion 1.x in miniature, with the parameter names of a CompVis single file.

Only sizes, head counts and the groups of the group norms differ from SD 1.x. Tensors are NCHW.
Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (2022) and its
repository CompVis/latent-diffusion; Radford et al., CLIP (2021) for the text model.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

SCALING_FACTOR = 0.18215


def attention(q, k, v, causal=False):
    # Two matrix products: the fused CPU kernel of torch 2.6 was ten times slower in bf16.
    weights = q @ k.transpose(-1, -2) * q.shape[-1] ** -.5
    if causal:
        n = weights.shape[-1]
        weights = weights + torch.full((n, n), float("-inf")).triu(1).to(weights.dtype)
    return weights.softmax(-1) @ v


def split_heads(x, heads):
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1)


# ---------------------------------------------------------------- text encoder

class ClipAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        q, k, v = (split_heads(f(x), self.heads) for f in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(merge_heads(attention(q, k, v, causal=True)))


class ClipLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.self_attn = ClipAttention(width, heads)
        self.layer_norm1 = nn.LayerNorm(width)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(width, 4 * width)
        self.mlp.fc2 = nn.Linear(4 * width, width)
        self.layer_norm2 = nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        h = self.mlp.fc1(self.layer_norm2(x))
        return x + self.mlp.fc2(h * torch.sigmoid(1.702 * h))


class TextModel(nn.Module):
    def __init__(self, width, layers, heads, vocab, npos):
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.token_embedding = nn.Embedding(vocab, width)
        self.embeddings.position_embedding = nn.Embedding(npos, width)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList([ClipLayer(width, heads) for _ in range(layers)])
        self.final_layer_norm = nn.LayerNorm(width)
        nn.init.normal_(self.embeddings.token_embedding.weight, std=.1)
        nn.init.normal_(self.embeddings.position_embedding.weight, std=.05)

    def forward(self, ids):
        e = self.embeddings
        x = e.token_embedding(ids) + e.position_embedding.weight[:ids.shape[1]]
        for layer in self.encoder.layers:
            x = layer(x)
        return self.final_layer_norm(x)


# ---------------------------------------------------------------- U-Net

class ResBlock(nn.Module):
    def __init__(self, cin, cout, embedding, groups):
        super().__init__()
        self.in_layers = nn.Sequential(nn.GroupNorm(groups, cin), nn.SiLU(),
                                       nn.Conv2d(cin, cout, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, cout))
        self.out_layers = nn.Sequential(nn.GroupNorm(groups, cout), nn.SiLU(), nn.Dropout(0),
                                        nn.Conv2d(cout, cout, 3, padding=1))
        nn.init.zeros_(self.out_layers[3].weight)
        self.skip_connection = nn.Identity() if cin == cout else nn.Conv2d(cin, cout, 1)

    def forward(self, x, embedding):
        h = self.in_layers(x) + self.emb_layers(embedding)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(h)


class CrossAttention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.Sequential(nn.Linear(width, width), nn.Dropout(0))

    def forward(self, x, context=None):
        context = x if context is None else context
        q, k, v = (split_heads(t, self.heads)
                   for t in (self.to_q(x), self.to_k(context), self.to_v(context)))
        return self.to_out(merge_heads(attention(q, k, v)))


class GEGLU(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.proj = nn.Linear(width, inner * 2)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, -1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        inner = 4 * width
        self.net = nn.Sequential(GEGLU(width, inner), nn.Dropout(0), nn.Linear(inner, width))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.attn1 = CrossAttention(width, width, heads)
        self.ff = FeedForward(width)
        self.attn2 = CrossAttention(width, context, heads)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x, context):
        x = self.attn1(self.norm1(x)) + x
        x = self.attn2(self.norm2(x), context) + x
        return self.ff(self.norm3(x)) + x


class SpatialTransformer(nn.Module):
    def __init__(self, width, context, heads, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, context, heads)])
        self.proj_out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.proj_out.weight)

    def forward(self, x, context):
        b, c, h, w = x.shape
        y = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(b, h * w, c)
        for block in self.transformer_blocks:
            y = block(y, context)
        return x + self.proj_out(y.view(b, h, w, c).permute(0, 3, 1, 2))


class Downsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.op = nn.Conv2d(c, c, 3, stride=2, padding=1)

    def forward(self, x):
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2., mode="nearest"))


def timestep_embedding(t, width):
    half = width // 2
    frequencies = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / half)
    angles = t[:, None].float() * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], -1)


class UNet(nn.Module):
    def __init__(self, ch, mult, nres, attn, heads, groups, ctx, cin=4):
        super().__init__()
        self.ch = ch
        emb = ch * 4
        self.time_embed = nn.Sequential(nn.Linear(ch, emb), nn.SiLU(), nn.Linear(emb, emb))
        down, kept, c = [nn.ModuleList([nn.Conv2d(cin, ch, 3, padding=1)])], [ch], ch
        for i, m in enumerate(mult):
            for _ in range(nres):
                layers = [ResBlock(c, m * ch, emb, groups)]
                c = m * ch
                if attn[i]:
                    layers.append(SpatialTransformer(c, ctx, heads, groups))
                down.append(nn.ModuleList(layers))
                kept.append(c)
            if i < len(mult) - 1:
                down.append(nn.ModuleList([Downsample(c)]))
                kept.append(c)
        self.input_blocks = nn.ModuleList(down)
        self.middle_block = nn.ModuleList([ResBlock(c, c, emb, groups),
                                           SpatialTransformer(c, ctx, heads, groups),
                                           ResBlock(c, c, emb, groups)])
        up = []
        for i, m in reversed(list(enumerate(mult))):
            for j in range(nres + 1):
                layers = [ResBlock(c + kept.pop(), m * ch, emb, groups)]
                c = m * ch
                if attn[i]:
                    layers.append(SpatialTransformer(c, ctx, heads, groups))
                if i and j == nres:
                    layers.append(Upsample(c))
                up.append(nn.ModuleList(layers))
        self.output_blocks = nn.ModuleList(up)
        self.out = nn.Sequential(nn.GroupNorm(groups, c), nn.SiLU(),
                                 nn.Conv2d(c, cin, 3, padding=1))
        nn.init.zeros_(self.out[2].weight)

    @staticmethod
    def run(layers, h, embedding, context):
        for layer in layers:
            if isinstance(layer, ResBlock):
                h = layer(h, embedding)
            elif isinstance(layer, SpatialTransformer):
                h = layer(h, context)
            else:
                h = layer(h)
        return h

    def forward(self, x, t, context):
        embedding = self.time_embed(timestep_embedding(t, self.ch).to(x.dtype))
        kept, h = [], x
        for layers in self.input_blocks:
            h = self.run(layers, h, embedding, context)
            kept.append(h)
        h = self.run(self.middle_block, h, embedding, context)
        for layers in self.output_blocks:
            h = self.run(layers, torch.cat([h, kept.pop()], 1), embedding, context)
        return self.out(h)


# ---------------------------------------------------------------- autoencoder

class VaeResBlock(nn.Module):
    def __init__(self, cin, cout, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, cin, eps=1e-6)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, cout, eps=1e-6)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        if cin != cout:
            self.nin_shortcut = nn.Conv2d(cin, cout, 1)

    def forward(self, x):
        h = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return (self.nin_shortcut(x) if hasattr(self, "nin_shortcut") else x) + h


class VaeAttention(nn.Module):
    def __init__(self, c, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, c, eps=1e-6)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(c, c, 1) for _ in range(4))
        nn.init.zeros_(self.proj_out.weight)

    def forward(self, x):
        b, c, h, w = x.shape
        y = self.norm(x)
        q, k, v = (f(y).permute(0, 2, 3, 1).reshape(b, 1, h * w, c)
                   for f in (self.q, self.k, self.v))
        return x + self.proj_out(attention(q, k, v).view(b, h, w, c).permute(0, 3, 1, 2))


class VaeDownsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


def vae_middle(c, groups):
    middle = nn.Module()
    middle.block_1 = VaeResBlock(c, c, groups)
    middle.attn_1 = VaeAttention(c, groups)
    middle.block_2 = VaeResBlock(c, c, groups)
    return middle


def run_middle(middle, h):
    return middle.block_2(middle.attn_1(middle.block_1(h)))


class Encoder(nn.Module):
    def __init__(self, ch, mult, nres, groups, z):
        super().__init__()
        self.conv_in = nn.Conv2d(3, ch, 3, padding=1)
        c = ch
        self.down = nn.ModuleList()
        for i, m in enumerate(mult):
            level = nn.Module()
            level.block = nn.ModuleList()
            for _ in range(nres):
                level.block.append(VaeResBlock(c, ch * m, groups))
                c = ch * m
            if i < len(mult) - 1:
                level.downsample = VaeDownsample(c)
            self.down.append(level)
        self.mid = vae_middle(c, groups)
        self.norm_out = nn.GroupNorm(groups, c, eps=1e-6)
        self.conv_out = nn.Conv2d(c, 2 * z, 3, padding=1)

    def forward(self, x):
        h = self.conv_in(x)
        for level in self.down:
            for block in level.block:
                h = block(h)
            if hasattr(level, "downsample"):
                h = level.downsample(h)
        return self.conv_out(F.silu(self.norm_out(run_middle(self.mid, h))))


class Decoder(nn.Module):
    def __init__(self, ch, mult, nres, groups, z):
        super().__init__()
        c = ch * mult[-1]
        self.conv_in = nn.Conv2d(z, c, 3, padding=1)
        self.mid = vae_middle(c, groups)
        levels = []
        for i, m in reversed(list(enumerate(mult))):
            level = nn.Module()
            level.block = nn.ModuleList()
            for _ in range(nres + 1):
                level.block.append(VaeResBlock(c, ch * m, groups))
                c = ch * m
            if i:
                level.upsample = Upsample(c)
            levels.insert(0, level)
        self.up = nn.ModuleList(levels)
        self.norm_out = nn.GroupNorm(groups, c, eps=1e-6)
        self.conv_out = nn.Conv2d(c, 3, 3, padding=1)

    def forward(self, z):
        h = run_middle(self.mid, self.conv_in(z))
        for level in reversed(self.up):
            for block in level.block:
                h = block(h)
            if hasattr(level, "upsample"):
                h = level.upsample(h)
        return self.conv_out(F.silu(self.norm_out(h)))


class Autoencoder(nn.Module):
    def __init__(self, ch, mult, nres, groups, z):
        super().__init__()
        self.encoder = Encoder(ch, mult, nres, groups, z)
        self.decoder = Decoder(ch, mult, nres, groups, z)
        self.quant_conv = nn.Conv2d(2 * z, 2 * z, 1)
        self.post_quant_conv = nn.Conv2d(z, z, 1)

    def encode(self, x):
        """Mean and log variance of the latents."""
        return self.quant_conv(self.encoder(x)).float().chunk(2, 1)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))


class Model(nn.Module):
    """All three, under the names of a CompVis checkpoint."""

    def __init__(self, config):
        super().__init__()
        self.model = nn.Module()
        self.model.diffusion_model = UNet(**config["unet"])
        self.first_stage_model = Autoencoder(**config["vae"])
        self.cond_stage_model = nn.Module()
        self.cond_stage_model.transformer = nn.Module()
        self.cond_stage_model.transformer.text_model = TextModel(**config["clip"])

    @property
    def unet(self):
        return self.model.diffusion_model

    @property
    def vae(self):
        return self.first_stage_model

    @property
    def text(self):
        return self.cond_stage_model.transformer.text_model


def alphas_cumprod(steps=1000, first=0.00085, last=0.0120):
    betas = torch.linspace(first ** .5, last ** .5, steps, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()
