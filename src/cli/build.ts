import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';
import { planSchema } from '../app/saved-plan-schema.ts';
import type { JsonObject } from '../core/json.ts';
import { builtValidators } from '../playbook/built-validators.ts';
import { bundledAssets } from '../reports/html/bundle.ts';
import { stepTypes } from '../steps/index.ts';

/**
 * `npm run build`: the command as one CommonJS file, which starts faster than modules do; the library as modules, with
 * types. Both have compiled validators in them, and the program of the page that a report is.
 */
const root = new URL('../../', import.meta.url).pathname;

const both: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [
    {
      name: 'built-validators',
      setup: ({ onLoad }) =>
        onLoad({ filter: /\/playbook\/validator\.ts$/ }, ({ path }) => ({
          contents: builtValidators([...stepTypes.map((type): JsonObject => type.schema), planSchema]),
          loader: 'js',
          resolveDir: path.replace(/\/[^/]*$/, ''),
        })),
    },
    {
      name: 'built-page',
      setup: ({ onLoad }) =>
        onLoad({ filter: /\/reports\/html\/assets\.ts$/ }, () => ({
          contents: `export const { script, style } = ${JSON.stringify(bundledAssets())};`,
          loader: 'js',
        })),
    },
  ],
};

await build({
  ...both,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/main.cjs',
  format: 'cjs',
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: `${needsNode('20.19')}const moduleUrl = require('node:url').pathToFileURL(__filename).href;` },
});

// As deep in the package as the command: both find the host scripts by the same way.
await build({
  ...both,
  entryPoints: ['src/index.ts', 'src/contract.ts'],
  outdir: 'dist/library',
  format: 'esm',
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});

writeTypes(['src/index.ts', 'src/contract.ts'].map((file) => root + file));

/** `npm run lint` checks them; here they are only written. */
function writeTypes(files: readonly string[]): void {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const emitted = ts
    .createProgram(files, {
      ...options,
      ...{ noEmit: false, noCheck: true, declaration: true, emitDeclarationOnly: true },
      ...{ rootDir: `${root}src`, outDir: `${root}dist/types`, rewriteRelativeImportExtensions: true },
    })
    .emit();
  if (emitted.emitSkipped || emitted.diagnostics.length > 0)
    throw new Error(
      ts.formatDiagnostics(emitted.diagnostics, { ...ts.sys, getCanonicalFileName: String, getNewLine: () => '\n' }),
    );
}

/** Before anything that an older Node does not have: one line, not the error that it would end with. */
function needsNode(least: string): string {
  const [major = 0, minor = 0] = least.split('.').map(Number);
  return `{ const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  console.error('error: unwedge needs Node ${least} or later, and this is ' + process.version);
  process.exit(1);
} }
`;
}
