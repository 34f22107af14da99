import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTrainingSet } from '../../support/training-set.ts'

const child = join(import.meta.dirname, '../../support/children/run-on-full-disk.ts')

/** A shell command in a namespace where it may mount a small disk of its own; thin networks would fit on any. */
function withSmallDisk(folder: string, command: string) {
  const mounted = `mount -t tmpfs -o size=160m tmpfs "${folder}" && ${command}`
  const env = { ...process.env, NODE_OPTIONS: '' }
  return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', mounted], { encoding: 'utf8', env })
}

test('a run on a full disk waits for what it needs, can be stopped, and goes on to the same bits once there is space', async ({
  skip,
}) => {
  const set = await createTrainingSet()
  try {
    const project = join(set.folder, '.athanor')
    mkdirSync(project)
    if (withSmallDisk(project, 'true').status !== 0) skip('no small disk can be mounted here')
    const { stdout, stderr } = withSmallDisk(project, `"${process.execPath}" "${child}" "${set.folder}"`)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      states: ['running', 'stopped', 'done'],
      result: { outcome: 'stopped', resumable: true },
      pauses: [expect.closeTo(45e6, -6) as number, expect.closeTo(45e6, -6) as number],
      warnings: ['checkpoint-left-out', 'resumed'],
      isSame: true,
    })
  } finally {
    await set.remove()
  }
})
