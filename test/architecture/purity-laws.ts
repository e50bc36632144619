import ts from 'typescript';
import { files, type Law } from './law.ts';
import { folderOf, type Project, sources } from './project.ts';
import { imports, nodes, place } from './syntax.ts';

const PRINTS = /^(console|process\.(stdout|stderr))$/;
const TELLS_TIME = /^(Date\.now|performance|setTimeout|setInterval|setImmediate|process\.(hrtime|uptime))$/;
const TIME_MODULES = /^node:(timers(\/promises)?|perf_hooks)$/;

/** The places outside `allowed` folders that name something global. */
const uses = (project: Project, allowed: readonly string[], name: RegExp): string[] =>
  sources(project, '.ts')
    .filter(([path]) => !allowed.includes(folderOf(path)))
    .flatMap(([path, text]) => nodes(path, text))
    .filter((node) => isGlobal(node) && name.test(node.getText()))
    .map((node) => `${place(node)}: ${node.getText()}`);

/** An identifier or `a.b` that stands for itself, not a property of something else or a declared name. */
function isGlobal(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return true;
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isTypeElement(parent);
}

const nowByDate = (project: Project, allowed: readonly string[]): string[] =>
  sources(project, '.ts')
    .filter(([path]) => !allowed.includes(folderOf(path)))
    .flatMap(([path, text]) => nodes(path, text))
    .filter((node) => ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    .map((node) => `${place(node)}: new Date()`);

export const purityLaws: readonly Law[] = [
  {
    title: 'only app/, cli/ and reporters/ print',
    todo: 'emit an event, return the text or throw: the reporters and the commands print',
    breaches: (project) => uses(project, ['app', 'cli', 'reporters'], PRINTS),
    examples: [
      files({ 'src/engine/a.ts': "console.log('x');" }),
      files({ 'src/engine/a.ts': "process.stdout.write('x');" }),
      files({ 'src/steps/umount/a.ts': 'const { stderr } = process.stderr;' }),
    ],
  },
  {
    // transport/ keeps deadlines, reporters/ draw again and again; both are where the clock is made or not needed.
    title: 'time comes from the clock: only app/, cli/, transport/ and reporters/ ask the machine',
    todo: 'take a Clock (core/clock.ts) as an argument',
    breaches: (project) => {
      const allowed = ['app', 'cli', 'transport', 'reporters'];
      const modules = imports(project).filter(
        (i) => !allowed.includes(folderOf(i.from)) && TIME_MODULES.test(i.specifier),
      );
      return [
        ...uses(project, allowed, TELLS_TIME),
        ...nowByDate(project, allowed),
        ...modules.map((i) => `${i.place}: ${i.specifier}`),
      ];
    },
    examples: [
      files({ 'src/engine/a.ts': 'const at = Date.now();' }),
      files({ 'src/engine/a.ts': 'const at = new Date().toISOString();' }),
      files({ 'src/engine/a.ts': 'setTimeout(() => {}, 5);' }),
      files({ 'src/journal/a.ts': "import { setTimeout } from 'node:timers/promises';" }),
    ],
  },
  {
    title: 'only app/ and cli/ end the process or set its exit code',
    todo: 'return an exit code (core/exit-code.ts) or throw: clean-up and journals must come to their end',
    breaches: (project) => uses(project, ['app', 'cli'], /^process\.(exit|exitCode|abort)$/),
    examples: [files({ 'src/steps/umount/a.ts': 'process.exit(2);' })],
  },
];
