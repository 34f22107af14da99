import { describe, expect, test } from 'vitest'
import { readFolderLayout } from '../../src/main/core/catalog/folder-layout.ts'

function meanings(...paths: string[]): Record<string, string> {
  const meaningOf = readFolderLayout(paths)
  return Object.fromEntries(
    paths.map((path) => {
      const { className, split } = meaningOf(path)
      return [path, `${className ?? '-'} ${split ?? '-'}`]
    }),
  )
}

describe('what folders say about images', () => {
  test('the first folder is the class, whatever lies below; images on top have none', () => {
    expect(meanings('a.png', 'cat/a.png', 'cat/tabby/a.png')).toEqual({
      'a.png': '- -',
      'cat/a.png': 'cat -',
      'cat/tabby/a.png': 'cat -',
    })
  })

  test('train, val, valid, validation and test are splits in any case, and the class lies right below', () => {
    expect(
      meanings(
        'train/cat/a.png',
        'Train/cat/b.png',
        'val/cat/c.png',
        'valid/cat/d.png',
        'VALIDATION/cat/x/e.png',
        'test/f.png',
      ),
    ).toEqual({
      'train/cat/a.png': 'cat train',
      'Train/cat/b.png': 'cat train',
      'val/cat/c.png': 'cat validation',
      'valid/cat/d.png': 'cat validation',
      'VALIDATION/cat/x/e.png': 'cat validation',
      'test/f.png': '- test',
    })
  })

  test('split folders may lie below a folder around everything, or below the classes', () => {
    expect(meanings('set/train/cat/a.png', 'set/test/dog/b.png', 'cat/train/c.png', 'dog/test/d.png')).toEqual({
      'set/train/cat/a.png': 'cat train',
      'set/test/dog/b.png': 'dog test',
      'cat/train/c.png': 'cat train',
      'dog/test/d.png': 'dog test',
    })
  })

  test('a class may be called train', () => {
    expect(meanings('car/a.png', 'train/b.png', 'plane/c.png')).toEqual({
      'car/a.png': 'car -',
      'train/b.png': 'train -',
      'plane/c.png': 'plane -',
    })
    expect(meanings('train/car/a.png', 'train/train/b.png')).toEqual({
      'train/car/a.png': 'car train',
      'train/train/b.png': 'train train',
    })
    // Alone, or beside another split folder, it is a split.
    expect(meanings('train/a.png')).toEqual({ 'train/a.png': '- train' })
    expect(meanings('train/cat/a.png', 'test/b.png', 'spare/c.png')).toEqual({
      'train/cat/a.png': 'cat train',
      'test/b.png': '- test',
      'spare/c.png': 'spare -',
    })
  })

  test('names of object members are folders like any other', () => {
    expect(meanings('constructor/a.png', '__proto__/toString/b.png')).toEqual({
      'constructor/a.png': 'constructor -',
      '__proto__/toString/b.png': '__proto__ -',
    })
  })
})
