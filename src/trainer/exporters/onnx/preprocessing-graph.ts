import { cropOffsetPx } from '../../evaluation/crop-offset.ts'
import type { Preprocessing } from '../../../shared/domain/backbone.ts'
import { floatTensor, intTensor, nodeProto, type Attribute } from './model-proto.ts'
import type { GraphParts } from './network-graph.ts'

/**
 * Halves are common (every picture twice the size has them) and round up in whole-number arithmetic; the little more
 * than a half makes up for sums of 32-bit floats that fall short of it.
 */
const roundingHalf = 0.5 + 1e-4

/**
 * Adds what turns `image`, unsigned bytes [batch, height, width, 3] of any size, into the network's `input`: squashed to
 * a square with an antialiasing triangle filter, centre crop, scaled to 0..1, normalised. Rows are resized first and
 * rounded to whole values before the columns are, because 8-bit resizers such as PIL do so.
 */
export function addPreprocessing({ nodes, initializers }: GraphParts, preprocessing: Preprocessing): void {
  const { resizePx, cropPx, mean, deviation } = preprocessing
  const start = cropOffsetPx(resizePx, cropPx)
  initializers.push(
    intTensor('resize.size', [resizePx]),
    floatTensor('half', [], Float32Array.of(roundingHalf)),
    intTensor('crop.starts', [start, start]),
    intTensor('crop.ends', [start + cropPx, start + cropPx]),
    intTensor('crop.axes', [2, 3]),
    floatTensor('scale', [], Float32Array.of(255)),
    floatTensor('mean', [1, 3, 1, 1], Float32Array.from(mean)),
    floatTensor('deviation', [1, 3, 1, 1], Float32Array.from(deviation)),
  )
  const step = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ) => {
    nodes.push(nodeProto(operator, { inputs, outputs: [output], attributes }))
  }
  const resize = (input: string, axis: number, output: string) => {
    const attributes = { mode: 'linear', coordinate_transformation_mode: 'half_pixel', antialias: 1, axes: [axis] }
    // The empty names are the optional inputs `roi` and `scales`.
    step('Resize', [input, '', '', 'resize.size'], `${output}.exact`, attributes)
    step('Add', [`${output}.exact`, 'half'], `${output}.raised`)
    step('Floor', [`${output}.raised`], output)
  }
  // In this order the large picture is held in floats once, not twice.
  step('Transpose', ['image'], 'image.bytes', { perm: [0, 3, 1, 2] })
  step('Cast', ['image.bytes'], 'image.planes', { to: 1 })
  resize('image.planes', 3, 'image.narrow')
  resize('image.narrow', 2, 'image.square')
  step('Slice', ['image.square', 'crop.starts', 'crop.ends', 'crop.axes'], 'image.crop')
  step('Div', ['image.crop', 'scale'], 'image.scaled')
  step('Sub', ['image.scaled', 'mean'], 'image.centred')
  step('Div', ['image.centred', 'deviation'], 'input')
}
