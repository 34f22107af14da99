import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** Repeats along axes, by copying ever larger blocks; tfjs's goes element by element. Attribute reps. */
export const tile: KernelMaker = (context) => (given) => {
  const { backend } = context
  const x = inputOf(given.inputs, 'x')
  const reps = (given.attrs?.['reps'] ?? []) as number[]
  if (x.dtype !== 'float32' || reps.length !== x.shape.length) return context.original(given)
  const out = backend.makeOutput(
    x.shape.map((size, axis) => size * (reps[axis] ?? 1)),
    'float32',
  )
  const values = backend.typedArrayFromHeap(out)
  values.set(backend.typedArrayFromHeap(x))
  let filled = backend.typedArrayFromHeap(x).length
  // `block` values are whole along every axis that is done; each outer step spreads them out from the back.
  let block = 1
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const times = reps[axis] ?? 1
    block *= x.shape[axis] ?? 1
    for (let index = filled / block - 1; index >= 0 && times > 1; index--) {
      for (let time = times - 1; time >= 0; time--) {
        values.copyWithin((index * times + time) * block, index * block, (index + 1) * block)
      }
    }
    filled *= times
    block *= times
  }
  return out
}
