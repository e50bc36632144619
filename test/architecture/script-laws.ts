import { files, type Law } from './law.ts';
import { sources } from './project.ts';

/** What each host script has at its head. */
export const scriptLaws: readonly Law[] = [
  {
    title: 'a host script begins with #!/bin/sh and says what it does, its Usage and its Exit codes',
    todo: 'see src/steps/rm_dead/apply.sh',
    breaches: (project) =>
      sources(project, '.sh')
        .filter(([, text]) => {
          const head = /^#!\/bin\/sh\n(#.*\n)*/.exec(text)?.[0] ?? '';
          return !/^#!.*\n# [A-Z]/.test(head) || !/^# Usage: /m.test(head) || !/\bExit( codes)?: /.test(head);
        })
        .map(([path]) => path),
    examples: [
      files({ 'src/steps/a/apply.sh': '#!/bin/sh\n# Does a.\n# Usage: apply.sh\nset -u\n# Exit: 0' }),
      files({ 'src/steps/a/apply.sh': '#!/bin/bash\n# Does a.\n# Usage: apply.sh\n# Exit: 0\n' }),
    ],
  },
  {
    title: 'a host script stops at an unset variable: set -u',
    todo: 'set -u right below the head comment',
    breaches: (project) =>
      sources(project, '.sh')
        // arguments.sh runs before the script's own set -u and must not be the one that decides.
        .filter(([path, text]) => !/^set -u$/m.test(text) && path !== 'src/transport/arguments.sh')
        .map(([path]) => path),
    examples: [files({ 'src/steps/a/apply.sh': '#!/bin/sh\n' })],
  },
];
