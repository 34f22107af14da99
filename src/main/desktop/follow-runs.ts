import { basename } from 'node:path'
import type { CoreContract } from '../../shared/contract/index.ts'
import type { ProjectId, RunId } from '../../shared/domain/ids.ts'
import type { Run, RunOutcome } from '../../shared/domain/run.ts'
import { toAppError } from '../../shared/errors.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import type { Core } from '../core/create-core.ts'

export interface RunWatcher {
  /** Null: nothing runs. Below zero: it cannot be told. */
  readonly onProgress: (ratio: number | null) => void
  readonly onEnd: (end: { readonly runId: RunId; readonly project: string; readonly outcome: RunOutcome }) => void
  readonly log: (line: string) => void
}

export interface RunFollower {
  /** Whether a run of any open project is under way or waits for its turn. */
  isRunning(): Promise<boolean>
  close(): void
}

/** Follows the runs of every project that opens, whether or not a page is there to show them. */
export function followRuns(
  core: Pick<Core, 'onProjectOpen'>,
  client: Client<CoreContract>,
  watcher: RunWatcher,
): RunFollower {
  const leaving = new AbortController()

  core.onProjectOpen(({ id, imageFolder }) => {
    // It counts as open when every listener has been told.
    setImmediate(() => {
      followProject(client, { id, name: basename(imageFolder) }, watcher, leaving.signal).catch((thrown: unknown) => {
        if (!leaving.signal.aborted) watcher.log(`runs are not followed: ${toAppError(thrown).message}`)
      })
    })
  })

  return {
    async isRunning() {
      const projects = await client.project.list({})
      const runs = await Promise.all(projects.map(({ id }) => client.runs.list({ projectId: id })))
      return runs.flat().some(isUnderWay)
    },
    close: () => leaving.abort(),
  }
}

const isUnderWay = ({ state }: Run) => state === 'queued' || state === 'running' || state === 'stopping'

async function followProject(
  client: Client<CoreContract>,
  { id: projectId, name }: { readonly id: ProjectId; readonly name: string },
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  const following = new Set<RunId>()

  async function followRun(runId: RunId): Promise<void> {
    following.add(runId)
    try {
      watcher.onProgress(-1)
      const { lastSeq, outcome } = await readToEnd(runId)
      if (lastSeq > 0 && outcome !== null) watcher.onEnd({ runId, project: name, outcome })
    } finally {
      following.delete(runId)
      if (following.size === 0) watcher.onProgress(null)
    }
  }

  async function readToEnd(runId: RunId): Promise<{ lastSeq: number; outcome: RunOutcome | null }> {
    let lastSeq = 0
    let outcome: RunOutcome | null = null
    for await (const { seq, event } of client.runs.watch({ projectId, runId, afterSeq: 0 }, { signal })) {
      lastSeq = seq
      if (event.kind === 'step') watcher.onProgress(event.total === 0 ? -1 : event.done / event.total)
      if (event.kind === 'finished') outcome = event.result
    }
    return { lastSeq, outcome }
  }

  async function look(): Promise<void> {
    for (const run of await client.runs.list({ projectId })) {
      if (isUnderWay(run) && !following.has(run.id)) {
        followRun(run.id).catch((thrown: unknown) => {
          if (!signal.aborted) watcher.log(`${run.id} is not followed: ${toAppError(thrown).message}`)
        })
      }
    }
  }

  const changes = client.project.watch({ projectId }, { signal })
  await look()
  for await (const { what } of changes) if (what.includes('runs')) await look()
}
