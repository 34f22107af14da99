/** A label beside what was said of its image by a fit that never saw it. */
export interface JudgedLabel {
  readonly classIndex: number
  readonly probabilities: ArrayLike<number>
}

export interface Judgement {
  /** The most likely class. */
  readonly likelyIndex: number
  readonly labelProbability: number
  readonly likelyProbability: number
  /** By its margin: 0 where the label is certain, 1 where another class is. */
  readonly doubtRatio: number
  /** It is counted as of another class in the confident joint. */
  readonly isOfAnother: boolean
}

/**
 * Confident learning (Northcutt, Jiang and Chuang 2021, "Estimating Uncertainty in Dataset Labels"): a class is
 * confidently that of an image where its probability is at least the mean over the images that have its label; where
 * the likeliest such class is not the label, the label is an off-diagonal count of the confident joint. Ranked by the
 * normalised margin, the label's probability less the largest of the others.
 */
export function judgeLabels(labels: readonly JudgedLabel[], classCount: number): Judgement[] {
  const thresholds = meanOwnProbabilities(labels, classCount)
  return labels.map(({ classIndex, probabilities }) => {
    const isConfident = (index: number) => (probabilities[index] ?? 0) >= (thresholds[index] ?? Infinity)
    // What is equally likely speaks for the label.
    let likelyIndex = classIndex
    let confidentIndex = isConfident(classIndex) ? classIndex : null
    let largestOther = 0
    for (let index = 0; index < classCount; index += 1) {
      const probability = probabilities[index] ?? 0
      if (probability > (probabilities[likelyIndex] ?? 0)) likelyIndex = index
      if (index !== classIndex) largestOther = Math.max(largestOther, probability)
      if (isConfident(index) && (confidentIndex === null || probability > (probabilities[confidentIndex] ?? 0)))
        confidentIndex = index
    }
    const labelProbability = ratio(probabilities[classIndex] ?? 0)
    return {
      likelyIndex,
      labelProbability,
      likelyProbability: ratio(probabilities[likelyIndex] ?? 0),
      doubtRatio: ratio((1 - labelProbability + largestOther) / 2),
      isOfAnother: confidentIndex !== null && confidentIndex !== classIndex,
    }
  })
}

/**
 * What is said of a label by fits that never saw it and a network that learned it, together. A network comes to believe
 * what it learns: a label that the fits alone find wrong stays doubted, for their reasons, in the order that both give.
 */
export function keepDoubt(both: Judgement, unseen: Judgement): Judgement {
  if (both.isOfAnother || !unseen.isOfAnother) return both
  return { ...unseen, doubtRatio: both.doubtRatio }
}

/** Infinite for a class without images: nothing is confidently of it. */
function meanOwnProbabilities(labels: readonly JudgedLabel[], classCount: number): number[] {
  const sums = new Array<number>(classCount).fill(0)
  const counts = new Array<number>(classCount).fill(0)
  for (const { classIndex, probabilities } of labels) {
    sums[classIndex] = (sums[classIndex] ?? 0) + (probabilities[classIndex] ?? 0)
    counts[classIndex] = (counts[classIndex] ?? 0) + 1
  }
  return sums.map((sum, index) => sum / (counts[index] ?? 0) || Infinity)
}

/** Sums of 32-bit floats may be a little beyond 1. */
function ratio(value: number): number {
  return Math.min(1, Math.max(0, value))
}
