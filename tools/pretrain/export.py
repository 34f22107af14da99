"""Writes what a training has made as a backbone: weights, the card that Athanor keeps, and how it was made.

    /usr/bin/python3 tools/pretrain/export.py --crop 128

NAME.safetensors holds the averaged weights as float16 under torchvision's names, without the output layer. NAME.json is
the card as a backbone store has it (src/shared/domain/backbone.ts), NAME.made.json says how it was made; its `measured`,
`goodAt` and `badAt` are empty until somebody has measured.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import torch

import tensor_file
from augment import DEVIATION, MEAN
from cache import WORK, write_beside


def body_of(average):
    """The weights and statistics that the app reads: neither the output layer nor torch's counters."""
    kept = {n: v for n, v in average.items() if not n.startswith("fc.") and not n.endswith("num_batches_tracked")}
    return {name: value.float().cpu().numpy() for name, value in kept.items()}


def stage_of(kept):
    """What a checkpoint, or the note of an earlier one, says of how it was trained."""
    recipe, pictures = kept["recipe"], kept["recipe"]["pictures"]
    identities = pictures["identities"] * len(pictures["families"])
    return {
        "identities": identities,
        "picturesMade": identities * pictures["pictures"],
        "steps": kept["step"],
        "imagesSeen": kept["step"] * recipe["batch_size"],
        "trainedMinutes": round(kept["trained_s"] / 60),
        "recipe": recipe,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=WORK / "checkpoint.pt")
    parser.add_argument("--folder", type=Path, default=WORK / "export")
    parser.add_argument("--name", default="procedural-resnet18")
    parser.add_argument("--crop", type=int, default=128, help="side in pixels at which it sees best, by probe.py")
    options = parser.parse_args()

    kept = torch.load(options.checkpoint, map_location="cpu")
    body = body_of(kept["average"])
    weights = tensor_file.to_bytes(body, {"format": "pt"})
    sha256 = hashlib.sha256(weights).hexdigest()
    stages = [stage_of(stage) for stage in [*kept.get("earlier", []), kept]]
    card = {
        "name": options.name,
        "architecture": "resnet18",
        "preprocessing": {
            "resizePx": round(options.crop * 256 / 224),
            "cropPx": options.crop,
            "mean": MEAN,
            "deviation": DEVIATION,
        },
        "licence": "MIT",
        "source": "Athanor: trained on pictures that programs drew (tools/pretrain)",
        "sha256": sha256,
        "sourceSha256": sha256,
        "parameterCount": sum(v.size for n, v in body.items() if "running_" not in n),
        "addedAtMs": int(time.time() * 1000),
    }
    made = {
        "name": options.name,
        "sha256": sha256,
        "licence": "MIT",
        "task": "telling identities of drawn pictures apart; no photograph and no other data were used",
        "imagesSeen": sum(stage["imagesSeen"] for stage in stages),
        "trainedMinutes": sum(stage["trainedMinutes"] for stage in stages),
        "stages": stages,
        "measured": {},
        "goodAt": None,
        "badAt": None,
    }
    options.folder.mkdir(parents=True, exist_ok=True)
    write_beside(options.folder / f"{options.name}.safetensors", lambda file: file.write(weights))
    # The card last: weights without one do not count.
    for suffix, content in ((".made.json", made), (".json", card)):
        text = json.dumps(content, indent=2) + "\n"
        write_beside(options.folder / f"{options.name}{suffix}", lambda file: file.write(text.encode()))
    print(f"{options.folder / options.name}.safetensors: {len(weights) / 1e6:.1f} MB, sha256 {sha256}")
    if kept["step"] < kept["recipe"]["steps"]:
        print(f"The training is not at its end: step {kept['step']} of {kept['recipe']['steps']}.")


if __name__ == "__main__":
    main()
