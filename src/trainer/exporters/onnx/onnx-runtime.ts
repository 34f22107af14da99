import { join } from 'node:path'
import { InferenceSession, Tensor, env } from 'onnxruntime-node'
import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { normalisePixels } from '../../evaluation/normalise-pixels.ts'
import { readPreprocessing } from '../export-files.ts'
import type { ExportRuntime } from '../exporter.ts'
import { readPicture } from '../read-picture.ts'
import { onnxFiles } from './onnx-exporter.ts'

/** ONNX Runtime on the processor, without any of our own arithmetic: the plain model for pixels, the other for files. */
export async function openOnnxRuntime(folder: string): Promise<ExportRuntime> {
  const preprocessing = await readPreprocessing(folder)
  const plain = await InferenceSession.create(join(folder, onnxFiles.plain))
  const whole = await InferenceSession.create(join(folder, onnxFiles.image))
  return {
    name: `onnxruntime-node ${env.versions.node ?? ''}`.trim(),
    fromPixels: (pixels, count) => {
      const { cropPx } = preprocessing
      const input = new Tensor('float32', planesOf(pixels, count, preprocessing), [count, 3, cropPx, cropPx])
      return probabilitiesOf(plain, { input })
    },
    fromFile: async (file) => {
      const picture = await readPicture(file)
      if (picture === null) return null
      const { values, heightPx, widthPx } = picture
      return probabilitiesOf(whole, { image: new Tensor('uint8', values, [1, heightPx, widthPx, 3]) })
    },
  }
}

async function probabilitiesOf(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Float32Array> {
  const { probabilities } = await session.run(feeds, ['probabilities'])
  if (probabilities?.data instanceof Float32Array) return probabilities.data
  throw new AppError('bad-file', said`The exported model gives no probabilities.`)
}

/** Normalised and channels first: [count, 3, side, side]. */
function planesOf(pixels: Uint8Array, count: number, preprocessing: Preprocessing): Float32Array {
  const normalised = new Float32Array(pixels.length)
  normalisePixels(pixels, preprocessing, normalised)
  const planeSize = preprocessing.cropPx ** 2
  const planes = new Float32Array(pixels.length)
  for (let image = 0; image < count; image += 1) {
    const start = image * planeSize * 3
    for (let pixel = 0; pixel < planeSize; pixel += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        planes[start + channel * planeSize + pixel] = normalised[start + pixel * 3 + channel] ?? 0
      }
    }
  }
  return planes
}
