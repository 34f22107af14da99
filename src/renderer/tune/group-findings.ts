import type { PlanFinding } from '../../shared/contract/runs.ts'

/** What is found of one class. */
export type ClassFinding = Extract<PlanFinding, { code: 'too-few-images' | 'no-training-images' | 'few-images' }>

/** One to read: a finding, and the other classes of which the same is found. */
export interface FindingGroup {
  readonly finding: PlanFinding
  readonly alike: readonly ClassFinding[]
}

/** So many classes stand apart; more of the same are one group, since a hundred rare classes are one thing to know. */
const apartMax = 2

/** In their order, a group in the place of its first. */
export function groupFindings(findings: readonly PlanFinding[]): FindingGroup[] {
  return findings.flatMap((finding): FindingGroup[] => {
    if (!isOfClass(finding)) return [{ finding, alike: [] }]
    const [first, ...alike] = findings.filter(isOfClass).filter(({ code }) => code === finding.code)
    if (1 + alike.length <= apartMax) return [{ finding, alike: [] }]
    return finding === first ? [{ finding, alike }] : []
  })
}

export function isOfClass(finding: PlanFinding): finding is ClassFinding {
  return 'className' in finding
}
