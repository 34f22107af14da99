import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { randomOf } from '../../../src/shared/random.ts'
import { readCheckpoint } from '../../../src/trainer/steps/checkpoint.ts'
import { startChild } from '../../support/child.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('kill -9 while checkpoints are written always leaves a whole one, never an older than the last reported', async () => {
  const folder = temporaryFolder()
  const random = randomOf(11)
  const kills = 12
  let latest = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const child = startChild('write-checkpoints', [folder, String(latest + 1)])
    while (child.lines().length === 0) await sleep(5)
    await sleep(random() * 120)
    child.process.kill('SIGKILL')
    await child.ended
    const reported = Number(child.lines().at(-1) ?? latest)
    const checkpoint = await readCheckpoint(folder)
    const number = checkpoint?.microBatchSize ?? 0
    expect(number).toBeGreaterThanOrEqual(reported)
    expect(number).toBeLessThanOrEqual(reported + 1)
    for (const map of [checkpoint?.parameters, checkpoint?.momentum]) {
      expect(map?.get('p')?.values.every((value) => value === number)).toBe(true)
    }
    latest = number
  }
  console.log(`0 of ${kills} kills left a checkpoint that could not be read; ${latest} were written`)
})

const straceWorks =
  spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
const straceAbsence = straceWorks ? '' : ' (skipped: strace is not there or may not trace)'

describe.skipIf(!straceWorks)(`power loss${straceAbsence}`, () => {
  test('a checkpoint is on disk before its name is, and its name before it is reported', async () => {
    const folder = temporaryFolder()
    const trace = join(temporaryFolder(), 'trace')
    const prefix = ['strace', '-f', '-o', trace, '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2,write']
    const child = startChild('write-checkpoints', [folder, '1', '5'], prefix)
    expect(await child.ended).toMatchObject({ code: 0 })
    const order = readFileSync(trace, 'utf8')
      .split('\n')
      .flatMap((line) => {
        if (/\bf(data)?sync\(/.test(line)) return ['sync']
        if (/\brename(at2?)?\(.*checkpoint/.test(line)) return ['rename']
        return /\bwrite\(1, "\d+\\n"/.test(line) ? ['report'] : []
      })
    expect(order).toEqual(Array.from({ length: 5 }, () => ['sync', 'rename', 'sync', 'report']).flat())
  })
})
