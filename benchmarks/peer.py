"""Runs a program in PyTorch with loaders of WORKERS processes, and prints the peak of its own memory in MiB as last line.

    WORKERS=2 python3 benchmarks/peer.py FILE ARGUMENTS...
"""

import os
import resource
import runpy
import sys

import torch.utils.data

plain_loader = torch.utils.data.DataLoader


class Loader(plain_loader):
    def __init__(self, *given, **named):
        super().__init__(*given, **{"num_workers": int(os.environ.get("WORKERS", "0")), **named})


torch.utils.data.DataLoader = Loader
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
