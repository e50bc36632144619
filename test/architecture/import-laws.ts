import { files, type Law } from './law.ts';
import { folderOf, type Project, sources, stepOf } from './project.ts';
import { type Import, imports, packageOf } from './syntax.ts';

/** Each dependency is named in one folder, so that replacing it touches one folder. */
const HOME: Readonly<Record<string, string>> = {
  '@marcbachmann/cel-js': 'playbook',
  ajv: 'playbook',
  commander: 'cli',
  diff: 'reporters',
  'js-yaml': 'core',
  listr2: 'reporters',
  'modern-tar': 'evidence',
  zx: 'transport',
};

/** What the package exports to programs. */
const FACES = ['src/index.ts', 'src/contract.ts'];

/** They build the package and are not in it: they alone may use a devDependency. */
const BUILD = ['src/cli/build.ts', 'src/reports/html/bundle.ts'];

/** Loads modules that the user names, by a path that no source knows. */
const LOADER = 'src/playbook/load-plugin.ts';

/** Where journal, sinks, ways to hosts and engine come together; engine/ and rollout/ have streams of their own for what nobody sees. */
const COMPOSER = 'src/app/run-session.ts';
const COMPOSES = /\bopenJournal\b|new SentScripts\b|\bsinks: \{ journal\b/;

/** Modules of node's that neither read nor write anything. */
const PURE = ['node:path', 'node:url', 'node:util', 'node:vm'];

const where = (path: string): string => folderOf(path) || 'index.ts';
const says = ({ place, from, specifier }: Import): string => `${place}: ${where(from)} imports ${specifier}`;

const isPlugin = (from: string, specifier: string): boolean => from === LOADER && specifier.includes('(path)');

function mayImport(from: string, to: string): boolean {
  const [here, there] = [folderOf(from), folderOf(to)];
  if (here === 'cli' || FACES.includes(from)) return true;
  if (here === 'app') return to.startsWith('src/') && there !== 'cli';
  if (here === 'steps' && (there === 'docker' || there === 'files')) return true;
  if (here === 'rollout' && there === 'engine') return true;
  return to.startsWith('src/') && (here === there || ['core', 'local'].includes(there));
}

/** The files on a circle of imports, as `a → b → a`, each circle once. */
function circles(project: Project): string[] {
  const all = imports(project);
  const importsOf = (path: string) => all.filter(({ from, target }) => from === path && target !== undefined);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) found.push([...above.slice(above.indexOf(path)), path].join(' → '));
    if (done.has(path) || above.includes(path)) return;
    for (const { target = '' } of importsOf(path)) visit(target, [...above, path]);
    done.add(path);
  };
  for (const [path] of sources(project, '.ts')) visit(path, []);
  return found;
}

export const importLaws: readonly Law[] = [
  {
    title:
      "a folder imports itself, core/ and local/; steps/ also docker/ and files/; rollout/ also engine/; app/ all but cli/; cli/ and the package's faces anything",
    todo: 'move what both folders need to a file in core/ named for what it is, or hand it over from app/',
    breaches: (project) =>
      imports(project)
        .filter(({ from, target }) => target !== undefined && !mayImport(from, target))
        .map(says),
    examples: [
      files({ 'src/engine/a.ts': "import { x } from '../docker/x.ts';" }),
      files({ 'src/docker/a.ts': "export type { X } from '../steps/index.ts';" }),
      files({ 'src/docker/a.ts': "import { x } from '../files/file.ts';" }),
      files({ 'src/engine/a.ts': "import { x } from '../rollout/x.ts';" }),
      files({ 'src/app/a.ts': "import { x } from '../cli/x.ts';" }),
      files({ 'src/core/a.ts': "const x = await import('../journal/x.ts');" }),
      files({ 'src/core/a.ts': "type X = import('../playbook/x.ts').X;" }),
      files({ 'src/steps/umount/a.ts': "import '../../index.ts';" }),
      files({ 'src/reporters/a.ts': "import '../../test/reporters/screen.ts';" }),
    ],
  },
  {
    title: "no step's folder imports another step's",
    todo: 'move what both steps need to docker/ (the domain), files/ or core/, named for what it is',
    breaches: (project) =>
      imports(project)
        .filter(({ from, target = '' }) => stepOf(from) && stepOf(target) && stepOf(from) !== stepOf(target))
        .map(says),
    examples: [files({ 'src/steps/rm_dead/a.ts': "import { x } from '../umount/x.ts';" })],
  },
  {
    title: 'a run is composed in one place: only app/run-session.ts opens a journal and hands events to sinks',
    todo: 'give runSession what is to be run, or a sink',
    breaches: (project) =>
      sources(project, '.ts')
        .filter(([path]) => folderOf(path) !== 'journal' && path !== COMPOSER)
        .filter(([, text]) => COMPOSES.test(text))
        .map(([path]) => path),
    examples: [
      files({ 'src/app/a.ts': "import { openJournal } from '../journal/index.ts';" }),
      files({ 'src/app/a.ts': 'const sent = new SentScripts(journal);' }),
      files({ 'src/cli/a.ts': 'const around = { sinks: { journal: noJournal, report } };' }),
    ],
  },
  {
    title: 'imports make no circle',
    todo: 'move what the files of the circle share to a file of its own, below both',
    breaches: circles,
    examples: [
      files({ 'src/core/a.ts': "import './b.ts';", 'src/core/b.ts': "import type { A } from './a.ts';" }),
      files({ 'src/core/a.ts': "import './a.ts';" }),
    ],
  },
  {
    title: "every import of the project's own ends in .ts and names a file that is there",
    todo: 'write the path out, with .ts',
    breaches: (project) =>
      imports(project)
        .filter(({ target }) => target !== undefined && !(target.endsWith('.ts') && project.files.has(target)))
        .map(says),
    examples: [
      files({ 'src/core/a.ts': "import './b';", 'src/core/b.ts': '' }),
      files({ 'src/core/a.ts': "import './b.js';", 'src/core/b.ts': '' }),
      files({ 'src/core/a.ts': "import './gone.ts';" }),
    ],
  },
  {
    title: 'core/ does no I/O: of node it imports only what is pure',
    todo: `do it in the folder that needs it, or take it as an argument; pure are ${PURE.join(', ')}`,
    breaches: (project) =>
      imports(project)
        .filter(({ from, specifier }) => folderOf(from) === 'core' && specifier.startsWith('node:'))
        .filter(({ specifier }) => !PURE.includes(specifier))
        .map(says),
    examples: [files({ 'src/core/a.ts': "import { readFile } from 'node:fs/promises';" })],
  },
  {
    title: 'only transport/ starts processes',
    todo: "take a function as an argument and let app/ hand over transport's",
    breaches: (project) =>
      imports(project)
        .filter(({ from, specifier }) => specifier === 'node:child_process' && folderOf(from) !== 'transport')
        .map(says),
    examples: [files({ 'src/inventory/a.ts': "import { spawn } from 'node:child_process';" })],
  },
  {
    title: 'each npm dependency is named in its own folder only',
    todo: 'wrap it there; a new dependency gets a line in HOME (test/architecture/import-laws.ts), a built-in node: its prefix',
    breaches: (project) =>
      imports(project)
        .filter(({ from, specifier }) => {
          const name = BUILD.includes(from) ? undefined : packageOf(specifier);
          return name !== undefined && HOME[name] !== folderOf(from) && !isPlugin(from, specifier);
        })
        .map(says),
    examples: [
      files({ 'src/engine/a.ts': "const { $ } = await import('zx/core');" }),
      files({ 'src/cli/a.ts': "import lodash from 'lodash';" }),
      files({ 'src/cli/a.ts': 'await import(nameFromSomewhere);' }),
    ],
  },
  {
    title: 'every dependency of package.json is used',
    todo: 'npm uninstall it',
    breaches: (project) => {
      const used = new Set(imports(project).map(({ specifier }) => packageOf(specifier)));
      return project.dependencies.filter((name) => !used.has(name));
    },
    examples: [{ dependencies: ['left-pad'], files: new Map([['src/cli/a.ts', "import 'commander';"]]) }],
  },
  {
    title: 'every package that is imported is among the dependencies',
    todo: 'npm install it (not --save-dev: the sources import it)',
    breaches: (project) =>
      imports(project)
        .filter(({ from, specifier }) => !BUILD.includes(from) && !isPlugin(from, specifier))
        .filter(
          ({ specifier }) => !project.dependencies.includes(packageOf(specifier) ?? project.dependencies[0] ?? ''),
        )
        .map(says),
    examples: [{ dependencies: ['zx'], files: new Map([['src/cli/a.ts', "import 'commander';"]]) }],
  },
];
