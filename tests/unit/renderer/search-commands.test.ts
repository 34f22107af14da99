import { expect, test } from 'vitest'
import { scoreOf, searchCommands } from '../../../src/renderer/frame/search-commands.ts'

const command = (title: string, group = 'Window') => ({ id: title, title, group, run: () => undefined })
const titles = (typed: string, ...all: string[]) =>
  searchCommands(
    all.map((title) => command(title)),
    typed,
  ).map(({ title }) => title)

test('shows everything where nothing was typed', () => {
  expect(titles('', 'Undo', 'Redo')).toEqual(['Undo', 'Redo'])
})

test('finds by beginnings of words before letters strewn about', () => {
  expect(titles('gt', 'Go to Tune', 'Undo')).toEqual(['Go to Tune'])
  expect(titles('tune', 'Stop fortune', 'Go to Tune')).toEqual(['Go to Tune', 'Stop fortune'])
})

test('leaves out what lacks a letter, and wants them in order', () => {
  expect(titles('odnu', 'Undo')).toEqual([])
  expect(scoreOf('Undo', 'x')).toBeNull()
})

test('ignores case and accents', () => {
  expect(titles('MENU', 'Menü öffnen')).toEqual(['Menü öffnen'])
})
