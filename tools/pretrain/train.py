"""Trains torchvision's ResNet-18 to tell the identities of a cache apart.

    /usr/bin/python3 tools/pretrain/train.py --steps 20000 --minutes 120

The same call again goes on from the checkpoint. All chance derives from the seed and the number of the step, so that a
training that was stopped draws what it would have drawn.
"""

import argparse
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from augment import augment, mix, normalise, to_unit
from cache import WORK, Cache, write_beside
from earlier import read_earlier
from schedule import learning_rate_at, side_at

HELD_OUT = 2
"""Pictures of each identity that are never trained on."""
TRIAL_PICTURES = 2000


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=WORK / "cache")
    parser.add_argument("--checkpoint", type=Path, default=WORK / "checkpoint.pt")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end this session after so long")
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    parser.add_argument(
        "--begin-from",
        type=Path,
        help="the checkpoint of an earlier training, or what export.py wrote; only the first call of this one reads it",
    )
    # What follows belongs to the training: a checkpoint refuses to go on with other values.
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--sides", default="64,96,128", help="sides of the images in pixels, small first")
    parser.add_argument("--shares", default="0.4,0.4,0.2", help="of the steps, for each side")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=0.2, help="at the peak")
    parser.add_argument("--weight-decay", type=float, default=5e-5)
    parser.add_argument("--label-smoothing", type=float, default=0.1)
    parser.add_argument("--projector-width", type=int, default=0, help="of hidden layers before the classes; 0 for none")
    parser.add_argument("--smallest-crop", type=float, default=0.25, help="share of a picture's area")
    parser.add_argument("--mixed-ratio", type=float, default=0.5, help="share of the batches whose pictures are mixed")
    parser.add_argument("--ema-decay", type=float, default=0.999)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.sides = [int(side) for side in options.sides.split(",")]
    options.shares = [float(share) for share in options.shares.split(",")]
    if len(options.sides) != len(options.shares) or abs(sum(options.shares) - 1) > 1e-6:
        parser.error("--shares needs one number for each side, and their sum must be 1")
    return options


def recipe_of(options, cache):
    session = ("cache", "checkpoint", "minutes", "checkpoint_minutes", "begin_from")
    return {**{k: v for k, v in vars(options).items() if k not in session}, "pictures": cache.settings}


def output_layers(features, width, classes):
    """What stands between the features and the classes, and is thrown away in the end.

    Hidden layers there keep the features from shrinking to what tells these classes apart (Wang et al. 2022).
    """
    if width == 0:
        return torch.nn.Linear(features, classes)
    return torch.nn.Sequential(
        torch.nn.Linear(features, width, bias=False),
        torch.nn.BatchNorm1d(width),
        torch.nn.ReLU(inplace=True),
        torch.nn.Linear(width, features),
        torch.nn.Linear(features, classes),
    )


def take_over(model, path):
    """Begins with the weights of an earlier training and returns its stages; the output layer's classes were others."""
    body, stages = read_earlier(path)
    missing, unknown = model.load_state_dict(body, strict=False)
    if unknown or any(not name.startswith("fc.") and not name.endswith("num_batches_tracked") for name in missing):
        raise SystemExit(f"{path} is of another network.")
    return stages


def optimizer_of(model, options):
    """SGD with Nesterov's momentum; normalisations and biases do not decay."""
    decaying = [p for p in model.parameters() if p.ndim > 1]
    free = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decaying, "weight_decay": options.weight_decay}, {"params": free, "weight_decay": 0}]
    return torch.optim.SGD(groups, lr=options.learning_rate, momentum=0.9, nesterov=True)


def read_batch(step, cache, options):
    """The pictures of a step: each pass over the cache has an order of its own. Returns pictures and classes."""
    trained = cache.pictures - HELD_OUT
    count = cache.classes * trained
    per_pass = count // options.batch_size
    order = np.random.default_rng([options.seed, step // per_pass]).permutation(count)
    start = step % per_pass * options.batch_size
    chosen = order[start : start + options.batch_size]
    classes = chosen // trained
    return cache.read(classes, chosen % trained), torch.from_numpy(classes)


@torch.no_grad()
def update_average(average, model, step, decay):
    """Exponential moving average of weights and statistics; short at first."""
    decay = min(decay, (1 + step) / (10 + step))
    values = model.state_dict()
    for name, kept in average.items():
        if kept.is_floating_point():
            kept.lerp_(values[name].to(kept.dtype), 1 - decay)
        else:
            kept.copy_(values[name])


@torch.no_grad()
def measure_accuracy(model, average, cache, side, device):
    """How many held-out pictures the averaged weights name rightly, 0..1."""
    own = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(average)
    model.eval()
    rng = np.random.default_rng(1)
    classes = rng.integers(cache.classes, size=TRIAL_PICTURES)
    pictures = cache.pictures - HELD_OUT + rng.integers(HELD_OUT, size=TRIAL_PICTURES)
    right = 0
    for start in range(0, TRIAL_PICTURES, 250):
        part = slice(start, start + 250)
        images = to_unit(cache.read(classes[part], pictures[part]), device)
        images = normalise(F.interpolate(images, side, mode="bilinear", align_corners=False, antialias=True))
        with torch.autocast(device.type, dtype=torch.bfloat16):
            guesses = model(images).argmax(dim=1).cpu()
        right += (guesses == torch.from_numpy(classes[part])).sum().item()
    model.load_state_dict(own)
    model.train()
    return right / TRIAL_PICTURES


def main():
    options = parse_options()
    cache = Cache(options.cache)
    if cache.pictures <= HELD_OUT or cache.classes * (cache.pictures - HELD_OUT) < options.batch_size:
        raise SystemExit("The cache has too few pictures for this batch size.")
    recipe = recipe_of(options, cache)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    torch.manual_seed(options.seed)
    model = torchvision.models.resnet18(num_classes=cache.classes)
    model.fc = output_layers(model.fc.in_features, options.projector_width, cache.classes)
    model = model.to(device, memory_format=torch.channels_last).train()
    optimizer = optimizer_of(model, options)
    earlier = []
    if options.begin_from and not options.checkpoint.exists():
        earlier = take_over(model, options.begin_from)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step, trained_s = 0, 0.0
    if options.checkpoint.exists():
        kept = torch.load(options.checkpoint, map_location=device)
        if kept["recipe"] != recipe:
            changed = [key for key in recipe if kept["recipe"].get(key) != recipe[key]]
            raise SystemExit(f"{options.checkpoint} was begun with another {', '.join(changed)}.")
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        average, step, trained_s = kept["average"], kept["step"], kept["trained_s"]
        earlier = kept.get("earlier", [])
        print(f"goes on at step {step}", flush=True)

    is_stopping = False

    def stop(*_):
        nonlocal is_stopping
        is_stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def save():
        state = {
            "recipe": recipe,
            "model": model.state_dict(),
            "average": average,
            "optimizer": optimizer.state_dict(),
            "step": step,
            "trained_s": trained_s,
            "earlier": earlier,
        }
        options.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        write_beside(options.checkpoint, lambda file: torch.save(state, file))

    begun = saved = told = time.monotonic()
    trained_s_before = trained_s
    told_step, losses = step, []
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read_batch, step, cache, options)
        while step < options.steps and not is_stopping:
            pictures, classes = coming.result()
            coming = reader.submit(read_batch, step + 1, cache, options)
            side = side_at(step, options.steps, options.sides, options.shares)
            rate = learning_rate_at(step, options.steps, options.learning_rate)
            for group in optimizer.param_groups:
                group["lr"] = rate

            generator = torch.Generator().manual_seed(options.seed * 2**32 + step)
            images = augment(to_unit(pictures, device), side, generator, options.smallest_crop)
            images, partners, share = mix(images, generator, options.mixed_ratio)
            first, second = classes.to(device), classes[partners].to(device)
            with torch.autocast(device.type, dtype=torch.bfloat16):
                scores = model(images)
            scores = scores.float()
            loss = share * F.cross_entropy(scores, first, label_smoothing=options.label_smoothing)
            loss = loss + (1 - share) * F.cross_entropy(scores, second, label_smoothing=options.label_smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            update_average(average, model, step, options.ema_decay)
            step += 1
            losses.append(loss.detach())

            now = time.monotonic()
            trained_s = trained_s_before + now - begun
            if now - told > 20 or step == options.steps:
                mean_loss = torch.stack(losses).mean().item()
                speed = (step - told_step) * options.batch_size / (now - told)
                print(f"step {step}/{options.steps}  {side} px  loss {mean_loss:.3f}  {speed:.0f} images/s", flush=True)
                told, told_step, losses = now, step, []
            if now - begun > options.minutes * 60:
                stop()
            if now - saved > options.checkpoint_minutes * 60 or step == options.steps:
                save()
                accuracy = measure_accuracy(model, average, cache, side, device)
                minutes = trained_s / 60
                print(f"step {step}  held-out accuracy {accuracy:.3f} at {side} px, {minutes:.0f} min", flush=True)
                saved = told = time.monotonic()
                told_step, losses = step, []
    save()
    print(f"stopped at step {step} of {options.steps}; the checkpoint is {options.checkpoint}", flush=True)


if __name__ == "__main__":
    main()
