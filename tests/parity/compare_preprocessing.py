"""Reads lines of JSON {file, box, resizePx, cropPx, sizePx} and answers with torchvision's pixels, raw, one after another."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "fixtures" / "golden-images"))

from golden_images import crop_pixels, load, test_pixels  # noqa: E402

for line in sys.stdin:
    job = json.loads(line)
    image = load(job["file"])
    sys.stdout.buffer.write(test_pixels(image, job["resizePx"], job["cropPx"]).tobytes())
    sys.stdout.buffer.write(crop_pixels(image, job["box"], job["sizePx"]).tobytes())
