import { files, type Law } from './law.ts';
import { sources, stepFolders } from './project.ts';

const SAYS_NOTHING = /^(utils?|helpers?|common|types?|interfaces?|misc)$/;

const nameOf = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.\w+$/, '');

export const nameLaws: readonly Law[] = [
  {
    title: 'no file or folder is called utils, helpers, common, types or interfaces',
    todo: 'name it for what it is: core/duration.ts',
    breaches: ({ files }) =>
      [...files.keys()].filter((path) => path.split('/').some((part) => SAYS_NOTHING.test(part.replace(/\.\w+$/, '')))),
    examples: [files({ 'src/core/utils.ts': '' }), files({ 'src/engine/types/run.ts': '' })],
  },
  {
    title: "files are named in kebab-case, steps' folders as their YAML key",
    todo: 'rename it',
    breaches: (project) => [
      ...[...sources(project, '.ts'), ...sources(project, '.sh')]
        .map(([path]) => path)
        .filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(nameOf(path))),
      ...stepFolders(project).filter((name) => !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)),
    ],
    examples: [files({ 'src/core/runRecord.ts': '' }), files({ 'src/steps/rm-dead/step.ts': '' })],
  },
];
