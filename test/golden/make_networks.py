"""Makes networks.safetensors: both networks at a tiny size, written again in PyTorch, with outputs, losses and gradients.

Needed only when a network changes on purpose:
    pip install torch==2.13.0 safetensors numpy
    python test/golden/make_networks.py
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
tensors = {}


def draw(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).float().double()


def norm(x, dim=-1):
    return x / torch.sqrt(x.pow(2).mean(dim, keepdim=True) + 1e-6)


def heads_of(x, gain, heads):
    batch, length, width = x.shape
    x = x.view(batch, length, heads, width // heads)
    return (x if gain is None else norm(x) * gain).transpose(1, 2)


def attend(q, k, v):
    x = F.scaled_dot_product_attention(q, k, v)
    return x.transpose(1, 2).flatten(2)


def feed_forward(x, up, down):
    return F.relu(x @ up).square() @ down


class Parameters(dict):
    """Draws a parameter when it is first asked for."""

    def at(self, name, *shape, scale=None):
        if name not in self:
            fan_in = shape[0] if len(shape) == 2 else max(1, int(torch.tensor(shape[1:]).prod()))
            self[name] = draw(*shape, scale=fan_in**-0.5 if scale is None else scale).requires_grad_()
        return self[name]


def keep(prefix, params, inputs, output):
    weights = draw(*output.shape)
    loss = (output * weights).mean()
    loss.backward()
    for name, value in inputs.items():
        tensors[f"{prefix}.input.{name}"] = value
    tensors[f"{prefix}.output"] = output.detach()
    tensors[f"{prefix}.weights"] = weights
    for name, value in params.items():
        tensors[f"{prefix}.param.{name}"] = value.detach()
        tensors[f"{prefix}.gradient.{name}"] = value.grad


# The transformer: width 16, depth 1, 2 heads, patch 2, 4 latent channels of 4 x 4, 3 latent frames, 5 words.
W, N, Z, S, TW, TN, V = 16, 2, 4, 5, 8, 2, 7


def block_of(p, name, width):
    square = {key: p.at(f"{name}.{key}", width, width) for key in ("query", "key", "value", "out")}
    up = p.at(f"{name}.up", width, 4 * width)
    return square, up, p.at(f"{name}.down", 4 * width, width)


def encode_text(p, ids):
    x = p.at("text.words", V, TW, scale=1.0)[ids] + p.at("text.positions", S, TW, scale=0.5)
    square, up, down = block_of(p, "text.blocks.0", TW)
    gains = [p.at(f"text.blocks.0.{key}Gain", TW // TN, scale=1.0) for key in ("query", "key")]
    h = norm(x)
    q, k = [heads_of(h @ square[key], gain, TN) for key, gain in zip(("query", "key"), gains)]
    x = x + attend(q, k, heads_of(h @ square["value"], None, TN)) @ square["out"]
    x = x + feed_forward(norm(x), up, down)
    x = norm(x)
    return x, x.mean(1) @ p.at("text.pooled", TW, TW)


def rotation(frames, rows, columns, size):
    pairs = size // 2
    share = pairs * 5 // 16
    shares = [pairs - 2 * share, share, share]
    angles = torch.zeros(frames, rows, columns, pairs)
    for t in range(frames):
        for y in range(rows):
            for x in range(columns):
                parts = [[(t, y, x)[a] * 100 ** (-i / n) for i in range(n)] for a, n in enumerate(shares)]
                angles[t, y, x] = torch.tensor(sum(parts, []))
    return angles.view(-1, pairs)


def rotate(x, angles):
    a, b = x.chunk(2, -1)
    return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)


def transformer(p, latents, levels, first, ids):
    batch, frames, _, height, width = latents.shape
    text, pooled = encode_text(p, ids)
    frequencies = 2 * torch.pi * 0.25 * 200 ** (torch.arange(64) / 63)
    angles = levels[..., None] * frequencies
    level = torch.cat([angles.sin(), angles.cos()], -1)
    level = F.silu(level @ p.at("level.hidden", 128, W)) @ p.at("level.out", W, W)
    first = first[..., None] * p.at("firstFrame", W, scale=1.0)
    pooled = (pooled @ p.at("pooledText", TW, W))[:, None]
    modulation = F.silu(level + first + pooled) @ p.at("modulation", W, 6 * W)

    images = latents.flatten(0, 1)
    stem = F.conv2d(images, p.at("stem", W // 4, Z, 3, 3), padding=1)
    x = F.pixel_unshuffle(stem, 2).flatten(2).transpose(1, 2)  # (B f, n, W)
    x = x.view(batch, frames, -1, W) @ p.at("embed", W, W)

    def modulate(x, shift, scale):
        return norm(x) * (1 + scale) + shift

    square, up, down = block_of(p, "blocks.0", W)
    table = p.at("blocks.0.modulation", 6, W, scale=0.3)
    shift1, scale1, gate1, shift2, scale2, gate2 = [
        (modulation[..., i * W : (i + 1) * W] + table[i])[:, :, None] for i in range(6)
    ]
    gains = [p.at(f"blocks.0.{key}Gain", W // N, scale=1.0) for key in ("query", "key")]
    h = modulate(x, shift1, scale1).flatten(1, 2)
    turn = rotation(frames, height // 2, width // 2, W // N)
    q = rotate(heads_of(h @ square["query"], gains[0], N), turn)
    k = rotate(heads_of(h @ square["key"], gains[1], N), turn)
    text_k = heads_of(text @ p.at("blocks.0.textKey", TW, W), gains[1], N)
    text_v = heads_of(text @ p.at("blocks.0.textValue", TW, W), None, N)
    v = heads_of(h @ square["value"], None, N)
    mixed = attend(q, torch.cat([text_k, k], 2), torch.cat([text_v, v], 2)) @ square["out"]
    x = x + mixed.view(x.shape) * gate1
    x = x + feed_forward(modulate(x, shift2, scale2), up, down) * gate2

    table = p.at("last.modulation", 2, W, scale=0.3)
    shift, scale = [(modulation[..., i * W : (i + 1) * W] + table[i])[:, :, None] for i in range(2)]
    x = modulate(x, shift, scale) @ p.at("last.project", W, W)
    x = x.flatten(0, 1).transpose(1, 2).reshape(batch * frames, W, height // 2, width // 2)
    guess = F.conv2d(F.pixel_shuffle(x, 2), p.at("head", Z, W // 4, 3, 3), padding=1).view(latents.shape)
    # The mean of a Gaussian known twice: by the guess (variance 0.02) and by the noisy latents.
    t = levels[..., None, None, None]
    guessed, observed = 1 / 0.02, (1 - t) ** 2 / t**2
    return (guess * guessed + latents / (1 - t) * observed) / (guessed + observed)


params = Parameters()
inputs = {
    "latents": draw(2, 3, Z, 4, 4),
    "levels": torch.tensor([[0.05, 0.5, 0.5], [0.9, 0.9, 0.9]]).float().double(),
    "first": torch.tensor([[1.0, 0, 0], [0, 0, 0]]),
    "ids": torch.tensor([[2, 3, 6, 1, 0], [0, 0, 0, 0, 0]]),
}
keep("transformer", params, inputs, transformer(params, **inputs))

# The autoencoder: 4, 6, 8, 10 channels, 5 latent channels, 12 frames of 32 x 32.
Q, E, X, L, ZA = 4, 6, 8, 10, 5


def residual(p, name, x):
    c = x.shape[1]
    h = norm(x, 1) * p.at(f"{name}.gain", c, 1, 1, scale=1.0)
    h = F.silu(F.conv2d(h, p.at(f"{name}.first", c, c, 3, 3), padding=1))
    return x + F.conv2d(h, p.at(f"{name}.second", c, c, 3, 3), padding=1)


def with_previous(x):
    before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
    return torch.cat([before, x], 2).flatten(0, 1)


def with_neighbours(x):
    black = torch.zeros_like(x[:, :1])
    return torch.cat([torch.cat([black, x[:, :-1]], 1), x, torch.cat([x[:, 1:], black], 1)], 2).flatten(0, 1)


def autoencode(p, video):
    batch, frames = video.shape[:2]
    x = F.conv2d(F.pixel_unshuffle(video.flatten(0, 1), 8), p.at("encoder.stem", E, 192, 1, 1))
    x = residual(p, "encoder.eighth.0", x)
    x = residual(p, "encoder.sixteenth.0", F.conv2d(F.pixel_unshuffle(x, 2), p.at("encoder.toSixteenth", X, 4 * E, 1, 1)))
    x = x.reshape(batch * frames // 4, 4 * X, *x.shape[2:])
    x = F.conv2d(x, p.at("encoder.toLatent", L, 4 * X, 1, 1)).unflatten(0, (batch, frames // 4))
    x = F.conv2d(with_previous(x), p.at("encoder.mix", L, 2 * L, 1, 1))
    z = F.conv2d(residual(p, "encoder.latent.0", x), p.at("encoder.out", ZA, L, 1, 1))
    z = z.unflatten(0, (batch, frames // 4))
    x = F.conv2d(with_neighbours(z), p.at("decoder.stem", L, 3 * ZA, 3, 3), padding=1)
    x = F.conv2d(residual(p, "decoder.latent.0", x), p.at("decoder.toFrames", 4 * X, L, 1, 1))
    x = residual(p, "decoder.sixteenth.0", x.reshape(batch * frames, X, *x.shape[2:]))
    x = residual(p, "decoder.eighth.0", F.pixel_shuffle(F.conv2d(x, p.at("decoder.toEighth", 4 * E, X, 1, 1)), 2))
    x = residual(p, "decoder.quarter.0", F.pixel_shuffle(F.conv2d(x, p.at("decoder.toQuarter", 4 * Q, E, 1, 1)), 2))
    x = F.pixel_shuffle(F.conv2d(x, p.at("decoder.out", 48, Q, 3, 3), padding=1), 4)
    return x.view(video.shape)


params = Parameters()
video = draw(1, 12, 3, 32, 32, scale=0.5)
keep("autoencoder", params, {"video": video}, autoencode(params, video))

saved = {name: (t.to(torch.int32) if "ids" in name else t.float()).contiguous() for name, t in tensors.items()}
save_file(saved, Path(__file__).with_name("networks.safetensors"))
print(f"{len(saved)} tensors, {sum(t.numel() for t in saved.values())} numbers")
