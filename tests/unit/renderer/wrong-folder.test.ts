import { expect, test } from 'vitest'
import { describeWrongFolder } from '../../../src/renderer/welcome/wrong-folder.ts'

const place = { imageFolder: '/pictures/new/cats', projectFolder: null }
const sought = { imageFolder: '/pictures/old/cats' }

test('another project can be opened, and is named by its whole path', () => {
  const { title, text, open } = describeWrongFolder({ kind: 'other', place, sought })
  expect(title).toBe('That is another project')
  expect(text).toMatch(/^\/pictures\/new\/cats holds a project, but not cats\./)
  expect(open).toBe('Open cats')
})

test('where there is no project it is said what a new one would be without', () => {
  const { title, text, open } = describeWrongFolder({ kind: 'none', place, sought })
  expect(title).toBe('There is no project in that folder')
  expect(text).toContain('without the labels, runs and models of cats')
  expect(open).toBe('Begin a new project')
})
