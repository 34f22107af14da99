import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCore, type Core } from '../../../src/main/core/create-core.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import type { Project } from '../../../src/shared/contract/project.ts'
import { errorOf, rejectionOf } from '../../support/app-errors.ts'
import { writeFiles } from '../../support/pictures.ts'
import { memoryDisk, temporaryFolder } from '../../support/temporary-folder.ts'

const minuteMs = 60_000
const context = { signal: new AbortController().signal }

function startCore(clock = { nowMs: 1_700_000_000_000 }): Core {
  const core = createCore({ ...createNodeHost(), storeFolder: temporaryFolder(memoryDisk), now: () => clock.nowMs })
  onTestFinished(() => core.close())
  return core
}

type Place = { readonly projectFolder?: string; readonly create?: boolean }

async function open(core: Core, imageFolder: string, { projectFolder, create = true }: Place = {}): Promise<Project> {
  const place = { imageFolder, projectFolder: projectFolder ?? null, create }
  // The handler gives what goes into the contract's schema; here the ids are branded already.
  return (await core.handlers.project.open(place, context)) as Project
}

async function makeClass(core: Core, { id }: Project, name: string): Promise<void> {
  await core.handlers.labels.createClass({ projectId: id, name }, context)
}

async function classesOf(core: Core, { id }: Project): Promise<string[]> {
  return (await core.handlers.labels.classes({ projectId: id }, context)).map(({ name }) => name)
}

describe('a project', () => {
  test('is one folder inside the image folder, is made when asked to, and is opened once', async () => {
    const core = startCore()
    const folder = temporaryFolder(memoryDisk)
    expect(await rejectionOf(open(core, folder, { create: false }))).toMatchObject({ code: 'no-project' })
    expect(readdirSync(folder)).toEqual([])
    const project = await open(core, folder)
    expect(project).toMatchObject({ imageFolder: folder, projectFolder: join(folder, '.athanor'), imageCount: 0 })
    symlinkSync(folder, `${folder}-link`)
    expect(await open(core, `${folder}-link`, { create: false })).toEqual(project)
    expect(core.handlers.project.list({}, context)).toEqual([project])
    expect(core.handlers.project.get({ projectId: project.id }, context)).toEqual(project)
  })

  test('that is not open is not found, and neither is a folder that is not there', async () => {
    const core = startCore()
    const folder = temporaryFolder(memoryDisk)
    const { id } = await open(startCore(), folder)
    expect(errorOf(() => core.handlers.project.get({ projectId: id }, context)).code).toBe('not-found')
    expect((await rejectionOf(open(core, join(folder, 'gone')))).code).toBe('not-found')
    writeFiles(folder, { 'file.png': '' })
    expect((await rejectionOf(open(core, join(folder, 'file.png')))).code).toBe('not-found')
  })

  test('moves with its folder and stays the same project, with every label', async () => {
    const parent = temporaryFolder(memoryDisk)
    mkdirSync(join(parent, 'here'))
    const before = startCore()
    const project = await open(before, join(parent, 'here'))
    await makeClass(before, project, 'bun')
    await before.close()
    renameSync(join(parent, 'here'), join(parent, 'there'))
    const after = startCore()
    const moved = await open(after, join(parent, 'there'), { create: false })
    expect(moved).toMatchObject({ id: project.id, imageFolder: join(parent, 'there') })
    expect(await classesOf(after, moved)).toEqual(['bun'])
  })

  test('that was copied is another one when both are open', async () => {
    const parent = temporaryFolder(memoryDisk)
    mkdirSync(join(parent, 'one'))
    const first = startCore()
    const one = await open(first, join(parent, 'one'))
    await makeClass(first, one, 'bun')
    await first.close()
    cpSync(join(parent, 'one'), join(parent, 'two'), { recursive: true })
    const core = startCore()
    const [left, right] = [await open(core, join(parent, 'one')), await open(core, join(parent, 'two'))]
    expect(left.id).toBe(one.id)
    expect(right.id).not.toBe(one.id)
    await makeClass(core, right, 'dog')
    expect([await classesOf(core, left), await classesOf(core, right)]).toEqual([['bun'], ['bun', 'dog']])
    await core.close()
    expect((await open(startCore(), join(parent, 'two'))).id).toBe(right.id)
  })

  test('may lie elsewhere, also among the images, and belongs to one image folder at a time', async () => {
    const core = startCore()
    const [images, others, elsewhere] = [0, 1, 2].map(() => temporaryFolder(memoryDisk))
    if (images === undefined || others === undefined || elsewhere === undefined) return
    const project = await open(core, images, { projectFolder: join(elsewhere, 'deep', 'project') })
    expect(project.projectFolder).toBe(join(elsewhere, 'deep', 'project'))
    expect(readdirSync(images)).toEqual([])
    expect((await rejectionOf(open(core, others, { projectFolder: project.projectFolder }))).code).toBe('conflict')
  })
})

const canDropRights = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!canDropRights)(
  `a folder that may not be written${canDropRights ? '' : ' (skipped: needs root)'}`,
  () => {
    test('is refused with the way out, and nothing is left in it', () => {
      const folder = temporaryFolder()
      chmodSync(folder, 0o755)
      const program = `
      process.setgid(65534); process.setuid(65534)
      const { placeProject } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/main/core/project/open-project.ts'))})
      try {
        placeProject({ imageFolder: ${JSON.stringify(folder)}, projectFolder: null, create: true })
        console.log('opened')
      } catch (error) { console.log(error.code, error.message) }`
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(stdout).toMatch(/^no-permission .*--project DIR/)
      expect(existsSync(join(folder, '.athanor'))).toBe(false)
    })
  },
)

describe('backups on closing', () => {
  async function session(folder: string, nowMs: number, name: string | null): Promise<string[]> {
    const core = startCore({ nowMs })
    const project = await open(core, folder)
    if (name !== null) await makeClass(core, project, name)
    await core.close()
    const backups = join(project.projectFolder, 'backups')
    if (!existsSync(backups)) return []
    const names = readdirSync(backups).sort()
    // The clock of the disk is not ours to turn.
    const last = names.at(-1)
    if (last !== undefined && name !== null) utimesSync(join(backups, last), nowMs / 1000, nowMs / 1000)
    return names
  }

  test('are made after edits, at most every 15 minutes, also when the clock was turned', async () => {
    const folder = temporaryFolder(memoryDisk)
    const startMs = Date.now()
    expect(await session(folder, startMs, null)).toHaveLength(0)
    expect(await session(folder, startMs, 'a')).toHaveLength(1)
    expect(await session(folder, startMs + 5 * minuteMs, 'b')).toHaveLength(1)
    const later = startMs + 30 * minuteMs
    expect(await session(folder, later, 'c')).toHaveLength(2)
    expect(await session(folder, later + 30 * minuteMs, null)).toHaveLength(2)
    const tenYearsMs = 10 * 365 * 24 * 60 * minuteMs
    expect(await session(folder, later + tenYearsMs, 'd')).toHaveLength(3)
    expect(await session(folder, startMs, 'e')).toHaveLength(4)
    expect(await session(folder, startMs - tenYearsMs, 'f')).toHaveLength(5)
  })
})
