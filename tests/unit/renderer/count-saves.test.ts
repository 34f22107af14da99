import { expect, test } from 'vitest'
import { countSaves } from '../../../src/renderer/count-saves.ts'
import { coreContract } from '../../../src/shared/contract/index.ts'
import { createClient } from '../../../src/shared/rpc/client.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'
import type { Channel } from '../../../src/shared/rpc/channel.ts'

/** A channel on which nobody answers until it closes. */
function silentChannel() {
  let closeWith: (reason: AppError) => void = () => undefined
  const channel: Channel = {
    send: () => undefined,
    onMessage: () => undefined,
    onClose: (listener) => (closeWith = (reason) => listener(reason)),
    close: () => undefined,
  }
  return { channel, close: () => closeWith(new AppError('channel-closed', said`gone`)) }
}

test('an edit counts until it has ended, also where it failed; reading counts for nothing', async () => {
  const { channel, close } = silentChannel()
  let saving = 0
  const { labels } = countSaves(createClient(coreContract, channel), (change) => (saving += change))
  const projectId = 'p' as never
  const ends = [labels.undo({ projectId }), labels.renameClass({ projectId, classId: 1, name: 'bun' })]
  const reading = labels.steps({ projectId })
  expect(saving).toBe(2)
  close()
  const settled = await Promise.allSettled([...ends, reading])
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(saving).toBe(0)
})
