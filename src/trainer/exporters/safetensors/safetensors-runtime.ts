import { join } from 'node:path'
import { Architecture } from '../../../shared/domain/backbone.ts'
import { chooseDevice } from '../../devices/table.ts'
import { forwardPixels } from '../../evaluation/classifier.ts'
import { softmax } from '../../evaluation/probabilities.ts'
import { readPixels } from '../../evaluation/read-pixels.ts'
import { createParameters } from '../../network/parameters.ts'
import { buildResnet } from '../../network/resnet.ts'
import { readSafetensors } from '../../weights/safetensors.ts'
import { readClasses, readPreprocessing } from '../export-files.ts'
import type { ExportRuntime } from '../exporter.ts'
import { rememberLast } from '../remember-last.ts'
import { safetensorsFile } from './safetensors-exporter.ts'
import { said } from '../../../shared/said.ts'

/**
 * The file read back by ourselves, on the processor: torch cannot be counted on to be there. That torchvision computes
 * the same with it is what the sample code checks where torch is installed.
 */
export async function openSafetensorsRuntime(folder: string): Promise<ExportRuntime> {
  const { active } = await chooseDevice('wasm', { threads: null, precision: 'float32' })
  const { weights, metadata } = await readSafetensors(join(folder, safetensorsFile))
  const classes = await readClasses(folder)
  const preprocessing = await readPreprocessing(folder)
  const network = buildResnet(Architecture.parse(metadata.get('architecture')), classes.length)
  const classifier = { network, preprocessing, parameters: createParameters(network, { weights, seed: 0 }) }
  const run = rememberLast<Uint8Array>(async (pixels) => {
    const size = preprocessing.cropPx ** 2 * 3
    const slots = pixels.length / size
    const images = Array.from({ length: slots }, (_, index) => pixels.subarray(index * size, (index + 1) * size))
    const { outputs } = await forwardPixels(classifier, images, { slots })
    return Float32Array.from(outputs.flatMap((logits) => softmax(logits)))
  })
  return {
    name: said`Athanor on ${active.name}`,
    fromPixels: run,
    fromFile: async (file) => {
      const { values } = await readPixels({ file, contentHash: null }, preprocessing)
      return values === null ? null : run(values)
    },
  }
}
