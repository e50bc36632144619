import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { check } from 'recheck';
import ts from 'typescript';
import { packageRoot } from './architecture/project.ts';
import { level } from './level.ts';

/**
 * A part of `npm run lint`: a regular expression of src/ whose work is more than linear in what it reads is an error,
 * for much of that comes from files and hosts of others. What is put together when its module is loaded counts, too; a
 * user's own pattern runs under a time limit (src/core/bounded.ts). Those of RECORDED were found linear before; the level
 * `full` looks at them again, and UNWEDGE_RECORD=1 does and writes the file anew.
 */
const src = `${packageRoot}src/`;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

interface Found {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** Those that are written out. */
function literals(file: string): Found[] {
  const tree = ts.createSourceFile(file, readFileSync(src + file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ place: `src/${file}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Those that a module puts together. */
async function composed(file: string): Promise<Found[]> {
  const found: Found[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, args: [string, string?]) {
      const made = new target(...args);
      found.push({ place: `src/${file}`, source: made.source, flags: made.flags });
      return made;
    },
  });
  try {
    await import(src + file);
  } finally {
    globalThis.RegExp = original;
  }
  return found;
}

/** A module that only declares: the commands' own would run. */
const composing = files.filter(
  (file) => !file.startsWith('cli/') && /\bnew RegExp\(/.test(readFileSync(src + file, 'utf8')),
);

const all = files.flatMap(literals);
for (const file of composing) all.push(...(await composed(file)));

const RECORDED = new URL('golden/linear-regular-expressions.txt', import.meta.url);
const anew = level === 'full' || process.env.UNWEDGE_RECORD !== undefined;
const linear = new Set(anew ? [] : readFileSync(RECORDED, 'utf8').split('\n'));
const LIMIT_MS = 10_000;
let wrong = 0;
for (const { place, source, flags } of all) {
  const written = `/${source}/${flags}`;
  // Without a repetition there is nothing to try in more than one way.
  if (!/[*+{]/.test(source) || linear.has(written)) continue;
  // `d` only asks for positions.
  const verdict = await check(source, flags.replace('d', ''), { timeout: LIMIT_MS });
  if (verdict.status === 'safe') {
    linear.add(written);
    continue;
  }
  const why = verdict.status === 'vulnerable' ? verdict.complexity.summary : `not decided: ${verdict.error.kind}`;
  console.log(`${place}: ${why}: ${written}`);
  // A proof counts; what was tried at random, as long as there was time for it, is for somebody to look at.
  if (verdict.status === 'vulnerable' && verdict.checker === 'automaton') wrong++;
}
if (process.env.UNWEDGE_RECORD !== undefined) writeFileSync(RECORDED, `${[...linear].sort().join('\n')}\n`);
console.log(`${all.length} regular expressions, ${wrong} of them are proven to take more than linear time`);
process.exitCode = wrong > 0 ? 1 : 0;
