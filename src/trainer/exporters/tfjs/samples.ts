import { readPixelsCode, runCode } from '../node-sample.ts'

/** A program that goes into the export; runs on its own, beside the files of the export. */
export const nodeSample = `// Classifies pictures with model.json: node predict.mjs picture.jpg ...
// Without a picture it checks itself against golden.json.
// Needs: npm install @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-wasm sharp
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { setBackend, tensor4d, tidy } from '@tensorflow/tfjs-core'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import '@tensorflow/tfjs-backend-wasm'
import sharp from 'sharp'
import { preprocess, sidePx } from './preprocess.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const readJson = async (name) => JSON.parse(await readFile(here(name), 'utf8'))
const classes = await readJson('classes.json')
await setBackend('wasm')
const model = await loadGraphModel({ load: readModel })

/** What a browser does by itself when it is given the address of model.json. */
async function readModel() {
  const { weightsManifest, ...rest } = await readJson('model.json')
  const [{ paths, weights }] = weightsManifest
  const shards = await Promise.all(paths.map((path) => readFile(here(path))))
  const all = Uint8Array.from(Buffer.concat(shards))
  return { ...rest, weightSpecs: weights, weightData: all.buffer }
}

async function predict(file) {
  ${readPixelsCode}
  const input = preprocess(data, info.width, info.height)
  const output = tidy(() => model.predict(tensor4d(input, [1, sidePx, sidePx, 3])))
  const probabilities = await output.data()
  output.dispose()
  return probabilities
}

${runCode}`
