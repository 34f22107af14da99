import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { seeAsModel } from '../both-ways.ts'
import type { FoldedNetwork } from '../fold-network.ts'
import { modelProto, valueInfo } from './model-proto.ts'
import { addNetwork, type GraphParts } from './network-graph.ts'
import { addPreprocessing } from './preprocessing-graph.ts'
import type { Message } from './protobuf.ts'

export interface OnnxOptions {
  readonly network: FoldedNetwork
  readonly preprocessing: Preprocessing
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The model that takes images: `image`, uint8 [batch, height, width, 3] of any size, to `probabilities`. */
export function buildImageModel({ network, preprocessing, description, metadata }: OnnxOptions): Message {
  const parts: GraphParts = { nodes: [], initializers: [] }
  addPreprocessing(parts, preprocessing)
  addNetwork(parts, seeAsModel(network, preprocessing))
  const graph = {
    ...parts,
    name: 'image-classifier',
    inputs: [valueInfo('image', 'uint8', ['batch', 'height', 'width', 3])],
    outputs: [valueInfo('probabilities', 'float32', ['batch', network.classCount])],
  }
  return modelProto({ graph, description, metadata })
}

/** The model without preprocessing: `input`, float32 [batch, 3, side, side], to `logits` and `probabilities`. */
export function buildPlainModel({ network, preprocessing, description, metadata }: OnnxOptions): Message {
  const parts: GraphParts = { nodes: [], initializers: [] }
  addNetwork(parts, seeAsModel(network, preprocessing))
  const { cropPx } = preprocessing
  const graph = {
    ...parts,
    name: 'classifier',
    inputs: [valueInfo('input', 'float32', ['batch', 3, cropPx, cropPx])],
    outputs: [
      valueInfo('logits', 'float32', ['batch', network.classCount]),
      valueInfo('probabilities', 'float32', ['batch', network.classCount]),
    ],
  }
  return modelProto({ graph, description, metadata })
}
