import { expect, test } from 'vitest'
import { type ImportWish, type RunImport, shareImports } from '../../src/main/core/catalog/share-imports.ts'
import type { ImportEvent } from '../../src/shared/contract/catalog.ts'
import { ProjectId } from '../../src/shared/domain/ids.ts'
import { AppError } from '../../src/shared/errors.ts'
import { said } from '../../src/shared/said.ts'

const projectId = ProjectId.parse('8a4f0c56-3c58-4b8e-9a6e-2f9a0a3f5d10')
const wish: ImportWish = { projectId, labelsFromFolders: true }

/** An import whose every step the test takes: `tell` gives it an event, `end` lets it end. */
function steppedImports() {
  const started: ImportWish[] = []
  const stopped: ImportWish[] = []
  let step = Promise.withResolvers<ImportEvent | 'end' | Error>()
  const next = (what: ImportEvent | 'end' | Error) => {
    const { resolve } = step
    step = Promise.withResolvers()
    resolve(what)
    return new Promise((resolve) => setImmediate(resolve))
  }
  const run: RunImport = async function* ({ signal, ...options }) {
    started.push(options)
    const aborted = new Promise<'stop'>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve('stop')
      })
    })
    for (;;) {
      const what = await Promise.race([step.promise, aborted])
      if (what === 'stop') {
        // The files that are being read take their time.
        for (let turn = 0; turn < 5; turn += 1) await settled()
        stopped.push(options)
        throw new AppError('cancelled', said`stopped`)
      }
      if (what === 'end') return
      if (what instanceof Error) throw what
      yield what
    }
  }
  return {
    run,
    started,
    stopped,
    tell: (found: number) => next({ kind: 'walking', found }),
    end: () => next('end'),
    fail: (error: Error) => next(error),
  }
}

async function collect(events: AsyncIterable<ImportEvent>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const event of events) found.push(event.kind === 'walking' ? event.found : event.kind)
  return found
}

const never = () => new AbortController().signal
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('whoever asks for an import that is under way joins it and hears where it is', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const first = collect(shared.follow(wish, never()))
  await settled()
  await imports.tell(1)
  await imports.tell(2)
  const second = collect(shared.follow(wish, never()))
  await settled()
  await imports.tell(3)
  await imports.end()
  expect(await first).toEqual([1, 2, 3])
  expect(await second).toEqual([2, 3])
  expect(imports.started).toEqual([wish])
})

test('it goes on while one follows, and stops when the last has left', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const leaving = [new AbortController(), new AbortController()]
  const followers = leaving.map(({ signal }) => collect(shared.follow(wish, signal)))
  const errors = followers.map((follower) =>
    follower.then(
      () => 'ended',
      (thrown: AppError) => thrown.code,
    ),
  )
  await settled()
  await imports.tell(1)
  leaving[0]?.abort()
  expect(await errors[0]).toBe('cancelled')
  expect(imports.stopped).toEqual([])
  await imports.tell(2)
  leaving[1]?.abort()
  expect(await errors[1]).toBe('cancelled')
  expect(imports.stopped).toEqual([wish])
})

test('one that is being stopped is not joined: a new one follows it', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const follower = shared.follow(wish, never())
  const first = follower.next()
  await settled()
  await imports.tell(1)
  await first
  const left = follower.return(undefined)
  await settled()
  expect(imports.stopped).toEqual([])
  const second = collect(shared.follow(wish, never()))
  await left
  await settled()
  await imports.tell(5)
  await imports.end()
  expect(await second).toEqual([5])
  expect(imports.started).toHaveLength(2)
})

test('another kind of import comes after the one that is under way', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const plain = { projectId, labelsFromFolders: false }
  const first = collect(shared.follow(wish, never()))
  const second = collect(shared.follow(plain, never()))
  await settled()
  await imports.tell(1)
  await imports.end()
  expect(await first).toEqual([1])
  await settled()
  await imports.tell(2)
  await imports.end()
  expect(await second).toEqual([1, 2])
  expect(imports.started).toEqual([wish, plain])
})

test('its failure is everybody’s, and the next one begins anew', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const followers = [0, 1].map(() => collect(shared.follow(wish, never())).catch((thrown: Error) => thrown.message))
  await settled()
  await imports.fail(new AppError('disk-full', said`The disk is full.`))
  expect(await Promise.all(followers)).toEqual(['The disk is full.', 'The disk is full.'])
  const again = collect(shared.follow(wish, never()))
  await settled()
  await imports.end()
  expect(await again).toEqual([])
})

test('closing stops what is under way and waits for it', async () => {
  const imports = steppedImports()
  const shared = shareImports(imports.run)
  const follower = collect(shared.follow(wish, never())).catch((thrown: Error) => thrown.message)
  await settled()
  await shared.close()
  expect(imports.stopped).toEqual([wish])
  expect(await follower).toBe('stopped')
})
