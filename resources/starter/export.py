# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the trained networks as one SD 1.x checkpoint: safetensors, fp16, CompVis names.

The latents' mean and deviation go into the convolutions around the latents, so that the usual
scaling factor 0.18215 holds. Head counts and norm groups cannot be read from shapes: they stand in
the file's metadata, as gesso.*.
"""
import argparse
import json
import os
import struct

import numpy as np
import torch

from model import SCALING_FACTOR

TYPES = {"F16": np.float16, "F32": np.float32, "I64": np.int64}


def save_safetensors(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        data = tensors[name].contiguous().numpy()
        kind = next(k for k, v in TYPES.items() if data.dtype == v)
        header[name] = dict(dtype=kind, shape=list(data.shape),
                            data_offsets=[offset, offset + data.nbytes])
        offset += data.nbytes
        blobs.append(data.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".tmp", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for blob in blobs:
            f.write(blob)
    os.replace(path + ".tmp", path)


def load_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as f:
        raw = f.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + size + o for o in entry["data_offsets"])
        data = np.frombuffer(raw[first:last], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(data.reshape(entry["shape"]).copy())
    return tensors, metadata


def bake_statistics(vae, mean, deviation):
    """Encoder and decoder whose latents times 0.18215 have zero mean and unit deviation."""
    vae = {k: v.clone().float() for k, v in vae.items()}
    mean, k = mean.flatten(), deviation.flatten() * SCALING_FACTOR
    z = len(mean)
    weight, bias = vae["quant_conv.weight"], vae["quant_conv.bias"]
    weight[:z] /= k[:, None, None, None]
    bias[:z] = (bias[:z] - mean) / k
    bias[z:] -= 2 * k.log()
    weight, bias = vae["post_quant_conv.weight"], vae["post_quant_conv.bias"]
    bias += weight[:, :, 0, 0] @ mean
    weight *= k[None, :, None, None]
    return vae


def export(unet_path, vae_path, out):
    saved = torch.load(unet_path)
    # A decoder that went on training belongs to the same encoder.
    vae = torch.load(vae_path)["vae"] if vae_path else saved["vae"]
    parts = (("model.diffusion_model.", saved["unet"]),
             ("first_stage_model.", bake_statistics(vae, saved["mean"], saved["deviation"])),
             ("cond_stage_model.transformer.text_model.", saved["text"]))
    tensors = {prefix + k: v.half() for prefix, part in parts for k, v in part.items()}
    config = saved["config"]
    positions = torch.arange(config["clip"]["npos"])[None]
    tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = positions
    metadata = {
        "modelspec.architecture": "stable-diffusion-v1",
        "gesso.unet.num_heads": str(config["unet"]["heads"]),
        "gesso.unet.norm_num_groups": str(config["unet"]["groups"]),
        "gesso.vae.norm_num_groups": str(config["vae"]["groups"]),
        "gesso.clip.num_heads": str(config["clip"]["heads"]),
        "gesso.scaling_factor": str(SCALING_FACTOR),
        "gesso.image_size": "128",
        "gesso.config": json.dumps(config),
    }
    save_safetensors(out, tensors, metadata)
    print("%s: %.2f MB, %d tensors" % (out, os.path.getsize(out) / 1e6, len(tensors)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--unet", default="unet.pt")
    parser.add_argument("--vae", help="take the autoencoder from here")
    parser.add_argument("--out", default="starter.safetensors")
    args = parser.parse_args()
    export(args.unet, args.vae, args.out)
