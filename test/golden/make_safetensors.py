"""Makes python.safetensors: every type that the Python package writes.

    pip install torch==2.13.0 safetensors numpy
    python test/golden/make_safetensors.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

tensors = {
    "float32": torch.arange(6.0).reshape(2, 3) / 3,
    "float16": (torch.arange(4.0) / 7).half(),
    "bfloat16": (torch.arange(4.0) / 7).bfloat16(),
    "float64": torch.tensor([1e-3, 2.5], dtype=torch.float64),
    "int32": torch.tensor([[1, -2]], dtype=torch.int32),
    "int64": torch.tensor([3, -4, 2**31 - 1]),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "int8": torch.tensor([-128, 127], dtype=torch.int8),
    "int16": torch.tensor([-300], dtype=torch.int16),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(4.25),
    "empty": torch.zeros(0, 3),
    'names/with "quotes" and ünïcode': torch.ones(1),
}
save_file(tensors, Path(__file__).with_name("python.safetensors"), metadata={"format": "pt"})
