import ts from 'typescript';
import { files, type Law } from './law.ts';
import { type Project, sources, stepFolders, stepOf } from './project.ts';
import { type Import, imports, strings } from './syntax.ts';

/** A host script that src/ refers to: probeScript('steps/umount/probe.sh'). */
interface Reference {
  readonly kind: 'probe' | 'apply' | 'undo';
  /** From the package's root. */
  readonly path: string;
  readonly place: string;
  /** The step that refers to it; '' outside of steps. */
  readonly step: string;
}

const references = (project: Project): Reference[] =>
  strings(project).flatMap(({ text, node, place }) => {
    if (!ts.isCallExpression(node.parent)) return [];
    const kind = /^(probe|apply|undo)Script$/.exec(node.parent.expression.getText())?.[1] as
      | Reference['kind']
      | undefined;
    return kind ? [{ kind, path: `src/${text}`, place, step: stepOf(place) }] : [];
  });

/** A step's own scripts are called for what they do: probe.sh, or probe-options.sh for a second one. */
function isNamedForItsKind({ kind, path }: Reference): boolean {
  if (path.startsWith('src/docker/')) return kind === 'probe';
  return new RegExp(`/${kind}(-[a-z-]+)?\\.sh$`).test(path);
}

/** A step that writes files has undo.sh of files/; whoever has one of its own reverses with it. */
function isUndoneAsItSays(project: Project, name: string, kind: string): boolean {
  if (project.files.has(`src/steps/${name}/undo.sh`)) return kind === 'reverse';
  const writesFiles = ({ from, target }: Import) => stepOf(from) === name && target === 'src/files/file-change.ts';
  return imports(project).some(writesFiles) ? kind !== 'irreversible' : kind !== 'reverse';
}

const step = (name: string, kind: string, texts: Readonly<Record<string, string>>): Partial<Project> => ({
  ...files({ [`src/steps/${name}/step.ts`]: '', [`test/steps/${name}.test.ts`]: `'/steps/${name}/step.ts'`, ...texts }),
  steps: [{ name, undo: { kind } }],
});

export const registryLaws: readonly Law[] = [
  {
    title: "each step's folder is registered under its own name, and nothing else is",
    todo: 'one line in src/steps/index.ts; the name in step.ts is that of the folder',
    breaches: (project) => {
      const [folders, names] = [stepFolders(project), project.steps.map(({ name }) => name)];
      return [
        ...folders.filter((name) => !names.includes(name)).map((name) => `src/steps/${name}/ is not registered`),
        ...names.filter((name) => !folders.includes(name)).map((name) => `step ${name} has no folder of its name`),
        ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `step ${name} is registered twice`),
      ];
    },
    examples: [files({ 'src/steps/gone/step.ts': '' }), { steps: [{ name: 'gone', undo: { kind: 'reverse' } }] }],
  },
  {
    title: 'each step has a test in test/steps/',
    todo: 'write its plan cases: test/steps/NAME.test.ts',
    breaches: (project) => {
      const tests = [...project.files].filter(([path]) => /^test\/steps\/.*\.test\.ts$/.test(path));
      return stepFolders(project).filter((name) => !tests.some(([, text]) => text.includes(`/steps/${name}/step.ts'`)));
    },
    examples: [files({ 'src/steps/umount/step.ts': '' })],
  },
  {
    title: "a step's folder has undo.sh, or takes that of files/, if and only if the step can be reversed",
    todo: "give the step type undo.kind 'reverse' and an undo.sh that it runs, or neither",
    breaches: (project) =>
      project.steps
        .filter(({ name, undo }) => !isUndoneAsItSays(project, name, undo.kind))
        .map(({ name, undo }) => `src/steps/${name}: undo.kind is ${undo.kind}`),
    examples: [
      step('x', 'reverse', {}),
      step('x', 'irreversible', { 'src/steps/x/undo.sh': '' }),
      step('x', 'irreversible', { 'src/steps/x/a.ts': "import { x } from '../../files/file-change.ts';" }),
    ],
  },
  {
    title: 'a step runs scripts of its own folder, beside those of docker/ and files/',
    todo: 'a script that two steps need belongs to docker/, if it only looks, or to files/',
    breaches: (project) =>
      references(project)
        .filter(({ path, step }) => step !== stepOf(path) && stepOf(path) !== '')
        .map(({ place, path }) => `${place}: ${path}`),
    examples: [files({ 'src/steps/a/step.ts': "applyScript('steps/b/apply.sh')" })],
  },
  {
    title: 'every host script that is referred to is there',
    todo: 'the path is relative to src/',
    breaches: (project) =>
      references(project)
        .filter(({ path }) => !project.files.has(path))
        .map(({ place, path }) => `${place}: ${path}`),
    examples: [files({ 'src/steps/a/step.ts': "probeScript('steps/a/probe.sh')" })],
  },
  {
    title: 'a script is named for what it may do, and those of docker/ only look',
    todo: 'call it KIND.sh, or KIND-WHAT.sh beside another of its kind; a check mode session takes probes only',
    breaches: (project) =>
      references(project)
        .filter((reference) => !isNamedForItsKind(reference))
        .map(({ place, path, kind }) => `${place}: ${path} is used as ${kind}`),
    examples: [
      files({ 'src/steps/a/step.ts': "probeScript('steps/a/apply.sh')" }),
      files({ 'src/docker/a.ts': "undoScript('docker/mounts.sh')" }),
    ],
  },
  {
    title: 'every .sh below src/ is used',
    todo: 'delete it, or refer to it by its path from src/',
    breaches: (project) => {
      const used = new Set(strings(project).map(({ text }) => `src/${text}`));
      return sources(project, '.sh')
        .map(([path]) => path)
        .filter((path) => !used.has(path));
    },
    examples: [files({ 'src/docker/forgotten.sh': '' })],
  },
];
