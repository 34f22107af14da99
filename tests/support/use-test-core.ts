import { afterEach, beforeEach } from 'vitest'
import { openTestCore, type TestCore, type TestCoreOptions } from './test-core.ts'
import { createTrainingSet, type TrainingSet } from './training-set.ts'

/** Images to train on and core with a project over them, made anew for each test of the file that calls this. */
export function useTestCore(options: Pick<TestCoreOptions, 'now'> = {}): {
  readonly set: TrainingSet
  readonly core: TestCore
} {
  const opened: { set: TrainingSet; core: TestCore }[] = []
  const current = () => {
    const last = opened.at(-1)
    if (last === undefined) throw new Error('no test is running')
    return last
  }
  beforeEach(async () => {
    const set = await createTrainingSet()
    opened.push({ set, core: await openTestCore(set.folder, { importFirst: true, ...options }) })
  })
  afterEach(async () => {
    const last = opened.pop()
    await last?.core.close()
    await last?.set.remove()
  })
  return {
    get set() {
      return current().set
    },
    get core() {
      return current().core
    },
  }
}
