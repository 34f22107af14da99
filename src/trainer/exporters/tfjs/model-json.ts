import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { shapeOf, type GraphWeight } from './graph-def.ts'
import type { TfjsGraph } from './build-graph.ts'

/** As tfjs' converter cuts them, so that browsers can fetch and cache them side by side. */
export const shardSizeBytes = 4 * 1024 * 1024

export interface ModelJsonOptions {
  readonly graph: TfjsGraph
  readonly preprocessing: Preprocessing
  readonly classCount: number
  readonly shardNames: readonly string[]
  /** Classes and provenance for programs that load the model. */
  readonly metadata: unknown
}

/** The text of `model.json`: topology, signature, and where the weights lie. */
export function modelJson({
  graph,
  preprocessing: { cropPx },
  classCount,
  shardNames,
  metadata,
}: ModelJsonOptions): string {
  const tensor = (name: string, sides: readonly number[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: shapeOf(sides),
  })
  return JSON.stringify({
    format: 'graph-model',
    generatedBy: 'athanor',
    convertedBy: null,
    signature: {
      inputs: { image: tensor('image', [-1, cropPx, cropPx, 3]) },
      outputs: { probabilities: tensor('probabilities', [-1, classCount]) },
    },
    modelTopology: { node: graph.nodes, library: {}, versions: { producer: 1087 } },
    weightsManifest: [
      {
        paths: shardNames,
        weights: graph.weights.map(({ name, shape, values }) => ({
          name,
          shape,
          dtype: values instanceof Float32Array ? 'float32' : 'int32',
        })),
      },
    ],
    userDefinedMetadata: metadata,
  })
}

/** The weights one after the other, cut into shards of equal size but the last. */
export function shardsOf(weights: readonly GraphWeight[]): Uint8Array[] {
  const all = Buffer.concat(
    weights.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  )
  const count = Math.ceil(all.byteLength / shardSizeBytes)
  return Array.from({ length: count }, (_, index) => all.subarray(index * shardSizeBytes, (index + 1) * shardSizeBytes))
}

export function shardName(index: number, count: number): string {
  return `group1-shard${String(index + 1)}of${String(count)}.bin`
}
