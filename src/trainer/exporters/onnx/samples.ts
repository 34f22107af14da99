import { readPixelsCode, runCode } from '../node-sample.ts'

/** Programs that go into the export; both run on their own, beside the files of the export. */
export const pythonSample = `"""Classifies pictures with model.onnx: python predict.py picture.jpg ...

Without a picture it checks itself against golden.json.
Needs: pip install onnxruntime numpy pillow
"""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image, ImageOps

here = Path(__file__).resolve().parent
classes = json.loads((here / "classes.json").read_text(encoding="utf-8"))
session = onnxruntime.InferenceSession(str(here / "model.onnx"), providers=["CPUExecutionProvider"])


def read_image(path):
    """Upright, on white, unsigned bytes [1, height, width, 3]."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    return numpy.asarray(white.convert("RGB"))[None]


def predict(path):
    return session.run(["probabilities"], {"image": read_image(path)})[0][0]


def check_golden():
    worst = 0.0
    for golden in json.loads((here / "golden.json").read_text(encoding="utf-8"))["images"]:
        probabilities = predict(here / golden["file"])
        expected = numpy.array(golden["endToEnd"])
        worst = max(worst, float(abs(probabilities - expected).max()))
    print(f"largest difference to golden.json: {worst:.2g}")
    return worst <= 0.01


if len(sys.argv) == 1:
    sys.exit(0 if check_golden() else 1)
for path in sys.argv[1:]:
    probabilities = predict(path)
    best = int(probabilities.argmax())
    print(f"{path}\\t{classes[best]}\\t{probabilities[best]:.4f}")
`

export const nodeSample = `// Classifies pictures with model.onnx: node predict.mjs picture.jpg ...
// Without a picture it checks itself against golden.json.
// Needs: npm install onnxruntime-node sharp
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ort from 'onnxruntime-node'
import sharp from 'sharp'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const readJson = async (name) => JSON.parse(await readFile(here(name), 'utf8'))
const classes = await readJson('classes.json')
const session = await ort.InferenceSession.create(here('model.onnx'))

/** Upright, on white, unsigned bytes [1, height, width, 3]. */
async function readImage(file) {
  ${readPixelsCode}
  return new ort.Tensor('uint8', data, [1, info.height, info.width, 3])
}

async function predict(file) {
  const { probabilities } = await session.run({ image: await readImage(file) })
  return probabilities.data
}

${runCode}`
