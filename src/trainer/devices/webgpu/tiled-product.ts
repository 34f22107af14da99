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
  /** WGSL of where in the result, of the same; only without `splits`. Otherwise row by row. */
  readonly place?: string
  readonly outputShape: readonly number[]
  /** In how many parts the inner dimension is summed up side by side; only without `written`. */
  readonly splits?: number
}

/** Columns of a group's tile, of which each thread has a square of four by four. */
const tileColumns = 64
/** Its rows: the smaller ones where the larger ones would mostly lie beyond the last row. */
const tileRowsLarge = 64
const tileRowsSmall = 16
/** How far along the inner dimension a tile reaches into fast memory at once. */
const depth = 16
/** So many of them are written out side by side, so that a card can read some while it multiplies others. */
const unrolled = 4
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
  const { key, inputs, rows, inner, columns, elements, leftAlong, rightAlong, written = 'value', splits = 1 } = product
  const { place = `(split * ${rows} + row) * ${columns} + column` } = product
  const stepsOfSplit = Math.ceil(Math.ceil(inner / splits) / depth)
  const tileRows = tileRowsOf(rows)
  const rowTiles = Math.ceil(rows / tileRows)
  const threads = (tileRows / 4) * (tileColumns / 4)
  // No dimension may have more groups than that, so that the tiles of many rows lie in several layers.
  const layers = Math.ceil(rowTiles / groupsMax)
  const rowTilesOfLayer = Math.ceil(rowTiles / layers)
  const left: Side = { tile: 'leftTile', quads: tileRows / 4, isAlongInner: leftAlong === 'inner', threads }
  const right: Side = { tile: 'rightTile', quads: tileColumns / 4, isAlongInner: rightAlong === 'inner', threads }
  const declarations = `
    ${elements}
    ${declarationOf(left)}
    ${declarationOf(right)}`
  const body = `
      let layer = i32(workgroupId.z) % ${layers};
      let split = i32(workgroupId.z) / ${layers};
      let rowStart = (layer * ${rowTilesOfLayer} + i32(workgroupId.y)) * ${tileRows};
      let columnStart = i32(workgroupId.x) * ${tileColumns};
      let innerStart = split * ${stepsOfSplit * depth};
      let local = i32(localIndex);
      let ownRow = local / ${right.quads};
      let ownColumn = local % ${right.quads};
      var sums : array<vec4<f32>, 4>;
      // How often the loops run is kept from the compiler: it would unroll them, and take seconds for each shape.
      for (var step = 0; step < uniforms.steps; step++) {
        let start = innerStart + step * ${depth};
        ${fill(left, (at) => `leftWithin(rowStart + quad * 4 + ${at}, start + d)`)}
        ${fill(right, (at) => `rightWithin(start + d, columnStart + quad * 4 + ${at})`)}
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
          result[${place}] = ${written};
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
  const program: GpuProgram = {
    ...{ key: `${key} ${rows} ${inner} ${columns} ${splits}`, inputs, outputShape, body },
    declarations: declarations + within,
    groupSize: threads,
    groups: [Math.ceil(columns / tileColumns), rowTilesOfLayer, splits * layers],
    counts: { steps: stepsOfSplit, slices: depth / unrolled },
  }
  return runProgram(backend, program, output)
}

function tileRowsOf(rows: number): number {
  const wasted = Math.ceil(rows / tileRowsLarge) * tileRowsLarge - rows
  return wasted > rows / 2 ? tileRowsSmall : tileRowsLarge
}

/** One of the two tiles that a group multiplies. */
interface Side {
  /** Its name in WGSL. */
  readonly tile: string
  /** Of four rows or columns each. */
  readonly quads: number
  /** Along which index neighbours lie beside each other in memory. */
  readonly isAlongInner: boolean
  readonly threads: number
}

function declarationOf({ tile, quads }: Side): string {
  return `var<workgroup> ${tile} : array<array<vec4<f32>, ${quads}>, ${depth}>;`
}

/**
 * WGSL: the threads of a group read a tile, those that are neighbours what lies beside each other in memory. Four elements
 * at once: threads that write parts of one vector would overwrite each other's on some drivers.
 */
function fill({ tile, quads, isAlongInner, threads }: Side, element: (at: number) => string): string {
  const place = isAlongInner
    ? `let d = i % ${depth}; let quad = i / ${depth};`
    : `let quad = i % ${quads}; let d = i / ${quads};`
  const elements = [0, 1, 2, 3].map(element).join(', ')
  const turns = Array.from({ length: (quads * depth) / threads }, (_, turn) => turn * threads)
  return turns
    .map((first) => `{ let i = local + ${first}; ${place} ${tile}[d][quad] = vec4<f32>(${elements}); }`)
    .join('\n')
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
  const groups = Math.ceil(rows / tileRowsOf(rows)) * Math.ceil(columns / tileColumns)
  return Math.max(1, Math.min(Math.ceil(groupsWanted / groups), Math.floor(inner / innerMin)))
}
