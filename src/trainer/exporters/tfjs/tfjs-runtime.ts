import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setBackend, tensor4d, tidy, version_core, type io, type Tensor } from '@tensorflow/tfjs-core'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import { z } from 'zod'
import { readPreprocessing } from '../export-files.ts'
import type { ExportRuntime } from '../exporter.ts'
import { readPicture } from '../read-picture.ts'
import { rememberLast } from '../remember-last.ts'
import { tfjsFiles } from './tfjs-exporter.ts'

type Preprocess = (pixels: Uint8Array, width: number, height: number) => Float32Array

/** TensorFlow.js as published, on its own wasm backend without any kernel of ours; files go through `preprocess.mjs`. */
export async function openTfjsRuntime(folder: string): Promise<ExportRuntime> {
  await import('@tensorflow/tfjs-backend-wasm')
  await setBackend('wasm')
  const { cropPx } = await readPreprocessing(folder)
  const model = await loadGraphModel({ load: () => readArtifacts(folder) })
  const preprocess = await loadPreprocess(folder)
  const run = rememberLast<Float32Array>(async (values) => {
    const count = values.length / (cropPx * cropPx * 3)
    const output = tidy(() => model.predict(tensor4d(values, [count, cropPx, cropPx, 3])) as Tensor)
    const probabilities = await output.data<'float32'>()
    output.dispose()
    return probabilities
  })
  return {
    name: `@tensorflow/tfjs ${version_core} (wasm)`,
    fromPixels: (pixels) => run(Float32Array.from(pixels)),
    fromFile: async (file) => {
      const picture = await readPicture(file)
      if (picture === null) return null
      const { values, widthPx, heightPx } = picture
      return run(preprocess(values, widthPx, heightPx))
    },
  }
}

const ModelJson = z.looseObject({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(z.unknown()) })).length(1),
})

async function readArtifacts(folder: string): Promise<io.ModelArtifacts> {
  const parsed = ModelJson.parse(JSON.parse(await readFile(join(folder, tfjsFiles.model), 'utf8')))
  const { weightsManifest, modelTopology, ...rest } = parsed
  const [group] = weightsManifest
  const shards = await Promise.all((group?.paths ?? []).map((path) => readFile(join(folder, path))))
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer
  // tfjs checks the specs itself when it decodes the weights.
  return { ...rest, modelTopology, weightSpecs: group?.weights as io.WeightsManifestEntry[], weightData }
}

/** The module that the export ships, so that what is verified is what people run. */
async function loadPreprocess(folder: string): Promise<Preprocess> {
  const { href } = pathToFileURL(join(folder, tfjsFiles.preprocess))
  const { preprocess } = (await import(/* @vite-ignore */ href)) as { preprocess: Preprocess }
  return preprocess
}
