import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floatsOf, runElementwise, runProgram, type GpuBackend, type GpuProgram, type Lanes } from './gpu-program.ts'
import {
  beginTiles,
  declarationOf,
  declareSums,
  endTiles,
  fill,
  multiplySlices,
  sumsOf,
  writeSums,
  type Tile,
} from './tile-code.ts'
import { threadsOf, tileColumns, tileDepth, tileRowsOf, tilingOf, type Tiling } from './tiling.ts'

/** A product of two matrices that need not lie in memory: [rows, inner] times [inner, columns]. */
export interface TiledProduct extends Pick<GpuProgram, 'inputs' | 'inputLanes' | 'outputShape'> {
  /** Unique to the code; what `rows` and `inner` are is not part of it, so that batches of any size share it. */
  readonly key: string
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** WGSL of `left(row, inner)` and `right(inner, column)`, with whatever else they need. */
  readonly elements: string
  readonly left: Factor<'row' | 'inner'>
  readonly right: Factor<'inner' | 'column'>
  /** How many neighbouring columns are written at once. */
  readonly columnLanes: Lanes
  /** WGSL of what is written, of `value`, `row` and `column`. */
  readonly written?: string
  /** WGSL of where in the result the number stands, of the same; only without `splits`. Otherwise row by row. */
  readonly place?: string
  /** In how many parts the inner dimension is summed up side by side; only without `written`. */
  readonly splits?: number
}

interface Factor<Index> {
  /** Along which index neighbours lie beside each other in memory: threads that are neighbours read them together. */
  readonly along: Index
  /** How many of these its function gives at once, from the one that it is asked for. */
  readonly lanes: Lanes
  /** Whether its numbers are a gradient's, most of which are too small for halves. */
  readonly isGradient?: boolean
}

/**
 * A gradient is multiplied by it before it becomes halves, which keep what lies between 6e-5 and 65,504 to three digits; a
 * power of two changes no digit (Micikevicius et al. 2018).
 */
const gradientFactor = 256
/** What every device allows in a dimension. */
const groupsMax = 65_535

/**
 * Multiplies tile by tile, each of which is read once into the fast memory of its group (Volkov and Demmel 2008). Into a new
 * tensor, or into `output`.
 */
export function tiledProduct(backend: GpuBackend, product: TiledProduct, output?: TensorInfo): TensorInfo {
  const { splits = 1, rows, columns, outputShape } = product
  if (splits === 1) return multiply(backend, product, outputShape, output)
  const parts = multiply(backend, product, [splits, rows, columns])
  const size = rows * columns
  const sum = Array.from({ length: splits }, (_, part) => `parts[i + ${part * size}]`).join(' + ')
  const summed = { key: `sum of ${splits} parts`, inputs: { parts }, outputShape, value: sum }
  const result = runElementwise(backend, summed)
  backend.disposeData(parts.dataId)
  return result
}

function multiply(
  backend: GpuBackend,
  product: TiledProduct,
  outputShape: readonly number[],
  output?: TensorInfo,
): TensorInfo {
  const { key, inputs, inputLanes, rows, inner, columns, elements, splits = 1, columnLanes } = product
  const steps = Math.ceil(Math.ceil(inner / splits) / tileDepth)
  const tiling = tilingOf(rows, backend.use)
  const rowTiles = Math.ceil(rows / tiling.rows)
  // No dimension may have more groups than that, so that the tiles of many rows lie in several layers.
  const layers = Math.ceil(rowTiles / groupsMax)
  const rowTilesOfLayer = Math.ceil(rowTiles / layers)
  const left: Tile = { name: 'left', size: tiling.rows, isAlongInner: product.left.along === 'inner', tiling }
  const right: Tile = { name: 'right', size: tileColumns, isAlongInner: product.right.along === 'inner', tiling }
  const body = `
      let layer = i32(workgroupId.z) % uniforms.layers;
      let split = i32(workgroupId.z) / uniforms.layers;
      let rowStart = (layer * uniforms.layerTiles + i32(workgroupId.y)) * ${tiling.rows};
      let columnStart = i32(workgroupId.x) * ${tileColumns};
      let innerStart = split * uniforms.steps * ${tileDepth};
      let local = i32(localIndex);
      ${declareSums(tiling)}
      // How often the loops run is kept from the compiler: it would unroll them, and take seconds for each shape.
      for (var step = 0; step < uniforms.steps; step++) {
        let innerStep = innerStart + step * ${tileDepth};
        ${fill(left)}
        ${fill(right)}
        workgroupBarrier();
        ${beginTiles(tiling)}
        for (var slice = 0; slice < uniforms.slices; slice++) {
          ${multiplySlices('slice', tiling)}
        }
        ${endTiles(tiling)}
        workgroupBarrier();
      }
      ${writeSums(tiling)}`
  const program: GpuProgram = {
    key: [key, columns, JSON.stringify(tiling)].join(' '),
    ...{ inputs, ...(inputLanes && { inputLanes }), outputShape, outputLanes: columnLanes, body },
    declarations: [elements, guarded(product, tiling), declarationOf(left), declarationOf(right)].join('\n'),
    groupSize: threadsOf(tiling),
    groups: [Math.ceil(columns / tileColumns), rowTilesOfLayer, splits * layers],
    counts: {
      rows,
      inner,
      steps,
      layers,
      layerTiles: rowTilesOfLayer,
      slices: tileDepth / tiling.slicesAtOnce,
      four: 4,
      sums: sumsOf(tiling),
    },
  }
  return runProgram(backend, program, output)
}

/**
 * WGSL of what the tiles are filled from and written by, four numbers at once and 0 beyond the matrices: `leftFour(row,
 * inner)` and `rightFour(inner, column)` along memory, and `writeFour(split, row, column, sums)` along columns.
 */
function guarded(
  { columns, left, right, columnLanes, written = 'value', place }: TiledProduct,
  { number }: Tiling,
): string {
  const enlarged = ({ isGradient }: Factor<string>) => number === 'f16' && isGradient === true
  const times = (factor: Factor<string>) => (enlarged(factor) ? ` * ${gradientFactor}.0` : '')
  const over = enlarged(left) || enlarged(right) ? ` * ${1 / gradientFactor}` : ''
  const leftLane = left.along === 'inner' ? 'row, inner + at' : 'row + at, inner'
  const rightLane = right.along === 'inner' ? 'inner + at, column' : 'inner, column + at'
  const four = (one: string) => `
    var all : vec4<f32>;
    for (var at = 0; at < uniforms.four; at++) { all[at] = ${one}; }
    return all;`
  const leftType = floatsOf(left.lanes)
  const rightType = floatsOf(right.lanes)
  return `
    fn leftWithin(row : i32, inner : i32) -> ${leftType} {
      if (row >= uniforms.rows || inner >= uniforms.inner) { return ${leftType}(0.0); }
      return left(row, inner)${times(left)};
    }
    fn rightWithin(inner : i32, column : i32) -> ${rightType} {
      if (column >= ${columns} || inner >= uniforms.inner) { return ${rightType}(0.0); }
      return right(inner, column)${times(right)};
    }
    fn leftFour(row : i32, inner : i32) -> vec4<f32> {
      ${left.lanes === 4 ? 'return leftWithin(row, inner);' : four(`leftWithin(${leftLane})`)}
    }
    fn rightFour(inner : i32, column : i32) -> vec4<f32> {
      ${right.lanes === 4 ? 'return rightWithin(inner, column);' : four(`rightWithin(${rightLane})`)}
    }
    fn write(split : i32, row : i32, column : i32, sum : ${floatsOf(columnLanes)}) {
      let value = sum${over};
      if (row >= uniforms.rows || column >= ${columns}) { return; }
      result[(${place ?? `(split * uniforms.rows + row) * ${columns} + column`}) / ${columnLanes}] = ${written};
    }
    fn writeFour(split : i32, row : i32, column : i32, sums : vec4<f32>) {
      ${
        columnLanes === 4
          ? 'write(split, row, column, sums);'
          : 'for (var at = 0; at < uniforms.four; at++) { write(split, row, column + at, sums[at]); }'
      }
    }`
}

/** Groups that keep any card busy. */
const groupsWanted = 256
/** So many steps are worth a group of their own. */
const innerMin = 512

/** In how many parts a long inner dimension is worth summing up side by side. */
export function splitsOf({ rows, inner, columns }: Pick<TiledProduct, 'rows' | 'inner' | 'columns'>): number {
  const groups = Math.ceil(rows / tileRowsOf(rows)) * Math.ceil(columns / tileColumns)
  return Math.max(1, Math.min(Math.ceil(groupsWanted / groups), Math.floor(inner / innerMin)))
}
