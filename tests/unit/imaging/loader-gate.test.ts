import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sharp } from '../../../src/imaging/decoder.ts'
import { takeTurn } from '../../../src/imaging/loader-gate.ts'

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>')

function render(): Promise<Uint8Array> {
  return sharp(svg).raw().toBuffer()
}

describe('takeTurn', () => {
  it('lets drawings alone reach the SVG loader', async () => {
    await expect(render()).rejects.toThrow(/unsupported/)
    await expect(takeTurn('drawing', render)).resolves.toHaveLength(64)
    await expect(takeTurn('reading', render)).rejects.toThrow(/unsupported/)
    await expect(render()).rejects.toThrow(/unsupported/)
  })

  it('blocks it again after a drawing that failed', async () => {
    await expect(takeTurn('drawing', async () => Promise.reject(new Error('broken pen')))).rejects.toThrow('broken pen')
    await expect(render()).rejects.toThrow(/unsupported/)
  })

  it('never lets both sides work at once, and serves all of them', async () => {
    const running = { reading: 0, drawing: 0 }
    let together = 0
    const done = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const side = index % 5 < 3 ? 'reading' : 'drawing'
        return takeTurn(side, async () => {
          running[side] += 1
          if (running.reading > 0 && running.drawing > 0) throw new Error('both at once')
          together = Math.max(together, running[side])
          await sleep(index % 3)
          running[side] -= 1
          return side
        })
      }),
    )
    expect(done).toHaveLength(60)
    expect(together).toBeGreaterThan(1)
  })
})
