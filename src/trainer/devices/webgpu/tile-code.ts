/**
 * WGSL of what the threads of a group do with their two tiles: read them, multiply them, write what came out. Both lie in
 * fast memory by [inner, four rows or columns], so that a slice of each is what a thread multiplies.
 */

/** Columns of a group's tile. */
export const tileColumns = 64
/** How far along the inner dimension a tile reaches into fast memory at once. */
export const tileDepth = 16

/** One of the two tiles that a group multiplies. */
export interface Tile {
  readonly name: 'left' | 'right'
  /** Its rows or its columns. */
  readonly size: number
  /** Along which index neighbours lie beside each other in memory. */
  readonly isAlongInner: boolean
  /** Of the group. */
  readonly tileRows: number
}

/** Rows and columns that a thread has, in quads of four: the more, the less often each number is read; see Volkov and Demmel. */
function quadsOfThread(tileRows: number): { readonly rows: number; readonly columns: number } {
  return tileRows >= 64 ? { rows: 2, columns: 2 } : { rows: 1, columns: 1 }
}

function threadsAcross(tileRows: number): number {
  return tileColumns / 4 / quadsOfThread(tileRows).columns
}

export function threadsOf(tileRows: number): number {
  return (tileRows / 4 / quadsOfThread(tileRows).rows) * threadsAcross(tileRows)
}

export function declarationOf({ name, size }: Tile): string {
  return `var<workgroup> ${name}Tile : array<array<vec4<f32>, ${size / 4}>, ${tileDepth}>;`
}

/**
 * Each thread reads squares of four by four, which it turns where memory runs along the inner dimension: threads that write
 * parts of one vector would overwrite each other's on some drivers.
 */
export function fill({ name, size, isAlongInner, tileRows }: Tile): string {
  const quads = size / 4
  const squares = quads * (tileDepth / 4)
  const threads = threadsOf(tileRows)
  const place = isAlongInner
    ? `let d = i % ${tileDepth / 4} * 4; let quad = i / ${tileDepth / 4};`
    : `let quad = i % ${quads}; let d = i / ${quads} * 4;`
  const start = name === 'left' ? 'rowStart' : 'columnStart'
  const four = (at: string) => {
    const inner = `innerStep + d${isAlongInner ? '' : ` + ${at}`}`
    const outer = `${start} + quad * 4${isAlongInner ? ` + ${at}` : ''}`
    return name === 'left' ? `leftFour(${outer}, ${inner})` : `rightFour(${inner}, ${outer})`
  }
  const turns = Array.from({ length: Math.ceil(squares / threads) }, (_, turn) => turn * threads)
  return turns
    .map(
      (first) => `
        ${squares < threads ? `if (local < ${squares}) ` : ''}{
          let i = local + ${first};
          ${place}
          var read : mat4x4<f32>;
          for (var at = 0; at < 4; at++) { read[at] = ${four('at')}; }
          let square = ${isAlongInner ? 'transpose(read)' : 'read'};
          ${[0, 1, 2, 3].map((at) => `${name}Tile[d + ${at}][quad] = square[${at}];`).join(' ')}
        }`,
    )
    .join('')
}

/** The products of a slice of each tile, added to the thread's sums: a vector of four columns by each row. */
export function multiplyAdd(slice: string, tileRows: number): string {
  const own = quadsOfThread(tileRows)
  const across = threadsAcross(tileRows)
  const reads = [
    ...range(own.rows).map((quad) => `let l${quad} = leftTile[${slice}][local / ${across} * ${own.rows} + ${quad}];`),
    ...range(own.columns).map((quad) => `let r${quad} = rightTile[${slice}][local % ${across} + ${quad * across}];`),
  ]
  const sums = eachSum(tileRows, ({ sum, row, columns }) => {
    return `${sum} = fma(vec4<f32>(l${Math.floor(row / 4)}[${row % 4}]), r${columns}, ${sum});`
  })
  return `{ ${[...reads, ...sums].join('\n')} }`
}

/** Where they are kept before the first product. */
export function declareSums(tileRows: number): string {
  return eachSum(tileRows, ({ sum }) => `var ${sum} = vec4<f32>(0.0);`).join(' ')
}

/**
 * Hands the thread's sums to `writeFour`, in a loop, since a software driver takes long to compile what is written out. The copy
 * lets the sums themselves stay in registers.
 */
export function writeSums(tileRows: number): string {
  const across = threadsAcross(tileRows)
  const own = quadsOfThread(tileRows)
  const sums = eachSum(tileRows, ({ sum }) => sum)
  return `
      var sums = array<vec4<f32>, ${sums.length}>(${sums.join(', ')});
      for (var at = 0; at < uniforms.sums; at++) {
        let row = rowStart + local / ${across} * ${own.rows * 4} + at / ${own.columns};
        let column = columnStart + (local % ${across} + at % ${own.columns} * ${across}) * 4;
        writeFour(split, row, column, sums[at]);
      }`
}

/** How many vectors of sums a thread has. */
export function sumsOf(tileRows: number): number {
  const own = quadsOfThread(tileRows)
  return own.rows * 4 * own.columns
}

interface Sum {
  readonly sum: string
  /** Of the thread's rows. */
  readonly row: number
  /** Of the thread's quads of columns. */
  readonly columns: number
}

function eachSum(tileRows: number, code: (sum: Sum) => string): string[] {
  const own = quadsOfThread(tileRows)
  return range(own.rows * 4).flatMap((row) =>
    range(own.columns).map((columns) => code({ sum: `sum${row}x${columns}`, row, columns })),
  )
}

function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at)
}
