import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openShellCore } from '../../support/shell-core.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let base: string
let clockMs: number
const folderOf = (name: string) => join(base, name)
const open = () => openShellCore({ kind: 'desktop' }, folderOf('store'), () => (clockMs += 1_000))

async function allOf<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

beforeEach(() => {
  base = realpathSync(temporaryFolder())
  clockMs = 0
  for (const name of ['cats', 'dogs', 'apart']) mkdirSync(folderOf(name))
})

test('what was opened is listed, latest first and each once, also after a restart', async () => {
  const { project } = open()
  await project.open({ imageFolder: folderOf('cats') })
  await project.open({ imageFolder: folderOf('dogs'), projectFolder: folderOf('apart') })
  await project.open({ imageFolder: folderOf('cats') })
  const listed = await open().project.recent({})
  expect(listed).toEqual([
    {
      imageFolder: folderOf('cats'),
      projectFolder: null,
      projectId: expect.any(String) as string,
      openedAtMs: expect.any(Number) as number,
      isThere: true,
    },
    {
      imageFolder: folderOf('dogs'),
      projectFolder: folderOf('apart'),
      projectId: expect.any(String) as string,
      openedAtMs: expect.any(Number) as number,
      isThere: true,
    },
  ])
  expect(listed[0]?.openedAtMs).toBeGreaterThan(listed[1]?.openedAtMs ?? Infinity)
  expect(readdirSync(folderOf('store'))).toEqual(['recent-projects.json'])
})

test('a folder that went away stays listed as not there, and can be forgotten without touching it', async () => {
  const { project } = open()
  await project.open({ imageFolder: folderOf('cats') })
  await project.open({ imageFolder: folderOf('dogs') })
  renameSync(folderOf('cats'), folderOf('moved'))
  expect(await project.recent({})).toMatchObject([{ isThere: true }, { imageFolder: folderOf('cats'), isThere: false }])
  await project.forget({ imageFolder: folderOf('cats') })
  await project.forget({ imageFolder: folderOf('nothing') })
  expect(await project.recent({})).toMatchObject([{ imageFolder: folderOf('dogs') }])
  expect(existsSync(join(folderOf('moved'), '.athanor', 'catalog.sqlite'))).toBe(true)
})

test.each([
  ['not JSON', '[{"imageFolder": "/a'],
  ['something else', '{"hello": 1}'],
  ['of another shape', '[{"imageFolder": 5}]'],
])('a list that is %s counts as empty, and is made anew', async (_, text) => {
  mkdirSync(folderOf('store'))
  writeFileSync(join(folderOf('store'), 'recent-projects.json'), text)
  const { project } = open()
  expect(await project.recent({})).toEqual([])
  await project.open({ imageFolder: folderOf('cats') })
  expect(await project.recent({})).toHaveLength(1)
})

test('a list that cannot be written keeps no project from opening', async () => {
  writeFileSync(folderOf('store'), 'a file in its place')
  const { project } = open()
  expect(await project.open({ imageFolder: folderOf('cats') })).toMatchObject({ imageCount: 0 })
  expect(await project.recent({})).toEqual([])
})

test('the sample set is drawn once into the per-user store, whole or not at all', async () => {
  const { project } = open()
  const leaving = new AbortController()
  const begun = project.drawSamples({ perClass: 200 }, { signal: leaving.signal })[Symbol.asyncIterator]()
  await begun.next()
  leaving.abort()
  await begun.next().catch(() => undefined)
  await expect.poll(() => readdirSync(join(folderOf('store'), 'samples'))).toEqual([])

  const events = await allOf(project.drawSamples({ perClass: 2 }))
  const { folder = '', done, total } = events.at(-1) ?? {}
  expect(done).toBe(total)
  const pictures = readdirSync(folder, { recursive: true }).filter((path) => /\.\w+$/.test(String(path)))
  expect(pictures).toHaveLength(total ?? 0)
  // Somebody has worked with it: it stays as it is.
  await project.open({ imageFolder: folder })
  rmSync(join(folder, String(pictures[0])))
  const again = await allOf(project.drawSamples({ perClass: 2 }))
  expect(again).toEqual([{ folder, done: (total ?? 0) - 1, total: (total ?? 0) - 1 }])
  expect(readdirSync(join(folderOf('store'), 'samples'))).toHaveLength(1)
  const other = await allOf(project.drawSamples({ perClass: 2, seed: 7 }))
  expect(other.at(-1)?.folder).not.toBe(folder)
})
