import { z } from 'zod'
import { said, type Said } from '../said.ts'

/** What kept the addon of the onednn device from being built. */
export const OnednnObstacle = z.discriminatedUnion('code', [
  z.object({ code: z.literal('other-system') }),
  z.object({ code: z.literal('no-compiler') }),
  z.object({ code: z.literal('no-make') }),
  z.object({ code: z.literal('no-python') }),
  /** Those that build it are for development, and npm was told to leave them out. */
  z.object({ code: z.literal('no-build-packages') }),
  z.object({ code: z.literal('no-onednn') }),
  /** oneDNN is not installed, and its packages, which are known, did not come. */
  z.object({ code: z.literal('not-fetched') }),
  z.object({ code: z.literal('too-slow'), minutes: z.number() }),
  z.object({ code: z.literal('not-compiled'), detail: z.string() }),
  z.object({ code: z.literal('not-loaded'), detail: z.string() }),
  z.object({ code: z.literal('failed'), detail: z.string() }),
])
export type OnednnObstacle = z.infer<typeof OnednnObstacle>

/** What is in `out/onednn`, and what it was made from. */
export const BuiltOnednn = z.object({
  /** Of oneDNN, such as 2.6.3. */
  version: z.string(),
  /** Where oneDNN was found, as a person would say it. */
  from: z.string(),
  /** Hash of all that the addon is made from, without oneDNN. */
  sources: z.string(),
  /** The library that it was linked with: path, size and time. */
  library: z.string(),
  files: z.array(z.string()),
})
export type BuiltOnednn = z.infer<typeof BuiltOnednn>

/** How the last attempt ended: `out/onednn/build.json`. */
export const OnednnBuild = z.object({
  endedAtMs: z.number(),
  obstacle: OnednnObstacle.nullable(),
  /** Still there after an attempt that failed. */
  built: BuiltOnednn.nullable(),
})
export type OnednnBuild = z.infer<typeof OnednnBuild>

/** The obstacle as the build says it in one line, and `athanor doctor` later: what is the matter, and what to do. */
export function obstacleInWords(obstacle: OnednnObstacle): { readonly reason: Said; readonly cure: Said | null } {
  const tools = said`Install what compiles (Debian and Ubuntu: apt-get install g++ make python3; macOS: xcode-select --install),
    then run: npm run build:onednn`
  const library = said`Install it (Debian and Ubuntu: apt-get install libdnnl-dev; macOS: brew install onednn libomp) or say
    where it lies with ONEDNN_ROOT, then run: npm run build:onednn`
  const log = said`The file out/onednn/build.log has the rest. To try again, run: npm run build:onednn`
  const again = said`To try again, run: npm run build:onednn`
  switch (obstacle.code) {
    case 'other-system':
      return { reason: said`The onednn device was not built: it is for Linux and macOS.`, cure: null }
    case 'no-compiler':
      return { reason: said`The onednn device was not built: there is no C++ compiler.`, cure: tools }
    case 'no-make':
      return { reason: said`The onednn device was not built: there is no make.`, cure: tools }
    case 'no-python':
      return { reason: said`The onednn device was not built: there is no Python 3, which node-gyp needs.`, cure: tools }
    case 'no-build-packages':
      return {
        reason: said`The onednn device was not built: the packages that build it are not installed.`,
        cure: said`Install them, and build it, with: npm ci --include=dev`,
      }
    case 'no-onednn':
      return { reason: said`The onednn device was not built: the library oneDNN is not here.`, cure: library }
    case 'not-fetched':
      return {
        reason: said`The onednn device was not built: the library oneDNN is not here, and its packages could not be fetched.`,
        cure: library,
      }
    case 'too-slow':
      return {
        reason: said`The onednn device was not built: it took longer than ${obstacle.minutes} minutes.`,
        cure: again,
      }
    case 'not-compiled':
      return { reason: said`The onednn device was not built: it does not compile (${obstacle.detail}).`, cure: log }
    case 'not-loaded':
      return { reason: said`The onednn device was not built: it does not load (${obstacle.detail}).`, cure: again }
    case 'failed':
      return { reason: said`The onednn device was not built: ${obstacle.detail}.`, cure: again }
  }
}
