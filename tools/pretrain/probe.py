"""A linear probe: how well an output layer alone does on the features of the frozen network.

    /usr/bin/python3 tools/pretrain/probe.py DATA --weights tools/pretrain/work/export/procedural-resnet18.safetensors

DATA/train has one folder of pictures for each class, DATA/test the same. The strength of the regularisation is chosen
on a fifth of DATA/train, whose accuracy is printed, or with --folds N on all of it, each picture judged by a layer that was
fitted without its fold. For choosing between settings that is the number to look at; --test is for what was chosen.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image

import tensor_file
from augment import normalise, to_unit

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
STRENGTHS = [10.0**n * k for n in range(0, -6, -1) for k in (1, 0.3)]
VALIDATION_SHARE = 0.2


def network_of(weights):
    """The network up to its 512 features; from random weights where there is no file."""
    torch.manual_seed(0)
    model = torchvision.models.resnet18()
    if weights:
        arrays = {n: torch.from_numpy(v) for n, v in tensor_file.read(weights).items() if not n.startswith("fc.")}
        unknown = model.load_state_dict(arrays, strict=False).unexpected_keys
        missing = [n for n, _ in model.named_parameters() if not n.startswith("fc.") and n not in arrays]
        if unknown or missing:
            raise SystemExit(f"{weights} does not hold a ResNet-18: {(unknown + missing)[:3]}")
    model.fc = torch.nn.Identity()
    return model.eval().to(memory_format=torch.channels_last)


def list_pictures(folder, names):
    found = [(path, number) for number, name in enumerate(names) for path in sorted((folder / name).iterdir())]
    return [(path, number) for path, number in found if path.suffix.lower() in SUFFIXES]


def open_picture(path, resize, crop):
    """The whole picture squashed to a square, of which the centre is taken, as Athanor does."""
    with Image.open(path) as image:
        square = np.asarray(image.convert("RGB").resize((resize, resize), Image.BILINEAR))
    edge = (resize - crop) // 2
    return square[edge : edge + crop, edge : edge + crop]


@torch.no_grad()
def features_of(model, pictures, resize, crop, device):
    rows = []
    for start in range(0, len(pictures), 64):
        batch = np.stack([open_picture(path, resize, crop) for path, _ in pictures[start : start + 64]])
        rows.append(model(normalise(to_unit(batch, device))).float())
    return torch.cat(rows), torch.tensor([number for _, number in pictures], device=device)


def fit(features, classes, count, strength, begin=None):
    """Weights [features + 1, classes] of least mean cross-entropy + strength / 2 |weights|^2, by L-BFGS."""
    features = F.pad(features, (0, 1), value=1)
    weights = torch.zeros(features.shape[1], count, device=features.device) if begin is None else begin.clone()
    weights.requires_grad_()
    optimizer = torch.optim.LBFGS(
        [weights],
        max_iter=1000,
        max_eval=2000,
        tolerance_grad=1e-6,
        tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(features @ weights, classes) + strength / 2 * weights[:-1].square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach()


def accuracy_of(weights, features, classes):
    return ((F.pad(features, (0, 1), value=1) @ weights).argmax(dim=1) == classes).float().mean().item()


def moments_of(features):
    """Mean and deviation; what hardly deviates counts as a quarter of the median, as in src/trainer/steps/standardise.ts."""
    deviation = features.std(dim=0)
    return features.mean(dim=0), deviation.clamp_min(0.25 * deviation.median()) + 1e-6


def judge_by_folds(features, classes, count, folds):
    """Prints each strength's accuracy and mean cross-entropy over all pictures, none seen by a layer that learned it."""
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(classes))).to(features.device)
    scores = torch.empty(len(STRENGTHS), len(classes), count, device=features.device)
    for held in order.tensor_split(folds):
        fitted = order[~torch.isin(order, held)]
        mean, deviation = moments_of(features[fitted])
        values, weights = (features - mean) / deviation, None
        for number, strength in enumerate(STRENGTHS):
            weights = fit(values[fitted], classes[fitted], count, strength, weights)
            scores[number, held] = F.pad(values[held], (0, 1), value=1) @ weights
    for strength, of_strength in zip(STRENGTHS, scores):
        accuracy = (of_strength.argmax(dim=1) == classes).float().mean().item()
        loss = F.cross_entropy(of_strength, classes).item()
        print(f"strength {strength:.0e}: accuracy {accuracy:.4f}, loss {loss:.4f} in {folds} folds", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path, help="a safetensors file; without one, random weights")
    parser.add_argument("--resize", type=int, default=256)
    parser.add_argument("--crop", type=int, default=224)
    parser.add_argument("--folds", type=int, help="judge all of DATA/train in so many folds, and nothing else")
    parser.add_argument("--test", action="store_true", help="say the accuracy on DATA/test, too")
    options = parser.parse_args()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = network_of(options.weights).to(device)
    names = sorted(path.name for path in (options.data / "train").iterdir() if path.is_dir())
    pictures = list_pictures(options.data / "train", names)
    features, classes = features_of(model, pictures, options.resize, options.crop, device)

    if options.folds:
        judge_by_folds(features, classes, len(names), options.folds)
        return

    order = torch.from_numpy(np.random.default_rng(0).permutation(len(pictures))).to(device)
    held = round(len(pictures) * VALIDATION_SHARE)
    validation, fitted = order[:held], order[held:]
    mean, deviation = moments_of(features[fitted])
    features = (features - mean) / deviation
    best, weights = (-1.0, 0.0), None
    for strength in STRENGTHS:
        weights = fit(features[fitted], classes[fitted], len(names), strength, weights)
        accuracy = accuracy_of(weights, features[validation], classes[validation])
        print(f"strength {strength:.0e}: validation accuracy {accuracy:.4f}", flush=True)
        best = max(best, (accuracy, strength))
    print(f"validation accuracy {best[0]:.4f} with strength {best[1]:.0e}, {held} of {len(pictures)} pictures")

    if options.test:
        weights = fit(features, classes, len(names), best[1])
        pictures = list_pictures(options.data / "test", names)
        features, classes = features_of(model, pictures, options.resize, options.crop, device)
        accuracy = accuracy_of(weights, (features - mean) / deviation, classes)
        print(f"test accuracy {accuracy:.4f}, {len(pictures)} pictures")


if __name__ == "__main__":
    main()
