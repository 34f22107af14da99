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
  const { data, info } = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const input = preprocess(data, info.width, info.height)
  const output = tidy(() => model.predict(tensor4d(input, [1, sidePx, sidePx, 3])))
  const probabilities = await output.data()
  output.dispose()
  return probabilities
}

async function checkGolden() {
  let worst = 0
  for (const golden of (await readJson('golden.json')).images) {
    const probabilities = await predict(here(golden.file))
    golden.endToEnd.forEach((expected, index) => {
      worst = Math.max(worst, Math.abs(expected - probabilities[index]))
    })
  }
  console.log(\`largest difference to golden.json: \${worst.toPrecision(2)}\`)
  return worst <= 0.01
}

const files = process.argv.slice(2)
if (files.length === 0) process.exitCode = (await checkGolden()) ? 0 : 1
for (const file of files) {
  const probabilities = await predict(file)
  const best = probabilities.indexOf(Math.max(...probabilities))
  console.log(\`\${file}\\t\${classes[best]}\\t\${probabilities[best].toFixed(4)}\`)
}
`
