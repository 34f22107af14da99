"""Writes checkpoints as people have them, the tensors in them as plain bytes, and what PyTorch computes from one.

    python3 torch-checkpoints.py FOLDER
"""

import json
import os
import sys

import numpy as np
import torch
import torchvision

folder = sys.argv[1]
torch.manual_seed(5)
torch.set_num_threads(2)


def random_model(architecture="resnet18", classes=7):
    model = getattr(torchvision.models, architecture)(weights=None, num_classes=classes)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith("running_mean"):
                value.normal_(0, 0.2)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif value.dim() == 1 and name.endswith("weight"):
                value.uniform_(0.7, 1.3)
            elif value.dim() == 1 and name.endswith("bias"):
                value.normal_(0, 0.1)
    return model


def small_model():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(5, 2))


cases = []


def case(name, saved, expected, legacy=False):
    """`expected`: the tensors of floats that a reader should find, by name."""
    torch.save(saved, os.path.join(folder, f"{name}.pth"), _use_new_zipfile_serialization=not legacy)
    entries = []
    with open(os.path.join(folder, f"{name}.bin"), "wb") as file:
        for key, tensor in expected.items():
            if tensor.is_floating_point():
                file.write(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes())
                entries.append({"name": key, "shape": list(tensor.shape)})
    cases.append({"name": name, "tensors": entries})


model = random_model()
state = model.state_dict()
small = small_model().state_dict()
for legacy in (False, True):
    suffix = "-legacy" if legacy else ""
    case("resnet18" + suffix, state, state, legacy)
    case("nested" + suffix, {"epoch": 3, "best_acc1": 0.5, "arch": "resnet18", "state_dict": small}, small, legacy)
    case("nested-model" + suffix, {"model": small, "lr": 0.1, "steps": [1, 2, 3], "done": True, "note": None}, small, legacy)
    parallel = torch.nn.DataParallel(small_model())
    plain = {key[len("module."):]: value for key, value in parallel.state_dict().items()}
    case("parallel" + suffix, parallel.state_dict(), plain, legacy)
    case("parallel-nested" + suffix, {"state_dict": parallel.state_dict(), "epoch": 1}, plain, legacy)
    case("compiled" + suffix, {f"_orig_mod.{key}": value for key, value in small.items()}, small, legacy)
    tied = {"embedding": small["0.weight"], "output": small["0.weight"]}
    case("tied" + suffix, tied, tied, legacy)
    for name, dtype in (("half", torch.float16), ("bfloat16", torch.bfloat16), ("double", torch.float64)):
        cast = {key: value.to(dtype) if value.is_floating_point() else value for key, value in small.items()}
        case(name + suffix, cast, cast, legacy)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimizer.step()
    case("with-optimizer" + suffix, {"model_state_dict": small, "optimizer": optimizer.state_dict()}, small, legacy)
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {
        "transposed": base.t(), "part": base[1:3, 2:5], "column": base[:, 1], "channels_last":
        torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), "scalar": base[3, 5], "empty": base[:0],
    }
    case("views" + suffix, views, views, legacy)
    parameters = dict(small_model().named_parameters())
    case("parameters" + suffix, parameters, parameters, legacy)
    special = {"w": torch.tensor([float("nan"), float("inf"), -0.0, 1e-45, 3.4e38])}
    case("special" + suffix, special, special, legacy)
    case("of-integers" + suffix, {**small, "mask": torch.ones(3, dtype=torch.bool), "id": torch.arange(3)}, small, legacy)

model = random_model()
torch.save(model.state_dict(), os.path.join(folder, "network.pth"))
pixels = torch.randn(2, 224, 224, 3, generator=torch.Generator().manual_seed(3)) * 1.5
batch = pixels.permute(0, 3, 1, 2).contiguous()
pixels.numpy().astype("<f4").tofile(os.path.join(folder, "pixels.bin"))
labels = torch.tensor([2, 5])
model.eval()
with torch.no_grad():
    logits = model(batch)

# One step with the stem, layer1 and layer2 frozen: their batch normalisation goes by the running statistics.
for name, parameter in model.named_parameters():
    parameter.requires_grad_(name.startswith(("layer3", "layer4", "fc")))
model.train()
for module in (model.bn1, model.layer1, model.layer2):
    module.eval()
model.zero_grad()
frozen = model(batch)
torch.nn.functional.cross_entropy(frozen, labels, reduction="sum").backward()
gradients = {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}
with open(os.path.join(folder, "gradients.bin"), "wb") as file:
    for gradient in gradients.values():
        file.write(gradient.numpy().astype("<f4").tobytes())
with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump(
        {
            "cases": cases,
            "logits": logits.tolist(),
            "frozenLogits": frozen.tolist(),
            "labels": labels.tolist(),
            "gradients": [{"name": name, "shape": list(gradient.shape)} for name, gradient in gradients.items()],
        },
        file,
    )
