import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedModel } from '../../load-model.ts'
import type { Exporter } from '../exporter.ts'
import { foldNetwork } from '../fold-network.ts'
import { mirrorNote } from '../both-ways.ts'
import { provenanceOf } from '../provenance.ts'
import { buildImageModel, buildPlainModel } from './build-onnx.ts'
import { opsetVersion } from './model-proto.ts'
import { nodeSample, pythonSample } from './samples.ts'

export const onnxFiles = { image: 'model.onnx', plain: 'model-plain.onnx' } as const

/** ONNX, with the preprocessing in the graph and without. */
export const onnxExporter: Exporter = { format: 'onnx', write, describe }

async function write({ manifest, network, weights }: LoadedModel, folder: string): Promise<void> {
  const options = {
    network: foldNetwork(network, weights),
    preprocessing: manifest.preprocessing,
    description: `Image classifier ${manifest.id}, made by Athanor`,
    metadata: {
      classes: JSON.stringify(manifest.classes),
      preprocessing: JSON.stringify(manifest.preprocessing),
      provenance: JSON.stringify(provenanceOf(manifest)),
    },
  }
  await writeFile(join(folder, onnxFiles.image), buildImageModel(options).chunks)
  await writeFile(join(folder, onnxFiles.plain), buildPlainModel(options).chunks)
  await writeFile(join(folder, 'predict.py'), pythonSample)
  await writeFile(join(folder, 'predict.mjs'), nodeSample)
}

function describe({ manifest: { preprocessing } }: LoadedModel): string {
  const { resizePx, cropPx } = preprocessing
  const [resize, crop] = [String(resizePx), String(cropPx)]
  return `## Files

- \`${onnxFiles.image}\` takes pictures as they are. Input \`image\`: unsigned 8-bit [batch, height, width, 3], R, G, B,
  upright, any size. Output \`probabilities\`: [batch, classes]. Resizing to ${resize}x${resize}, the centre crop of
  ${crop}x${crop} and normalising are in the graph. It needs a runtime of ONNX opset ${String(opsetVersion)} with
  antialiasing in Resize, such as ONNX Runtime 1.15 or later.
- \`${onnxFiles.plain}\` is the network alone. Input \`input\`: float32 [batch, 3, ${crop}, ${crop}], preprocessed as
  \`preprocessing.json\` says. Outputs \`logits\` and \`probabilities\`: [batch, classes].

The classes, in the order of the outputs, are in \`classes.json\` and in the metadata of both models.${mirrorNote(preprocessing)}

## Use

\`\`\`
pip install onnxruntime numpy pillow     # or: npm install onnxruntime-node sharp
python predict.py picture.jpg            # or: node predict.mjs picture.jpg
\`\`\`

Without a picture, either program checks itself against \`golden.json\`.
`
}
