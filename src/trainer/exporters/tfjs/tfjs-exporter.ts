import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedModel } from '../../load-model.ts'
import type { Exporter } from '../exporter.ts'
import { foldNetwork } from '../fold-network.ts'
import { mirrorNote } from '../both-ways.ts'
import { provenanceOf } from '../provenance.ts'
import { buildTfjsGraph } from './build-graph.ts'
import { modelJson, shardName, shardsOf } from './model-json.ts'
import { preprocessModule } from './preprocess-module.ts'
import { nodeSample } from './samples.ts'

export const tfjsFiles = { model: 'model.json', preprocess: 'preprocess.mjs' } as const

/** A TensorFlow.js graph model, with normalising in the graph and the resizing as a module beside it. */
export const tfjsExporter: Exporter = { format: 'tfjs', write, describe }

async function write({ manifest, network, weights }: LoadedModel, folder: string): Promise<void> {
  const { preprocessing, classes } = manifest
  const graph = buildTfjsGraph(foldNetwork(network, weights), preprocessing)
  const shards = shardsOf(graph.weights)
  const shardNames = shards.map((_, index) => shardName(index, shards.length))
  const metadata = { classes, preprocessing, provenance: provenanceOf(manifest) }
  const options = { graph, preprocessing, classCount: classes.length, shardNames, metadata }
  await writeFile(join(folder, tfjsFiles.model), modelJson(options))
  for (const [index, shard] of shards.entries()) {
    await writeFile(join(folder, shardName(index, shards.length)), shard)
  }
  await writeFile(join(folder, tfjsFiles.preprocess), preprocessModule(preprocessing))
  await writeFile(join(folder, 'predict.mjs'), nodeSample)
}

function describe({ manifest: { preprocessing } }: LoadedModel): string {
  const { resizePx, cropPx } = preprocessing
  const [resize, crop] = [String(resizePx), String(cropPx)]
  return `## Files

- \`${tfjsFiles.model}\` and the shards beside it: a graph model for \`loadGraphModel\`. Input \`image\`: float32
  [batch, ${crop}, ${crop}, 3], R, G, B, values 0 to 255. Output \`probabilities\`: [batch, classes]. Normalising is in
  the graph, resizing is not.
- \`${tfjsFiles.preprocess}\` makes that input of pixels of any size: squashes them to ${resize}x${resize} with the filter
  that the network was trained with and cuts out the centre. It needs no library and runs in browsers too.
  \`tf.image.resizeBilinear\` does not smooth before it shrinks and gives other results.

The classes, in the order of the outputs, are in \`classes.json\` and in \`userDefinedMetadata\` of the model.${mirrorNote(preprocessing)}

## Use

\`\`\`
npm install @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-wasm sharp
node predict.mjs picture.jpg
\`\`\`

Without a picture the program checks itself against \`golden.json\`. In a browser:

\`\`\`js
import * as tf from '@tensorflow/tfjs'
import { preprocess, sidePx } from './preprocess.mjs'

const model = await tf.loadGraphModel('model.json')
const classes = await (await fetch('classes.json')).json()
const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
const input = tf.tensor4d(preprocess(data, width, height, 4), [1, sidePx, sidePx, 3])
const probabilities = await model.predict(input).data()
\`\`\`
`
}
