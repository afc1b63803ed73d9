"""The training step of bench's train.dit5m in PyTorch, printing the same rows.

By hand, in an environment of its own:
    pip install torch==2.13.0
    python bench/peers/transformer.py [--only float32|bfloat16|compiled]

The same network, batch and optimizers: 256/6/4 with a text encoder of two blocks, 128 video and 16 text tokens, batch 32,
Muon for the matrices of blocks (five steps, as its reference has it) and AdamW for the rest, moving averages included.
"""

import argparse
import json
import time

import torch
import torch.nn.functional as F
from torch import nn

B, f, N, D, DEPTH, HEADS, S, Z, WORDS = 32, 8, 16, 256, 6, 4, 16, 32, 110


def norm(x):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


def matrix(i, o, gain=1.0):
    return nn.Parameter(torch.randn(i, o) * gain / i**0.5)


class Block(nn.Module):
    def __init__(self, video):
        super().__init__()
        for name in ("query", "key", "value", "out") + (("textKey", "textValue") if video else ()):
            setattr(self, name, matrix(D, D))
        self.up, self.down = matrix(D, 4 * D), matrix(4 * D, D)
        self.queryGain, self.keyGain = nn.Parameter(torch.ones(D // HEADS)), nn.Parameter(torch.ones(D // HEADS))
        if video:
            self.modulation = nn.Parameter(torch.zeros(6, D))

    def heads(self, x, gain=None):
        x = x.unflatten(-1, (HEADS, D // HEADS))
        return (x if gain is None else norm(x) * gain).transpose(1, 2)

    def mlp(self, x):
        return F.relu(x @ self.up).square() @ self.down


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions = nn.Parameter(torch.randn(WORDS, D)), nn.Parameter(torch.randn(S, D) * 0.5)
        self.text = nn.ModuleList(Block(False) for _ in range(2))
        self.blocks = nn.ModuleList(Block(True) for _ in range(DEPTH))
        self.pooled, self.pooledText = matrix(D, D), matrix(D, D)
        self.hidden, self.level, self.modulation = matrix(128, D), matrix(D, D), matrix(D, 6 * D, 0.1)
        self.firstFrame, self.last = nn.Parameter(torch.zeros(D)), nn.Parameter(torch.zeros(2, D))
        self.stem, self.head = nn.Conv2d(Z, D // 4, 3, padding=1, bias=False), nn.Conv2d(D // 4, Z, 3, padding=1, bias=False)
        self.embed, self.project = matrix(D, D), matrix(D, D)
        angles = torch.rand(f * N, D // HEADS // 2) * 7
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())
        self.register_buffer("frequencies", 0.5 * torch.pi * 200 ** (torch.arange(64) / 63))

    def forward(self, latents, levels, first, ids):
        t = self.words[ids] + self.positions
        for b in self.text:
            h = norm(t)
            q, k, v = b.heads(h @ b.query, b.queryGain), b.heads(h @ b.key, b.keyGain), b.heads(h @ b.value)
            t = t + F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2) @ b.out
            t = t + b.mlp(norm(t))
        t = norm(t)
        angles = levels[..., None] * self.frequencies
        level = F.silu(torch.cat([angles.sin(), angles.cos()], -1) @ self.hidden) @ self.level
        condition = F.silu(level + first[..., None] * self.firstFrame + (t.mean(1) @ self.pooled @ self.pooledText)[:, None])
        shared = (condition @ self.modulation).unflatten(-1, (6, D))
        x = F.pixel_unshuffle(self.stem(latents.flatten(0, 1)), 2).flatten(2).transpose(1, 2)
        x = x.reshape(B, f, N, D) @ self.embed
        for b in self.blocks:
            m = (shared + b.modulation)[:, :, None].unbind(-2)
            h = (norm(x) * (1 + m[1]) + m[0]).flatten(1, 2)
            q = rotate(b.heads(h @ b.query, b.queryGain), self.cos, self.sin)
            k = rotate(b.heads(h @ b.key, b.keyGain), self.cos, self.sin)
            k = torch.cat([b.heads(t @ b.textKey, b.keyGain), k], 2)
            v = torch.cat([b.heads(t @ b.textValue), b.heads(h @ b.value)], 2)
            a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2) @ b.out
            x = x + a.view(x.shape) * m[2]
            x = x + b.mlp(norm(x) * (1 + m[4]) + m[3]) * m[5]
        shift, scale = [(shared[:, :, i] + self.last[i])[:, :, None] for i in (0, 1)]
        x = (norm(x) * (1 + scale) + shift) @ self.project
        x = F.pixel_shuffle(x.flatten(0, 1).transpose(1, 2).reshape(B * f, D, 4, 4), 2)
        return self.head(x).view(latents.shape)


def orthogonalize(x):
    wide = x.mT if x.size(-2) > x.size(-1) else x
    wide = wide / wide.norm(dim=(-2, -1), keepdim=True)
    for _ in range(5):
        gram = wide @ wide.mT
        wide = 3.4445 * wide + (-4.775 * gram + 2.0315 * gram @ gram) @ wide
    return wide.mT if x.size(-2) > x.size(-1) else wide


def measure(name, autocast, compiled):
    torch.manual_seed(0)
    model = Transformer()
    is_muon = lambda path, p: "blocks." in path or "text." in path
    groups = {}
    for path, p in model.named_parameters():
        if is_muon(path, p) and p.dim() == 2 and min(p.shape) > 6:
            groups.setdefault(p.shape, []).append(p)
    muon = {id(p) for ps in groups.values() for p in ps}
    adam = torch.optim.AdamW([p for p in model.parameters() if id(p) not in muon], 1e-3, (0.9, 0.95), fused=True)
    momenta = {shape: torch.zeros(len(ps), *shape) for shape, ps in groups.items()}
    params = list(model.parameters())
    ema = [p.detach().clone() for p in params]
    predict = torch.compile(model) if compiled else model
    turn = torch.compile(orthogonalize) if compiled else orthogonalize
    data = torch.randn(B, f, Z, 8, 8)
    levels, first, ids = torch.rand(B, f), torch.zeros(B, f), torch.randint(0, WORDS, (B, S))
    times = []
    for step in range(7):
        started = time.perf_counter()
        level = levels[..., None, None, None]
        noisy = data * (1 - level) + torch.randn_like(data) * level
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            loss = ((predict(noisy, levels, first, ids).float() - data).square().mean((2, 3, 4)) / level[..., 0, 0, 0].clamp(0.2) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        with torch.no_grad():
            adam.step()
            for shape, ps in groups.items():
                g, m = torch.stack([p.grad for p in ps]), momenta[shape]
                m.mul_(0.95).add_(g)
                for p, update in zip(ps, turn(g + 0.95 * m).unbind()):
                    p.mul_(1 - 1e-4).sub_(update, alpha=0.01 * max(1, shape[1] / shape[0]) ** 0.5)
            torch._foreach_lerp_(ema, [p.detach() for p in params], 1e-3)
        model.zero_grad(set_to_none=True)
        times.append(time.perf_counter() - started)
    seconds = sorted(times[2:])[2]
    print(json.dumps({"name": f"train.dit5m.windows.{name}", "value": round(B / seconds, 2), "unit": "windows/s", "limit": None, "ratio": None}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["float32", "bfloat16", "compiled"])
    only = parser.parse_args().only
    for name, autocast, compiled in (("float32", False, False), ("bfloat16", True, False), ("compiled", False, True)):
        if only in (None, name):
            measure(name, autocast, compiled)
