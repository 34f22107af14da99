"""Makes the pictures once and keeps them on disk, so that training never waits for them.

    /usr/bin/python3 tools/pretrain/cache.py --identities 1000 --pictures 32 --workers 2

A cache is a folder of shards, `00000.npy` and so on, uint8 [identities, pictures, side, side, 3], and `settings.json`.
A shard is written beside its place and renamed, so that a call that was stopped can be made again and goes on. The
settings carry a sha256 over themselves and over the programs that draw; a cache made otherwise is refused.
"""

import argparse
import hashlib
import json
import os
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from families import FAMILIES, Identity, render

HERE = Path(__file__).parent
WORK = HERE / "work"
SHARD_IDENTITIES = 20


def fingerprint(settings):
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for source in sorted((HERE / "families").glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def classes_of(settings):
    """The identities in the order of their class numbers."""
    count = settings["identities"]
    return [Identity(settings["seed"], family, index) for family in settings["families"] for index in range(count)]


def write_beside(path, write):
    """Calls `write` with a file that gets its name when it is whole."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(beside, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def make_shard(task):
    path, identities, settings = task
    side, count = settings["side_px"], settings["pictures"]
    pictures = np.empty((len(identities), count, side, side, 3), dtype=np.uint8)
    for row, identity in enumerate(identities):
        for picture in range(count):
            pictures[row, picture] = render(identity, picture, side)
    write_beside(path, lambda file: np.save(file, pictures))


def shards_of(folder, settings):
    """Each shard's file with its identities."""
    identities = classes_of(settings)
    starts = range(0, len(identities), SHARD_IDENTITIES)
    return [(folder / f"{n:05d}.npy", identities[start : start + SHARD_IDENTITIES]) for n, start in enumerate(starts)]


def note_settings(folder, settings):
    """Writes the settings into a new cache; refuses one with other settings."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = {**settings, "sha256": fingerprint(settings)}
    path = folder / "settings.json"
    if path.exists():
        if json.loads(path.read_text()) != noted:
            raise SystemExit(f"{folder} was made with other settings or programs. Delete it or name another.")
    else:
        write_beside(path, lambda file: file.write(json.dumps(noted, indent=2).encode()))


class Cache:
    """A whole cache, mapped into memory. Classes are numbered in the order of `classes_of`."""

    def __init__(self, folder):
        self.settings = json.loads((folder / "settings.json").read_text())
        plain = {key: value for key, value in self.settings.items() if key != "sha256"}
        if fingerprint(plain) != self.settings["sha256"]:
            raise SystemExit(f"{folder} is stale: the programs that draw have changed since. Make it anew.")
        shards = shards_of(folder, plain)
        missing = sum(not path.exists() for path, _ in shards)
        if missing:
            raise SystemExit(f"{folder} lacks {missing} of {len(shards)} shards. Call cache.py again to go on.")
        self.shards = [np.load(path, mmap_mode="r") for path, _ in shards]
        self.classes = len(classes_of(plain))
        self.pictures = self.settings["pictures"]

    def read(self, classes, pictures):
        """uint8 [n, side, side, 3] of the pictures by class and number."""
        side = self.settings["side_px"]
        out = np.empty((len(classes), side, side, 3), dtype=np.uint8)
        for row, (number, picture) in enumerate(zip(classes, pictures)):
            out[row] = self.shards[number // SHARD_IDENTITIES][number % SHARD_IDENTITIES, picture]
        return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=WORK / "cache")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--identities", type=int, default=1000, help="of each family")
    parser.add_argument("--pictures", type=int, default=32, help="of each identity")
    parser.add_argument("--side", type=int, default=128, help="in pixels")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    settings = {
        "seed": options.seed,
        "families": options.families.split(","),
        "identities": options.identities,
        "pictures": options.pictures,
        "side_px": options.side,
    }
    note_settings(options.cache, settings)
    shards = shards_of(options.cache, settings)
    tasks = [(path, identities, settings) for path, identities in shards if not path.exists()]
    print(f"{len(shards) - len(tasks)} of {len(shards)} shards are there", flush=True)
    start = time.monotonic()
    with Pool(options.workers) as pool:
        for done, _ in enumerate(pool.imap_unordered(make_shard, tasks), start=1):
            left = len(tasks) - done
            left_min = (time.monotonic() - start) / done * left / 60
            print(f"{len(shards) - left} of {len(shards)} shards, about {left_min:.0f} min left", flush=True)


if __name__ == "__main__":
    main()
