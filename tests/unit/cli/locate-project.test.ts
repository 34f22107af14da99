import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { locateProject } from '../../../src/main/cli/locate-project.ts'

let root: string
const at = (...parts: string[]): string => join(root, ...parts)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'athanor-locate-'))
  for (const folder of ['photos/.athanor', 'photos/cats/black', 'apart', 'empty'])
    mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('photos/.athanor/catalog.sqlite'), '')
  writeFileSync(at('apart/catalog.sqlite'), '')
})
afterEach(() => rmSync(root, { recursive: true }))

test('a folder that is named is the image folder', () => {
  expect(locateProject({ folder: 'new' }, root)).toEqual({ imageFolder: at('new'), projectFolder: null })
})

test('else the nearest folder upwards that holds a project', () => {
  const photos = { imageFolder: at('photos'), projectFolder: null }
  expect(locateProject({}, at('photos/cats/black'))).toEqual(photos)
  expect(locateProject({}, at('photos'))).toEqual(photos)
})

test('without any it says how to make one', () => {
  expect(() => locateProject({}, at('empty'))).toThrow('athanor import FOLDER')
})

test('--project takes an image folder, its .athanor, or a project that lies apart', () => {
  const photos = { imageFolder: at('photos'), projectFolder: null }
  expect(locateProject({ project: 'photos' }, root)).toEqual(photos)
  expect(locateProject({ project: 'photos/.athanor' }, root)).toEqual(photos)
  expect(locateProject({ project: at('apart'), folder: 'photos' }, root)).toEqual({
    imageFolder: at('photos'),
    projectFolder: at('apart'),
  })
  expect(locateProject({ project: 'apart' }, root)).toEqual({ imageFolder: null, projectFolder: at('apart') })
  expect(() => locateProject({ project: 'empty' }, root)).toThrow('holds no project')
})
