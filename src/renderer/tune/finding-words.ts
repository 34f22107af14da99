import type { PlanFinding } from '../../shared/contract/runs.ts'
import { m } from '../messages.ts'
import { formatCount, formatDecimal, formatList } from '../ui/format.ts'
import { isOfClass, type ClassFinding, type FindingGroup } from './group-findings.ts'

/** So many classes of a group are named. */
const namedMax = 3

/** What a person should know before the run, and what it means. */
export function groupText({ finding, alike }: FindingGroup): string {
  return isOfClass(finding) && alike.length > 0 ? sharedText(finding, [finding, ...alike]) : findingText(finding)
}

function sharedText(finding: ClassFinding, all: readonly ClassFinding[]): string {
  const count = formatCount(all.length)
  const names = formatList([
    ...all.slice(0, namedMax).map(({ className }) => m.words_quoted({ name: className })),
    ...(all.length > namedMax ? [m.words_others({ count: formatCount(all.length - namedMax) })] : []),
  ])
  switch (finding.code) {
    case 'too-few-images':
      return m.tune_findings_too_few_images({ count, names, least: formatCount(finding.imageCountMin) })
    case 'no-training-images':
      return m.tune_findings_no_training_images({ count, names })
    case 'few-images':
      return m.tune_findings_few_images({ count, names, advised: formatCount(finding.imageCountAdvised) })
  }
}

function findingText(finding: PlanFinding): string {
  switch (finding.code) {
    case 'too-few-classes':
      return m.tune_finding_too_few_classes({ count: finding.classCount, shown: formatCount(finding.classCount) })
    case 'too-few-images':
      return m.tune_finding_too_few_images({
        name: finding.className,
        count: finding.imageCount,
        shown: formatCount(finding.imageCount),
        least: formatCount(finding.imageCountMin),
      })
    case 'no-training-images':
      return m.tune_finding_no_training_images({ name: finding.className })
    case 'few-images':
      return m.tune_finding_few_images({
        name: finding.className,
        count: finding.imageCount,
        shown: formatCount(finding.imageCount),
        advised: formatCount(finding.imageCountAdvised),
      })
    case 'imbalance': {
      const { smallest, largest } = finding
      const ratio = formatDecimal(finding.ratio, finding.ratio < 10 ? 1 : 0)
      const advice = finding.isWeighted ? m.tune_finding_imbalance_weighted() : m.tune_finding_imbalance_unweighted()
      return `${m.tune_finding_imbalance({ smallest, largest, ratio })} ${advice}`
    }
    case 'backbone-missing':
      return m.tune_finding_backbone({ backbone: finding.backbone })
    case 'backbone-shipped':
      return m.tune_finding_backbone_shipped()
    case 'leaks':
      return m.tune_finding_leaks({ count: finding.pairCount, shown: formatCount(finding.pairCount) })
    case 'no-test-images':
      return m.tune_finding_no_test()
    case 'bad-recipe':
      return m.tune_finding_bad_recipe()
  }
}

/** What can be done about it at once; null where that is elsewhere on the page or outside the studio. */
export function findingAction(finding: PlanFinding): 'label' | 'settings' | 'balance' | 'backbone' | null {
  switch (finding.code) {
    case 'too-few-classes':
    case 'too-few-images':
    case 'few-images':
      return 'label'
    case 'imbalance':
      return finding.isWeighted ? null : 'balance'
    case 'bad-recipe':
      return 'settings'
    case 'backbone-shipped':
      return 'backbone'
    case 'no-training-images':
    case 'backbone-missing':
    case 'leaks':
    case 'no-test-images':
      return null
  }
}
