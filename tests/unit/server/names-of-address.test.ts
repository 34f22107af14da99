import { expect, it } from 'vitest'
import { namesOf } from '../../../src/main/server/names-of-address.ts'

it('a server is asked under the names of its own address only', () => {
  expect(namesOf('127.0.0.1')).toEqual(['127.0.0.1', 'localhost'])
  expect(namesOf('::1')).toEqual(['[::1]', 'localhost'])
  expect(namesOf('192.168.1.7')).toEqual(['192.168.1.7'])
  expect(namesOf('fd00::7')).toEqual(['[fd00::7]'])
  expect(namesOf('0.0.0.0')).toContain('127.0.0.1')
  expect(namesOf('0.0.0.0')).not.toContain('0.0.0.0')
})
