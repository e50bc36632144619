import { build } from 'esbuild';
import type { JsonObject } from '../core/json.ts';
import { builtValidators } from '../playbook/built-validators.ts';
import { stepTypes } from '../steps/index.ts';

/** `npm run build`: one CommonJS file, which starts faster than modules do, with compiled validators in it. */
const root = new URL('../../', import.meta.url).pathname;

await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/main.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [
    {
      name: 'built-validators',
      setup: ({ onLoad }) =>
        onLoad({ filter: /\/playbook\/validator\.ts$/ }, ({ path }) => ({
          contents: builtValidators(stepTypes.map((type): JsonObject => type.schema)),
          loader: 'js',
          resolveDir: path.replace(/\/[^/]*$/, ''),
        })),
    },
  ],
});
