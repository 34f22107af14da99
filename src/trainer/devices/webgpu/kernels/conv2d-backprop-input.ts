import type { TensorInfo } from '@tensorflow/tfjs-core'
import { convolutionOf, type Convolution } from '../../window-info.ts'
import { floatsOf, lanesOf, runElementwise, type GpuBackend } from '../gpu-program.ts'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { tiledProduct, type TiledProduct } from '../tiled-product.ts'
import { convolutionKey } from '../windows.ts'

/**
 * The gradient of a convolution towards its input. Inputs dy, filter; attribute inputShape. A stride leaves each input place
 * only every so many taps of the filter: the places that see the same ones are a phase, and a product of its own.
 */
export const conv2dBackpropInput: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const dy = inputOf(given.inputs, 'dy')
    const filter = inputOf(given.inputs, 'filter')
    const attrs = given.attrs ?? {}
    const c = convolutionOf(attrs['inputShape'] as unknown as number[], filter.shape, attrs)
    if (c === null || !areFloats(dy, filter)) return original(given)
    const phases = phasesOf(c)
    const seen = phases.filter(([y, x]) => y.taps > 0 && x.taps > 0)
    // A filter that is smaller than its stride never sees some places.
    let result = seen.length < phases.length ? zeros(backend, c.inShape) : undefined
    for (const phase of seen) result = tiledProduct(backend, productOf(c, phase, { dy, filterValues: filter }), result)
    return result ?? original(given)
  }

function zeros(backend: GpuBackend, outputShape: readonly number[]): TensorInfo {
  return runElementwise(backend, { key: 'zeros', inputs: {}, outputShape, value: '0.0' })
}

/** What a phase is along one dimension. */
interface Phase {
  /** Its first input place; the others follow a stride apart. */
  readonly start: number
  readonly places: number
  /** The first tap that its places are seen through; the others follow a stride apart. */
  readonly tap: number
  readonly taps: number
  /** The output that sees the first place through the first tap. */
  readonly output: number
}

function phasesAlong(size: number, filterSize: number, stride: number, padding: number): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, start) => {
    const tap = (start + padding) % stride
    const taps = Math.max(0, Math.ceil((filterSize - tap) / stride))
    return { start, places: Math.ceil((size - start) / stride), tap, taps, output: (start + padding - tap) / stride }
  })
}

/** Along y and x. */
type Phases = readonly [y: Phase, x: Phase]

function phasesOf(c: Convolution): Phases[] {
  const rows = phasesAlong(c.inHeight, c.filterHeight, c.strideHeight, c.padInfo.top)
  const columns = phasesAlong(c.inWidth, c.filterWidth, c.strideWidth, c.padInfo.left)
  return rows.flatMap((y) => columns.map((x): Phases => [y, x]))
}

/** Input places of the phase by (y, x of its taps, output channel), times those by input channels. */
function productOf(
  c: Convolution,
  [y, x]: Phases,
  inputs: Readonly<Record<'dy' | 'filterValues', TensorInfo>>,
): TiledProduct {
  const lanes = lanesOf(c.outChannels)
  const floats = floatsOf(lanes)
  return {
    key: `input gradient ${y.start} ${x.start} ${convolutionKey(c)}`,
    inputs,
    inputLanes: { dy: lanes, filterValues: lanes },
    rows: c.batchSize * y.places * x.places,
    inner: y.taps * x.taps * c.outChannels,
    columns: c.inChannels,
    elements: `
      fn left(row : i32, inner : i32) -> ${floats} {
        let channel = inner % ${c.outChannels};
        let tap = inner / ${c.outChannels};
        let image = row / ${y.places * x.places};
        let place = row % ${y.places * x.places};
        let outY = place / ${x.places} + ${y.output} - tap / ${x.taps};
        let outX = place % ${x.places} + ${x.output} - tap % ${x.taps};
        if (outY < 0 || outX < 0 || outY >= ${c.outHeight} || outX >= ${c.outWidth}) { return ${floats}(0.0); }
        return dy[(((image * ${c.outHeight} + outY) * ${c.outWidth} + outX) * ${c.outChannels} + channel) / ${lanes}];
      }
      fn right(inner : i32, column : i32) -> ${floats} {
        let channel = inner % ${c.outChannels};
        let tap = inner / ${c.outChannels};
        let filterY = ${y.tap} + tap / ${x.taps} * ${c.strideHeight};
        let filterX = ${x.tap} + tap % ${x.taps} * ${c.strideWidth};
        let place = (filterY * ${c.filterWidth} + filterX) * ${c.inChannels} + column;
        return filterValues[(place * ${c.outChannels} + channel) / ${lanes}];
      }`,
    left: { along: 'inner', lanes, isGradient: true },
    right: { along: 'inner', lanes },
    columnLanes: lanesOf(c.inChannels),
    place: `${placeOf(c, y, x)} * ${c.inChannels} + column`,
    outputShape: c.inShape,
  }
}

/** WGSL: which input place a row is. */
function placeOf(c: Convolution, y: Phase, x: Phase): string {
  const image = `row / ${y.places * x.places}`
  const inY = `(row / ${x.places} % ${y.places} * ${c.strideHeight} + ${y.start})`
  const inX = `(row % ${x.places} * ${c.strideWidth} + ${x.start})`
  return `((${image} * ${c.inHeight} + ${inY}) * ${c.inWidth} + ${inX})`
}
