import { runElementwise, runProgram, type GpuBackend, type GpuProgram } from './gpu-program.ts'
import type { TensorInfo } from '@tensorflow/tfjs-core'

/** A product of two matrices that need not lie in memory: [rows, inner] times [inner, columns]. */
export interface TiledProduct {
  readonly key: string
  readonly inputs: GpuProgram['inputs']
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** WGSL of `left(row, inner)` and `right(inner, column)`, with whatever else they need. */
  readonly elements: string
  /** Along which index neighbours lie beside each other in memory: threads that are neighbours read them together. */
  readonly leftAlong: 'row' | 'inner'
  readonly rightAlong: 'inner' | 'column'
  /** WGSL of what is written, of `value`, `row` and `column`. */
  readonly written?: string
  readonly outputShape: readonly number[]
  /** In how many parts the inner dimension is summed up side by side; only without `written`. */
  readonly splits?: number
}

/** Rows and columns of a group's tile; each of its 256 threads has a square of four by four of them. */
const tile = 64
/** Of four rows or columns each. */
const quads = tile / 4
/** How far along the inner dimension a tile reaches into fast memory at once. */
const depth = 16
/** So many of them are written out side by side, so that a card can read some while it multiplies others. */
const unrolled = 4
const threads = 256
/** What every device allows in a dimension. */
const groupsMax = 65_535

/** Multiplies tile by tile, each of which is read once into the fast memory of its group (Volkov and Demmel 2008). */
export function tiledProduct(backend: GpuBackend, product: TiledProduct): TensorInfo {
  const { splits = 1, rows, columns, outputShape } = product
  if (splits === 1) return multiply(backend, product, outputShape)
  const parts = multiply(backend, product, [splits, rows, columns])
  const size = rows * columns
  const sum = Array.from({ length: splits }, (_, part) => `parts[i + ${part * size}]`).join(' + ')
  const summed = { key: `sum of ${splits} parts`, inputs: { parts }, outputShape, value: sum }
  const result = runElementwise(backend, summed)
  backend.disposeData(parts.dataId)
  return result
}

function multiply(backend: GpuBackend, product: TiledProduct, outputShape: readonly number[]): TensorInfo {
  const { key, inputs, rows, inner, columns, elements, leftAlong, rightAlong, written = 'value', splits = 1 } = product
  const stepsOfSplit = Math.ceil(Math.ceil(inner / splits) / depth)
  const rowTiles = Math.ceil(rows / tile)
  // No dimension may have more groups than that, so that the tiles of many rows lie in several layers.
  const layers = Math.ceil(rowTiles / groupsMax)
  const rowTilesOfLayer = Math.ceil(rowTiles / layers)
  const declarations = `
    ${elements}
    var<workgroup> leftTile : array<array<vec4<f32>, ${quads}>, ${depth}>;
    var<workgroup> rightTile : array<array<vec4<f32>, ${quads}>, ${depth}>;`
  const body = `
      let layer = i32(workgroupId.z) % ${layers};
      let split = i32(workgroupId.z) / ${layers};
      let rowStart = (layer * ${rowTilesOfLayer} + i32(workgroupId.y)) * ${tile};
      let columnStart = i32(workgroupId.x) * ${tile};
      let innerStart = split * ${stepsOfSplit * depth};
      let local = i32(localIndex);
      let ownRow = local / ${quads};
      let ownColumn = local % ${quads};
      var sums : array<vec4<f32>, 4>;
      // How often the loops run is kept from the compiler: it would unroll them, and take seconds for each shape.
      for (var step = 0; step < uniforms.steps; step++) {
        let start = innerStart + step * ${depth};
        {
          ${placeOf(leftAlong === 'inner')}
          leftTile[d][quad] = ${quadOf((at) => `leftWithin(rowStart + quad * 4 + ${at}, start + d)`)};
        }
        {
          ${placeOf(rightAlong === 'inner')}
          rightTile[d][quad] = ${quadOf((at) => `rightWithin(start + d, columnStart + quad * 4 + ${at})`)};
        }
        workgroupBarrier();
        for (var slice = 0; slice < uniforms.slices; slice++) {
          ${Array.from({ length: unrolled }, (_, at) => multiplyAdd(`slice * ${unrolled} + ${at}`)).join('')}
        }
        workgroupBarrier();
      }
      for (var r = 0; r < 4; r++) {
        for (var c = 0; c < 4; c++) {
          let row = rowStart + ownRow * 4 + r;
          let column = columnStart + ownColumn * 4 + c;
          if (row >= ${rows} || column >= ${columns}) { continue; }
          let value = sums[r][c];
          result[(split * ${rows} + row) * ${columns} + column] = ${written};
        }
      }`
  const within = `
    fn leftWithin(row : i32, inner : i32) -> f32 {
      if (row >= ${rows} || inner >= ${inner}) { return 0.0; }
      return left(row, inner);
    }
    fn rightWithin(inner : i32, column : i32) -> f32 {
      if (column >= ${columns} || inner >= ${inner}) { return 0.0; }
      return right(inner, column);
    }`
  return runProgram(backend, {
    ...{ key: `${key} ${rows} ${inner} ${columns} ${splits}`, inputs, outputShape, body },
    declarations: declarations + within,
    groupSize: threads,
    groups: [Math.ceil(columns / tile), rowTilesOfLayer, splits * layers],
    counts: { steps: stepsOfSplit, slices: depth / unrolled },
  })
}

/** WGSL: which four elements a thread reads. Neighbours read what lies beside each other in memory. */
function placeOf(isAlongInner: boolean): string {
  return isAlongInner
    ? `let d = local % ${depth}; let quad = local / ${depth};`
    : `let quad = local % ${quads}; let d = local / ${quads};`
}

/** WGSL of four at once: threads that write parts of one vector would overwrite each other's on some drivers. */
function quadOf(element: (at: number) => string): string {
  return `vec4<f32>(${[0, 1, 2, 3].map(element).join(', ')})`
}

/** WGSL: the products of a row of each tile, added to the thread's sums. */
function multiplyAdd(at: string): string {
  return `{
    let l = leftTile[${at}][ownRow];
    let r = rightTile[${at}][ownColumn];
    sums[0] = fma(vec4<f32>(l.x), r, sums[0]);
    sums[1] = fma(vec4<f32>(l.y), r, sums[1]);
    sums[2] = fma(vec4<f32>(l.z), r, sums[2]);
    sums[3] = fma(vec4<f32>(l.w), r, sums[3]);
  }`
}

/** Groups that keep any card busy. */
const groupsWanted = 256
/** So many steps are worth a group of their own. */
const innerMin = 512

/** In how many parts a long inner dimension is worth summing up side by side. */
export function splitsOf({ rows, inner, columns }: Pick<TiledProduct, 'rows' | 'inner' | 'columns'>): number {
  const groups = Math.ceil(rows / tile) * Math.ceil(columns / tile)
  return Math.max(1, Math.min(Math.ceil(groupsWanted / groups), Math.floor(inner / innerMin)))
}
