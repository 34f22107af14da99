/**
 * Holds every import of the tree, type imports included, against one table: which part may see which, and which part
 * alone may see a package. There is no list of exceptions.
 */
import { builtinModules } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { listSources } from './list-sources.ts'

interface Part {
  readonly folder: string
  /** Other parts whose files it may import. */
  readonly sees: readonly string[]
  /** Packages it may import; `node:` modules are one more word, `node`. */
  readonly packages: readonly string[]
}

/** The first matching folder wins, so the narrower ones stand first. */
export const parts: readonly Part[] = [
  { folder: 'src/shared', sees: [], packages: ['zod'] },
  { folder: 'src/imaging', sees: ['src/shared'], packages: ['node', 'zod', 'sharp'] },
  {
    folder: 'src/trainer',
    sees: ['src/shared', 'src/imaging'],
    packages: [
      'node',
      'zod',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-converter',
      '@tensorflow/tfjs-node-gpu',
      'webgpu',
      'onnxruntime-node',
    ],
  },
  {
    folder: 'src/main/core/database',
    sees: ['src/shared', 'src/main/core'],
    packages: ['node', 'zod', 'better-sqlite3'],
  },
  {
    folder: 'src/main/core',
    sees: ['src/shared', 'src/imaging'],
    packages: ['node', 'zod', 'csv-parse', 'csv-stringify', 'env-paths'],
  },
  { folder: 'src/main/server', sees: ['src/shared', 'src/main/core'], packages: ['node', 'zod', 'ws'] },
  { folder: 'src/main/cli', sees: ['src/shared', 'src/main/core'], packages: ['node', 'zod', 'commander'] },
  { folder: 'src/main/desktop', sees: ['src/shared', 'src/main/core'], packages: ['node', 'zod', 'electron'] },
  { folder: 'src/main/index.ts', sees: ['src/main/desktop'], packages: [] },
  { folder: 'src/preload', sees: ['src/shared'], packages: ['electron', 'zod'] },
  {
    folder: 'src/renderer',
    sees: ['src/shared', 'resources/locales'],
    packages: [
      'svelte',
      'zod',
      'bits-ui',
      '@lucide/svelte',
      'uplot',
      '@fontsource-variable/inter',
      '@internationalized/date',
    ],
  },
]

const builtins = new Set(builtinModules)

/** All module names that a source file imports, exports from or loads on demand. */
export function importsOf(file: string, text: string): string[] {
  const source = file.endsWith('.svelte') ? scriptsOf(text) : text
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) &&
            (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function scriptsOf(svelte: string): string {
  return [...svelte.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]).join('\n')
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:') || builtins.has(specifier)) return 'node'
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** What is wrong with one import, or null. Paths are relative to the root of the tree, with `/`. */
export function problemWith(file: string, specifier: string): string | null {
  const part = parts.find(({ folder }) => isWithin(file, folder))
  if (!part) return 'the file belongs to no part of the table in scripts/check-imports.ts'
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier)
    return part.packages.includes(name) ? null : `${part.folder} may not import the package ${name}`
  }
  const target = join(dirname(file), specifier).replaceAll('\\', '/')
  const allowed = [part.folder, ...part.sees].some((folder) => isWithin(target, folder))
  return allowed ? null : `${part.folder} may not import ${target}`
}

function main(): void {
  const root = join(import.meta.dirname, '..')
  const problems = listSources(root, ['src'], ['.ts', '.svelte'])
    .filter((file) => !file.endsWith('.d.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return importsOf(file, text).flatMap((specifier) => {
        const problem = problemWith(file, specifier)
        return problem ? [`${file}: ${problem}`] : []
      })
    })
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log('imports: every one is allowed')
}

if (relative(import.meta.filename, process.argv[1] ?? '') === '') main()
