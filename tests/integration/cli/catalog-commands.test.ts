import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ImportSummary } from '../../../src/shared/contract/catalog.ts'
import { CsvImportResult, Edit } from '../../../src/shared/contract/labels.ts'
import { Project } from '../../../src/shared/contract/project.ts'
import { ImageClass } from '../../../src/shared/domain/label.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { runCli, runCliJson } from '../../support/run-cli.ts'

let pictures: PictureFolder
const here = (): { cwd: string } => ({ cwd: pictures.folder })

async function classCounts(): Promise<Record<string, number>> {
  const { classes } = await runCliJson(['classes'], here())
  return Object.fromEntries(
    ImageClass.array()
      .parse(classes)
      .map(({ name, imageCount }) => [name, imageCount]),
  )
}

beforeAll(async () => {
  pictures = await createPictureFolder([
    ...picturePaths('cat', 4),
    ...picturePaths('dog', 3),
    ...picturePaths('new', 2),
  ])
  await rm(pictures.at('new/.keep'), { force: true })
  await writeFile(pictures.at('dog/broken.jpg'), 'this is no picture')
  const { code, stdout } = await runCli(['import', '.'], here())
  expect(code).toBe(0)
  expect(stdout).toContain("Can't read dog/broken.jpg")
  expect(stdout).toMatch(/^cat +4$/m)
  expect(stdout).toContain('Next: athanor tune')
})
afterAll(() => pictures.remove())

describe('import', () => {
  test('again costs next to nothing and answers in the shape of the contract', async () => {
    const answer = await runCliJson(['import'], here())
    expect(Object.keys(answer)).toEqual(['project', 'summary', 'counts', 'classes'])
    expect(Project.parse(answer['project']).imageFolder).toBe(pictures.folder)
    expect(ImportSummary.parse(answer['summary'])).toMatchObject({ found: 10, unchanged: 10, added: 0 })
  })

  test('without a project it says how to make one, and makes none', async () => {
    const empty = await createPictureFolder([])
    const { code, stdout, stderr } = await runCli(['import'], { cwd: empty.folder })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^There is no project in .*athanor import FOLDER.*\n$/)
    expect(existsSync(empty.at('.athanor'))).toBe(false)
    await empty.remove()
  })

  test('a folder that is not there is named', async () => {
    const { code, stderr } = await runCli(['import', 'nowhere'], here())
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(pictures.at('nowhere')) as string])
  })

  test('a project may lie apart from its images', async () => {
    const apart = await createPictureFolder([])
    const images = await createPictureFolder(picturePaths('cat', 2))
    await runCliJson(['import', images.folder, '--project', apart.folder], here())
    expect(existsSync(images.at('.athanor'))).toBe(false)
    const { classes } = await runCliJson(['classes', '--project', apart.folder], { cwd: apart.folder })
    expect(classes).toMatchObject([{ name: 'cat', imageCount: 2 }])
    const labelled = await runCli(['label', 'lion', images.at('cat/0.png'), '--project', apart.folder], here())
    expect(labelled).toMatchObject({ code: 0 })
    // What is said to type next works as it stands, from anywhere.
    expect(labelled.stdout).toContain(`Take it back with: athanor label --undo --project ${apart.folder}\n`)
    const undo = /athanor (label --undo --project \S+)/.exec(labelled.stdout)?.[1]?.split(' ') ?? []
    expect(await runCli(undo, here())).toMatchObject({ code: 0 })
    await Promise.all([apart.remove(), images.remove()])
  })
})

describe('label', () => {
  test('files from a sub-folder, with a new class, is saved and can be undone and redone', async () => {
    const { code, stdout, stderr } = await runCli(['label', 'lion', '0.png', '1.png'], { cwd: pictures.at('cat') })
    expect(code).toBe(0)
    expect(stdout).toContain('Saved: label 2 images as lion. Take it back with: athanor label --undo')
    expect(stderr).toContain('"lion" is a new class.')
    expect(await classCounts()).toMatchObject({ cat: 2, lion: 2 })
    Edit.parse((await runCliJson(['label', '--undo'], here()))['edit'])
    // The class was made with the labels, in one step.
    expect(await classCounts()).toEqual({ cat: 4, dog: 3, new: 2 })
    await runCli(['label', '--redo'], here())
    expect(await classCounts()).toMatchObject({ cat: 2, lion: 2 })
    await runCli(['label', '--undo'], here())
  })

  test('a folder stands for the readable images below it, and --remove takes labels away', async () => {
    const { edit } = await runCliJson(['label', '--remove', 'dog'], here())
    expect(edit).toMatchObject({ imageCount: 3 })
    expect(await classCounts()).toMatchObject({ dog: 0 })
    await runCli(['label', '--undo'], here())
    expect(await classCounts()).toMatchObject({ dog: 3 })
  })

  test.each([
    [['label'], 'athanor label CLASS FILES...'],
    [['label', 'cat'], 'at least one file'],
    [['label', 'cat', '/etc/hostname'], '/etc/hostname is not in the image folder'],
    [['label', 'cat', 'cat/99.png'], 'cat/99.png'],
    [['label', '  ', 'cat/0.png'], 'a class needs a name'],
    [['label', '--undo', '--redo'], 'Give one of'],
    [['label', '--csv', 'absent.csv'], 'absent.csv'],
    [['classes', 'rename', 'cow', 'bull'], 'There is no class "cow"'],
  ])('%j is bad input: %s', async (words, said) => {
    const { code, stdout, stderr } = await runCli(words, here())
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(said)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  })

  test('a refused label leaves no class behind', async () => {
    await runCli(['label', 'ghost', 'cat/99.png'], here())
    expect(await classCounts()).not.toHaveProperty('ghost')
  })

  test('a CSV with bad lines is refused as a whole, each line by its number', async () => {
    const csv = pictures.at('../athanor-bad-labels.csv')
    await writeFile(csv, 'path,class\ncat/0.png,tiger\ncat/77.png,tiger\ncat/1.png,tiger,extra\n')
    const { code, stdout, stderr } = await runCli(['label', '--csv', csv, '--json'], here())
    expect(code).toBe(2)
    expect(CsvImportResult.parse(JSON.parse(stdout)).badLines.map(({ line }) => line)).toContain(3)
    expect(stderr).toMatch(/line 3:.*cat\/77\.png/)
    expect(await classCounts()).not.toHaveProperty('tiger')
    await rm(csv)
  })

  test('labels go out to CSV and come back', async () => {
    const csv = join(pictures.folder, 'labels.csv')
    const { lines } = await runCliJson(['label', '--export-csv', csv], here())
    expect(lines).toBe(9)
    const again = await runCli(['label', '--export-csv', csv], here())
    expect([again.code, again.stderr]).toEqual([
      2,
      `${csv} is there already. Choose another, or replace it with --force.\n`,
    ])
    await writeFile(csv, (await readFile(csv, 'utf8')).replaceAll(/,"?cat"?/g, ',kitten'))
    expect(await runCliJson(['label', '--csv', csv], here())).toEqual({ labelled: 4, unchanged: 5, badLines: [] })
    expect(await classCounts()).toMatchObject({ kitten: 4, cat: 0 })
    await runCli(['label', '--undo'], here())
    await rm(csv)
  })
})

describe('classes', () => {
  test('are renamed, merged and deleted, and all of it can be undone', async () => {
    const before = await classCounts()
    await runCliJson(['classes', 'create', 'bird'], here())
    await runCliJson(['classes', 'rename', 'bird', 'fish'], here())
    await runCliJson(['classes', 'merge', 'dog', 'fish'], here())
    expect(await classCounts()).toMatchObject({ fish: 3 })
    await runCliJson(['classes', 'delete', 'fish'], here())
    expect(Object.keys(await classCounts())).not.toContain('fish')
    for (let step = 0; step < 4; step += 1) await runCli(['label', '--undo'], here())
    expect(await classCounts()).toEqual(before)
  })
})
