import type { Api } from './api.ts'

/** The same, and `count` hears of each edit that begins and ends to be written: what is on disk is what has ended. */
export function countSaves(api: Api, count: (change: 1 | -1) => void): Api {
  const { labels, runs } = api
  const counted =
    <Given extends readonly unknown[], Result>(save: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      count(1)
      try {
        return await save(...given)
      } finally {
        count(-1)
      }
    }
  return {
    ...api,
    labels: {
      ...labels,
      createClass: counted(labels.createClass),
      renameClass: counted(labels.renameClass),
      mergeClasses: counted(labels.mergeClasses),
      recolourClass: counted(labels.recolourClass),
      deleteClass: counted(labels.deleteClass),
      setClassKey: counted(labels.setClassKey),
      assign: counted(labels.assign),
      assignByName: counted(labels.assignByName),
      acceptSuggestions: counted(labels.acceptSuggestions),
      skip: counted(labels.skip),
      confirm: counted(labels.confirm),
      undo: counted(labels.undo),
      redo: counted(labels.redo),
      importCsv: counted(labels.importCsv),
    },
    runs: { ...runs, annotate: counted(runs.annotate) },
  }
}
