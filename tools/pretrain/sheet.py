"""A contact sheet: some identities of each family, some pictures of each, to look at; and the processor time of each.

    /usr/bin/python3 tools/pretrain/sheet.py --out sheet.png
"""

import argparse
import time

import numpy as np
from PIL import Image

from families import FAMILIES, Identity, draw_identity, render


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="the PNG file to write")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="index of the first identity")
    parser.add_argument("--identities", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=4)
    parser.add_argument("--side", type=int, default=128)
    options = parser.parse_args()

    rows = []
    for family in options.families.split(","):
        identities = [Identity(options.seed, family, options.first + n) for n in range(options.identities)]
        draw_s = paint_s = 0
        columns = []
        for identity in identities:
            start = time.process_time()
            draw_identity(identity)
            drawn = time.process_time()
            column = [render(identity, picture, options.side) for picture in range(options.pictures)]
            draw_s, paint_s = draw_s + drawn - start, paint_s + time.process_time() - drawn
            columns.append(np.concatenate(column, axis=0))
        rows.append(np.concatenate(columns, axis=1))
        pictures = options.identities * options.pictures
        paint_ms, draw_ms = 1000 * paint_s / pictures, 1000 * draw_s / options.identities
        print(f"{family}: {paint_ms:.1f} ms a picture, {draw_ms:.0f} ms an identity")
    Image.fromarray(np.concatenate(rows, axis=0)).save(options.out)


if __name__ == "__main__":
    main()
