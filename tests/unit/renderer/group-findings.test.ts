import { expect, it } from 'vitest'
import { groupFindings } from '../../../src/renderer/tune/group-findings.ts'
import type { PlanFinding } from '../../../src/shared/contract/runs.ts'

const few = (className: string): PlanFinding => ({
  ...{ code: 'few-images', blocks: false, imageCount: 7, imageCountAdvised: 30 },
  className,
})
const untaught = (className: string): PlanFinding => ({ code: 'no-training-images', blocks: true, className })
const untested: PlanFinding = { code: 'no-test-images', blocks: false }

it('two classes stand apart', () => {
  const findings = [few('cat'), untested, few('dog'), untaught('emu')]
  expect(groupFindings(findings)).toEqual(findings.map((finding) => ({ finding, alike: [] })))
})

it('three that lack the same are one group, in the place of the first', () => {
  const findings = [untested, few('cat'), untaught('emu'), few('dog'), few('fox')]
  expect(groupFindings(findings)).toEqual([
    { finding: untested, alike: [] },
    { finding: few('cat'), alike: [few('dog'), few('fox')] },
    { finding: untaught('emu'), alike: [] },
  ])
})
