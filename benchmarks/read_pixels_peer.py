"""Images per second that torchvision makes of the files on standard input, in as many processes as there are cores.

    python3 benchmarks/read_pixels_peer.py < list-of-files
"""

import sys
import time
from multiprocessing import Pool, cpu_count

import numpy
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, RandomHorizontalFlip, RandomResizedCrop, Resize

VIEWS = {
    "test": Compose([Resize((256, 256)), CenterCrop(224)]),
    "crop": Compose([RandomResizedCrop(224), RandomHorizontalFlip()]),
}


def read(job):
    view, file = job
    return numpy.asarray(VIEWS[view](Image.open(file).convert("RGB"))).nbytes


if __name__ == "__main__":
    files = sys.stdin.read().split("\n")
    with Pool(cpu_count()) as pool:
        pool.map(read, [("test", file) for file in files[:8]])
        for view in VIEWS:
            start = time.perf_counter()
            pool.map(read, [(view, file) for file in files], 8)
            print(view, len(files) / (time.perf_counter() - start))
