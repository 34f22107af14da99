type Run<Input> = (input: Input) => Promise<Float32Array>

/**
 * Does not compute the same twice in a row. A picture is run from its pixels and then from its file; where decoding and
 * resizing gave equal bits, as they should, the answer is known already.
 */
export function rememberLast<Input extends Uint8Array | Float32Array>(run: Run<Input>): Run<Input> {
  let last: { readonly input: Input; readonly output: Float32Array } | null = null
  return async (input) => {
    if (last !== null && isEqual(last.input, input)) return last.output
    const output = await run(input)
    last = { input, output }
    return output
  }
}

function isEqual(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}
