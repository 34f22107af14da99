import { cropOffsetPx } from '../crop-offset.ts'
import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { floatTensor, intTensor, nodeProto, type Attribute } from './model-proto.ts'
import type { GraphParts } from './network-graph.ts'

/**
 * Adds what turns `image`, unsigned bytes [batch, height, width, 3] of any size, into the network's `input`: squashed to
 * a square with an antialiasing triangle filter and rounded to whole values as 8-bit resizers do, centre crop, scaled to
 * 0..1, normalised.
 */
export function addPreprocessing({ nodes, initializers }: GraphParts, preprocessing: Preprocessing): void {
  const { resizePx, cropPx, mean, deviation } = preprocessing
  const start = cropOffsetPx(resizePx, cropPx)
  initializers.push(
    intTensor('resize.sizes', [resizePx, resizePx]),
    intTensor('crop.starts', [start, start]),
    intTensor('crop.ends', [start + cropPx, start + cropPx]),
    intTensor('crop.axes', [2, 3]),
    floatTensor('scale', [], Float32Array.of(255)),
    floatTensor('mean', [1, 3, 1, 1], Float32Array.from(mean)),
    floatTensor('deviation', [1, 3, 1, 1], Float32Array.from(deviation)),
  )
  const step = (operator: string, inputs: readonly string[], output: string, attributes = {}) => {
    nodes.push(nodeProto(operator, { inputs, outputs: [output], attributes }))
  }
  const resize: Record<string, Attribute> = {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
    antialias: 1,
    axes: [2, 3],
  }
  step('Cast', ['image'], 'image.float', { to: 1 })
  step('Transpose', ['image.float'], 'image.planes', { perm: [0, 3, 1, 2] })
  // The empty names are the optional inputs `roi` and `scales`.
  step('Resize', ['image.planes', '', '', 'resize.sizes'], 'image.square', resize)
  step('Round', ['image.square'], 'image.whole')
  step('Slice', ['image.whole', 'crop.starts', 'crop.ends', 'crop.axes'], 'image.crop')
  step('Div', ['image.crop', 'scale'], 'image.scaled')
  step('Sub', ['image.scaled', 'mean'], 'image.centred')
  step('Div', ['image.centred', 'deviation'], 'input')
}
