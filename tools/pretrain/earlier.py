"""What a further stage of training begins from: the checkpoint of an earlier training, or weights that were exported."""

import json

import torch

import tensor_file


def read_earlier(path):
    """The averaged weights by name, without the output layer, and the stages that made them.

    `path` is a checkpoint of train.py, or NAME.safetensors with NAME.made.json beside it, as export.py writes them. Exported
    weights are of float16, and of their stages the minutes are whole.
    """
    if path.suffix == ".safetensors":
        weights = {name: torch.from_numpy(value) for name, value in tensor_file.read(path).items()}
        made = json.loads(path.with_suffix(".made.json").read_text())
        stages = [
            {"recipe": stage["recipe"], "step": stage["steps"], "trained_s": stage["trainedMinutes"] * 60}
            for stage in made["stages"]
        ]
    else:
        kept = torch.load(path, map_location="cpu")
        weights = kept["average"]
        stage = {"recipe": kept["recipe"], "step": kept["step"], "trained_s": kept["trained_s"]}
        stages = [*kept.get("earlier", []), stage]
    return {name: value for name, value in weights.items() if not name.startswith("fc.")}, stages
