import type { Architecture } from '../../../shared/domain/backbone.ts'

/** A program that goes into the export; runs on its own, beside the files of the export. */
export function pythonSample(architecture: Architecture): string {
  return `"""Classifies pictures with torchvision's ${architecture}: python predict.py picture.jpg ...

Without a picture it checks itself against golden.json.
Needs: pip install torch torchvision safetensors pillow
"""

import json
import sys
from pathlib import Path

import torch
import torchvision
from PIL import Image, ImageOps

here = Path(__file__).resolve().parent


def load_file(path):
    """What safetensors.torch.load_file does, for machines without that package."""
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        flat = torch.frombuffer(data[start + first : start + end], dtype=types[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


try:
    from safetensors.torch import load_file
except ImportError:
    pass

classes = json.loads((here / "classes.json").read_text(encoding="utf-8"))
preprocessing = json.loads((here / "preprocessing.json").read_text(encoding="utf-8"))
model = torchvision.models.${architecture}(num_classes=len(classes))
model.load_state_dict(load_file(here / "model.safetensors"), strict=True)
model.eval()
transform = torchvision.transforms.Compose(
    [
        torchvision.transforms.Resize((preprocessing["resizePx"], preprocessing["resizePx"])),
        torchvision.transforms.CenterCrop(preprocessing["cropPx"]),
        torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize(preprocessing["mean"], preprocessing["deviation"]),
    ]
)


def read_image(path):
    """Upright and on white."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return white.convert("RGB")


@torch.no_grad()
def predict(path):
    pictures = transform(read_image(path))[None]
    if preprocessing.get("seesMirrored", False):
        pictures = torch.cat([pictures, pictures.flip(3)])
    return torch.softmax(model(pictures).mean(0), dim=0)


def check_golden():
    worst = 0.0
    for golden in json.loads((here / "golden.json").read_text(encoding="utf-8"))["images"]:
        difference = predict(here / golden["file"]) - torch.tensor(golden["endToEnd"])
        worst = max(worst, float(difference.abs().max()))
    print(f"largest difference to golden.json: {worst:.2g}")
    return worst <= 0.01


if len(sys.argv) == 1:
    sys.exit(0 if check_golden() else 1)
for path in sys.argv[1:]:
    probabilities = predict(path)
    best = int(probabilities.argmax())
    print(f"{path}\\t{classes[best]}\\t{probabilities[best]:.4f}")
`
}
