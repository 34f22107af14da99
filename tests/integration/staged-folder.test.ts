import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAppError } from '../../src/shared/errors.ts'
import { stageFolder } from '../../src/trainer/exporters/staged-folder.ts'

let destination: string
beforeEach(async () => {
  destination = await mkdtemp(join(tmpdir(), 'athanor-staged-'))
})
afterEach(() => rm(destination, { recursive: true, force: true }))

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return isAppError(error) ? error.code : String(error)
  }
}

/** A folder with one file of this content. */
async function publish(content: string, overwrite = false): Promise<string> {
  const staged = await stageFolder({ destination, name: 'model-1-onnx', overwrite })
  await writeFile(join(staged.folder, 'content'), content)
  const path = await staged.publish()
  await staged.discard()
  return path
}

const target = () => join(destination, 'model-1-onnx')
const contentOf = (folder: string) => readFile(join(folder, 'content'), 'utf8')

describe('stageFolder', () => {
  it('shows nothing under the name until it is published, and makes the destination', async () => {
    const deep = join(destination, 'a', 'b')
    const staged = await stageFolder({ destination: deep, name: 'x', overwrite: false })
    await writeFile(join(staged.folder, 'content'), 'new')
    expect(existsSync(join(deep, 'x'))).toBe(false)
    expect(await staged.publish()).toBe(join(deep, 'x'))
    expect(await contentOf(join(deep, 'x'))).toBe('new')
    expect(await readdir(deep)).toEqual(['x'])
  })

  it('leaves nothing behind when it is discarded', async () => {
    const staged = await stageFolder({ destination, name: 'x', overwrite: false })
    await writeFile(join(staged.folder, 'content'), 'new')
    await staged.discard()
    expect(await readdir(destination)).toEqual([])
  })

  it('refuses an existing folder, file or dangling link, before and at the end', async () => {
    await publish('old')
    expect(await codeOf(publish('new'))).toBe('conflict')
    expect(await contentOf(target())).toBe('old')
    await symlink('nowhere', join(destination, 'link'))
    expect(await codeOf(stageFolder({ destination, name: 'link', overwrite: false }))).toBe('conflict')
    const staged = await stageFolder({ destination, name: 'late', overwrite: false })
    await mkdir(join(destination, 'late'))
    expect(await codeOf(staged.publish())).toBe('conflict')
    await staged.discard()
    expect((await readdir(destination)).sort()).toEqual(['late', 'link', 'model-1-onnx'])
  })

  it('replaces a folder as a whole where that is allowed', async () => {
    await publish('old')
    await writeFile(join(target(), 'stale'), 'x')
    await publish('new', true)
    expect(await contentOf(target())).toBe('new')
    expect(await readdir(target())).toEqual(['content'])
    expect(await readdir(destination)).toEqual(['model-1-onnx'])
  })

  it('replaces a link, not what it leads to', async () => {
    const elsewhere = join(destination, 'elsewhere')
    await mkdir(elsewhere)
    await writeFile(join(elsewhere, 'content'), 'precious')
    await symlink(elsewhere, target())
    await publish('new', true)
    expect(await contentOf(elsewhere)).toBe('precious')
    expect(await contentOf(target())).toBe('new')
  })

  it('says so where a file is in the way of the destination', async () => {
    await writeFile(join(destination, 'file'), '')
    const way = join(destination, 'file', 'sub')
    expect(await codeOf(stageFolder({ destination: way, name: 'x', overwrite: true }))).toBe('conflict')
  })

  it('keeps what failed under names of its own', async () => {
    await publish('old')
    const first = await stageFolder({ destination, name: 'model-1-onnx', overwrite: true })
    expect(await first.publishAsFailed()).toBe(`${target()}-failed`)
    const second = await stageFolder({ destination, name: 'model-1-onnx', overwrite: true })
    expect(await second.publishAsFailed()).toBe(`${target()}-failed-2`)
    expect(await contentOf(target())).toBe('old')
  })

  it('puts right what a dead process left, and leaves a living one and strangers alone', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const dead = String(child.pid)
    const alive = String(process.ppid)
    const others = [`.model-1-onnx.${alive}.partial`, '.model-1-onnx.partial', '.model-1-onnx-x.1.partial', 'notes']
    for (const name of [...others, `.model-1-onnx.${dead}.partial`, `.model-1-onnx.${dead}.replaced`]) {
      await mkdir(join(destination, name))
    }
    await writeFile(join(destination, `.model-1-onnx.${dead}.replaced`, 'content'), 'old')
    // As after a crash between the two renames: the old one gets its name back, and is then in the way.
    expect(await codeOf(publish('new'))).toBe('conflict')
    expect(await contentOf(target())).toBe('old')
    expect((await readdir(destination)).sort()).toEqual([...others, 'model-1-onnx'].sort())
  })
})

describe('a process that is killed while it replaces a folder', () => {
  const program = `
    import { writeFile } from 'node:fs/promises'
    import { stageFolder } from ${JSON.stringify(join(import.meta.dirname, '../../src/trainer/exporters/staged-folder.ts'))}
    for (let round = 0; ; round += 1) {
      const staged = await stageFolder({ destination: process.argv[1], name: 'model-1-onnx', overwrite: true })
      for (const part of ['a', 'b', 'c']) await writeFile(staged.folder + '/' + part, String(round))
      await staged.publish()
      if (round === 0) console.log('first')
    }
  `

  it('leaves all of one round, at once or after the next start', async () => {
    for (let kill = 0; kill < 12; kill += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, destination], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 3 + kill * 2))
      child.kill('SIGKILL')
      await once(child, 'exit')
      if (!existsSync(target())) {
        const staged = await stageFolder({ destination, name: 'model-1-onnx', overwrite: true })
        await staged.discard()
      }
      const parts = await Promise.all(['a', 'b', 'c'].map((part) => readFile(join(target(), part), 'utf8')))
      expect(new Set(parts).size).toBe(1)
    }
  })
})
