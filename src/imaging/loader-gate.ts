import { sharp } from './decoder.ts'

/**
 * SVG is a language that can ask for files and never end, so no file of a person may reach its loader; our own drawings
 * must. libvips knows one list of allowed loaders per process, so the two kinds of work take turns: while one goes on,
 * the other waits.
 */
export type Side = 'reading' | 'drawing'

let current: Side = 'reading'
let runningCount = 0
const waiting: { readonly side: Side; readonly start: () => void }[] = []

/** Runs the task as soon as nothing of the other side is under way; several of one side run at once. */
export async function takeTurn<T>(side: Side, task: () => Promise<T>): Promise<T> {
  if (runningCount > 0 && (side !== current || waiting.length > 0)) {
    await new Promise<void>((start) => waiting.push({ side, start }))
  } else {
    enter(side)
  }
  try {
    return await task()
  } finally {
    runningCount -= 1
    if (runningCount === 0) admitNext()
  }
}

function enter(side: Side): void {
  runningCount += 1
  if (side === current) return
  current = side
  const loader = { operation: ['VipsForeignLoadSvgBuffer'] }
  if (side === 'drawing') sharp.unblock(loader)
  else sharp.block(loader)
}

/** The longest-waiting one and those of its side directly behind it; reading is the state of rest. */
function admitNext(): void {
  const side = waiting[0]?.side
  if (side === undefined) {
    enter('reading')
    runningCount -= 1
    return
  }
  while (waiting[0]?.side === side) {
    enter(side)
    waiting.shift()?.start()
  }
}
