/**
 * WGSL of what the threads of a group do with their two tiles: read them, multiply them, write what came out. Both lie in
 * fast memory by [inner, four rows or columns], so that a slice of each is what a thread multiplies.
 */

import { threadsAcross, threadsOf, tileDepth, type Tiling } from './tiling.ts'

/** One of the two tiles that a group multiplies. */
export interface Tile {
  readonly name: 'left' | 'right'
  /** Its rows or its columns. */
  readonly size: number
  /** Along which index neighbours lie beside each other in memory. */
  readonly isAlongInner: boolean
  readonly tiling: Tiling
}

export function declarationOf({ name, size, tiling }: Tile): string {
  return `var<workgroup> ${name}Tile : array<array<vec4<${tiling.number}>, ${size / 4}>, ${tileDepth}>;`
}

/**
 * Each thread reads squares of four by four, which it turns where memory runs along the inner dimension: threads that write
 * parts of one vector would overwrite each other's on some drivers.
 */
export function fill({ name, size, isAlongInner, tiling }: Tile): string {
  const quads = size / 4
  const squares = quads * (tileDepth / 4)
  const threads = threadsOf(tiling)
  const place = isAlongInner
    ? `let d = i % ${tileDepth / 4} * 4; let quad = i / ${tileDepth / 4};`
    : `let quad = i % ${quads}; let d = i / ${quads} * 4;`
  const start = name === 'left' ? 'rowStart' : 'columnStart'
  const four = (at: string) => {
    const inner = `innerStep + d${isAlongInner ? '' : ` + ${at}`}`
    const outer = `${start} + quad * 4${isAlongInner ? ` + ${at}` : ''}`
    return name === 'left' ? `leftFour(${outer}, ${inner})` : `rightFour(${inner}, ${outer})`
  }
  const kept = (at: number) => vectorOf(`square[${at}]`, tiling.number)
  return `
        for (var i = local; i < ${squares}; i += ${threads}) {
          ${place}
          var read : mat4x4<f32>;
          for (var at = 0; at < 4; at++) { read[at] = ${four('at')}; }
          let square = ${isAlongInner ? 'transpose(read)' : 'read'};
          ${[0, 1, 2, 3].map((at) => `${name}Tile[d + ${at}][quad] = ${kept(at)};`).join(' ')}
        }`
}

/** Where the products of one pair of tiles are summed up: halves apart, before they become part of the thread's sums. */
function placeOfProducts({ number }: Tiling): 'sum' | 'part' {
  return number === 'f16' ? 'part' : 'sum'
}

/** The products of the slices that are taken at once, from `slice` times their number on. */
export function multiplySlices(slice: string, tiling: Tiling): string {
  const { slicesAtOnce } = tiling
  return range(slicesAtOnce)
    .map((at) => multiplyAdd(`${slice} * ${slicesAtOnce} + ${at}`, tiling))
    .join('')
}

/** The products of a slice of each tile, added up: a vector of four columns by each row. */
function multiplyAdd(slice: string, tiling: Tiling): string {
  const { rowQuads, columnQuads, number } = tiling
  const across = threadsAcross(tiling)
  const kind = placeOfProducts(tiling)
  const reads = [
    ...range(rowQuads).map((quad) => `let l${quad} = leftTile[${slice}][local / ${across} * ${rowQuads} + ${quad}];`),
    ...range(columnQuads).map((quad) => `let r${quad} = rightTile[${slice}][local % ${across} + ${quad * across}];`),
  ]
  const sums = eachSum(tiling, ({ at, row, columns }) => {
    const factor = `vec4<${number}>(l${Math.floor(row / 4)}[${row % 4}])`
    return `${kind}${at} = fma(${factor}, r${columns}, ${kind}${at});`
  })
  return `{ ${[...reads, ...sums].join('\n')} }`
}

/** Where they are kept before the first product. */
export function declareSums(tiling: Tiling): string {
  return eachSum(tiling, ({ at }) => `var sum${at} = vec4<f32>(0.0);`).join(' ')
}

/** Before the first slice of each pair of tiles. */
export function beginTiles(tiling: Tiling): string {
  if (placeOfProducts(tiling) === 'sum') return ''
  return eachSum(tiling, ({ at }) => `var part${at} = vec4<f16>();`).join(' ')
}

/** After the last one: halves would not bear the sum of many tiles. */
export function endTiles(tiling: Tiling): string {
  if (placeOfProducts(tiling) === 'sum') return ''
  return eachSum(tiling, ({ at }) => `sum${at} += vec4<f32>(part${at});`).join(' ')
}

/**
 * Hands the thread's sums to `writeFour`, in a loop, since a software driver takes long to compile what is written out. The copy
 * lets the sums themselves stay in registers.
 */
export function writeSums(tiling: Tiling): string {
  const { rowQuads, columnQuads } = tiling
  const across = threadsAcross(tiling)
  const sums = eachSum(tiling, ({ at }) => `sum${at}`)
  return `
      var sums = array<vec4<f32>, ${sums.length}>(${sums.join(', ')});
      for (var at = 0; at < uniforms.sums; at++) {
        let row = rowStart + local / ${across} * ${rowQuads * 4} + at / ${columnQuads};
        let column = columnStart + (local % ${across} + at % ${columnQuads} * ${across}) * 4;
        writeFour(split, row, column, sums[at]);
      }`
}

/** How many vectors of sums a thread has. */
export function sumsOf({ rowQuads, columnQuads }: Tiling): number {
  return rowQuads * 4 * columnQuads
}

interface Sum {
  /** What its names end in. */
  readonly at: string
  /** Of the thread's rows. */
  readonly row: number
  /** Of the thread's quads of columns. */
  readonly columns: number
}

function eachSum({ rowQuads, columnQuads }: Tiling, code: (sum: Sum) => string): string[] {
  return range(rowQuads * 4).flatMap((row) =>
    range(columnQuads).map((columns) => code({ at: `${row}x${columns}`, row, columns })),
  )
}

function vectorOf(floats: string, number: Tiling['number']): string {
  return number === 'f32' ? floats : `vec4<f16>(${floats})`
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at)
}
