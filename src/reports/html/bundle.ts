import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync, transformSync } from 'esbuild';

/** What the page is made of, small: its program as one script, and its style. From the sources beside this file. */
export function bundledAssets(): { readonly script: string; readonly style: string } {
  const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [at('browser/main.ts')],
    ...{ bundle: true, write: false, minify: true, format: 'iife', target: 'es2022', legalComments: 'none' },
    // Not the one of node's programs.
    tsconfig: at('browser/tsconfig.json'),
  });
  const style = transformSync(readFileSync(at('style.css'), 'utf8'), { loader: 'css', minify: true, target: 'es2022' });
  return { script: (outputFiles[0]?.text ?? '').trim(), style: style.code.trim() };
}
