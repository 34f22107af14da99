import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { spawnNode } from '../../src/main/core/processes/spawn-node.ts'
import { chooseCard, chosenCard } from '../../src/main/core/system/chosen-card.ts'
import { inOrder, type Card } from '../../src/trainer/devices/webgpu/cards.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('the card that a person chose is kept, and told to whatever computes', async () => {
  const storeFolder = join(temporaryFolder(), 'store')
  expect(chosenCard({ storeFolder })).toBeNull()
  chooseCard({ storeFolder }, 'Radeon')
  expect(chosenCard({ storeFolder })).toBe('Radeon')

  const program = join(temporaryFolder(), 'tell.mjs')
  writeFileSync(program, 'process.send({ card: process.env.ATHANOR_CARD ?? null })')
  const host = createNodeHost()
  const toldCard = async () => {
    const child = spawnNode({ ...host, storeFolder, entries: { ...host.entries, imaging: program } }, 'imaging')
    const told = await new Promise((resolve) => child.channel.onMessage(resolve))
    await child.exited
    return told
  }
  expect(await toldCard()).toEqual({ card: 'Radeon' })
  chooseCard({ storeFolder }, null)
  expect(await toldCard()).toEqual({ card: null })
  writeFileSync(join(storeFolder, 'graphics-card.json'), '{"card":')
  expect(chosenCard({ storeFolder })).toBeNull()
})

test('it comes first, and what is only software last', () => {
  const cardOf = (name: string, isSoftware = false): Card => ({
    ...{ name, isSoftware, hasHalves: false, vendor: '' },
    powerPreference: 'high-performance',
  })
  const cards = [cardOf('llvmpipe', true), cardOf('GeForce RTX 4070'), cardOf('AMD Radeon 780M')]
  const namesOf = (wanted?: string) => inOrder(cards, wanted).map(({ name }) => name)
  expect(namesOf()).toEqual(['GeForce RTX 4070', 'AMD Radeon 780M', 'llvmpipe'])
  expect(namesOf('radeon')).toEqual(['AMD Radeon 780M', 'GeForce RTX 4070', 'llvmpipe'])
  expect(namesOf('llvmpipe')[0]).toBe('llvmpipe')
  const alike = [cardOf('RTX 3080 Ti'), cardOf('RTX 3080')]
  expect(inOrder(alike, 'rtx 3080').map(({ name }) => name)).toEqual(['RTX 3080', 'RTX 3080 Ti'])
  expect(namesOf('none of them')).toEqual(namesOf())
})
