#!/usr/bin/env node
import { Argument, Command, Option } from 'commander';
import type { AuditFlags } from '../app/audit.ts';
import type { ExportFlags } from '../app/export.ts';
import type { CopiesFlags } from '../app/host-copies.ts';
import type { ReportFileFlags, RunFlags } from '../app/options.ts';
import { packageVersion } from '../app/own-package.ts';
import type { RollbackFlags } from '../app/rollback.ts';
import type { ResumeFlags } from '../app/run-call.ts';
import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import { readHangs } from '../local/read-file.ts';
import { printScript, SHELLS, type Shell } from './completion.ts';
import { withInventory } from './default-inventory.ts';
import { report } from './failure.ts';
import {
  choiceFlags,
  collect,
  connectionFlags,
  forceHostFlag,
  lockFlag,
  outputFlags,
  passwordFlags,
  reportFlags,
  stateFlag,
  vaultFlags,
  whole,
} from './flags.ts';
import type { InventoryFlags } from './inventory.ts';
import type { LintFlags } from './lint.ts';
import { notifyFlags } from './notify-flags.ts';
import { checkSystem } from './other-system.ts';
import { auditReportFlags, reportFileFlags } from './report-flags.ts';
import { addScheduleCommand } from './schedule-command.ts';

const INVENTORY = [
  '-i, --inventory <source>',
  'inventory file, or host1,host2, (repeatable; default: $UNWEDGE_INVENTORY, else ./inventory.yaml)',
  collect,
  [] as string[],
] as const;

/** Of the commands that change hosts. */
const runningFlags = (command: Command): Command => reportFlags(lockFlag(connectionFlags(command)));

const program = new Command('unwedge')
  .description(
    'Frees Docker containers stuck Dead on a whole fleet: playbooks over SSH, a dry run that tells the truth, a rollback that works.',
  )
  .version(packageVersion(), '-V, --version')
  // Flags behind `runs show` are its own, not those of `runs`.
  .enablePositionalOptions()
  .hook('preAction', (_, command) => checkSystem(command.name()))
  .showSuggestionAfterError();

runningFlags(
  choiceFlags(
    notifyFlags(
      forceHostFlag(program.command('run'))
        .description('run playbooks against the hosts of an inventory')
        .argument('[playbook...]', 'playbooks, run in this order: files, or names from unwedge playbooks')
        .option(...INVENTORY)
        .option('-l, --limit <pattern>', 'only these hosts of the ones that the plays name')
        .option('-C, --check', 'change nothing; tell what a run would change')
        .option('--dry-run', 'the same as --check')
        .option('--detailed-exitcode', 'with --check: exit with 10 where changes are pending')
        .option('--out <file>', 'with --check: save what a run would change as a plan, for approval')
        .option('--plan <file>', 'change what this plan says and nothing else; it says itself where')
        .option('--no-limits', 'change hosts whatever the limits of the playbook say')
        .option('-e, --extra-vars <k=v|@file>', 'variables that win over all others (repeatable)', collect, [])
        .option('-f, --forks <n>', 'hosts at work at the same time', whole, 25)
        .option('--playbook-sha256 <hash>', 'only if the playbooks are those that a schedule was made of'),
    ),
  ),
).action(async (playbooks: string[], flags: RunFlags, command: Command) => {
  if (flags.plan === undefined) {
    const { run } = await import('../app/run.ts');
    process.exitCode = await run(playbooks, withInventory(flags));
    return;
  }
  const { runByPlan } = await import('../app/apply-plan.ts');
  const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli');
  process.exitCode = await runByPlan(flags.plan, playbooks, flags, new Set(given));
});

auditReportFlags(
  notifyFlags(
    stateFlag(
      outputFlags(
        connectionFlags(
          program
            .command('audit')
            .description(
              'look at the hosts of an inventory and change nothing: what is stuck, who holds it, which causes wait',
            )
            .option(...INVENTORY)
            .option('-l, --limit <pattern>', 'only these hosts')
            .option('--why <host>', 'look at this host, and tell what each finding was concluded from')
            .option('-e, --extra-vars <k=v|@file>', 'variables that win over all others (repeatable)', collect, [])
            .option('-f, --forks <n>', 'hosts at work at the same time', whole, 25),
        ),
      ),
    ),
  ),
).action(async (flags: AuditFlags) => {
  const { audit } = await import('../app/audit.ts');
  process.exitCode = await audit(withInventory(flags));
});

runningFlags(
  forceHostFlag(program.command('rollback'))
    .description('take back what a run has changed, newest first')
    .argument('<run>', 'id of the run, or its beginning')
    .option(
      '-i, --inventory <source>',
      'go by what the hosts of an inventory keep of the run (repeatable)',
      collect,
      [],
    )
    .option('-l, --limit <pattern>', 'only these hosts of the run')
    .option('-C, --check', 'change nothing; show what the rollback would change')
    .option('--dry-run', 'the same as --check')
    .option(
      '--plugin <file>',
      'a module whose step type the run has used, where nothing tells it (repeatable)',
      collect,
      [],
    )
    .option('-f, --forks <n>', 'hosts in parallel (default: 25, at most as in the run; with -i: 1)', whole),
).action(async (run: string, flags: RollbackFlags) => {
  const { rollback } = await import('../app/rollback.ts');
  process.exitCode = await rollback(run, flags);
});

reportFlags(
  lockFlag(
    passwordFlags(
      forceHostFlag(program.command('resume'))
        .description('go on where a run ended, with what it was called with')
        .argument('<run>', 'id of the run, or its beginning'),
    ),
  ),
).action(async (run: string, flags: ResumeFlags) => {
  const { resume } = await import('../app/resume.ts');
  process.exitCode = await resume(run, flags);
});

const runs = stateFlag(program.command('runs').description('list the runs that this machine knows of')).action(
  async (flags: { stateDir?: string }) => {
    const { listAll } = await import('./runs.ts');
    await listAll(flags);
  },
);
reportFileFlags(
  connectionFlags(
    stateFlag(
      runs
        .command('show')
        .description('tell what a run did, host by host')
        .argument('<run>', 'id of the run, or its beginning')
        .option(
          '-i, --inventory <source>',
          'ask the hosts of an inventory what they keep of it (repeatable)',
          collect,
          [],
        )
        .option('-l, --limit <pattern>', 'with -i: only these hosts')
        .option('-f, --forks <n>', 'with -i: hosts to ask at the same time', whole, 25),
    ),
  ),
).action(async (run: string, flags: CopiesFlags & ReportFileFlags & { stateDir?: string }) => {
  if (flags.inventory.length > 0) {
    const { showOnHosts } = await import('./runs-on-hosts.ts');
    return showOnHosts(run, flags);
  }
  const { show } = await import('./runs.ts');
  process.exitCode = await show(run, flags);
});

addScheduleCommand(program);

stateFlag(
  runs
    .command('export')
    .description('write all that is known of a run into one file, which tells if it was changed')
    .argument('<run>', 'id of the run, or its beginning')
    .option('--out <file>', 'the file (default: unwedge-RUN.tar.gz)'),
).action(async (run: string, flags: ExportFlags) => {
  const { exportRun } = await import('../app/export.ts');
  await exportRun(run, flags);
});
runs
  .command('verify')
  .description('tell whether such a file is as it was written')
  .argument('<file>', 'what runs export has written')
  .option('--head <hash>', 'the head that runs export has printed')
  .action(async (file: string, flags: { head?: string }) => {
    const { verifyBundle } = await import('./verify-bundle.ts');
    process.exitCode = await verifyBundle(file, flags);
  });

vaultFlags(
  program
    .command('lint')
    .description('check playbooks without touching any host')
    .argument('<playbook...>', 'files, or names from unwedge playbooks'),
)
  .option(
    '-i, --inventory <source>',
    'check variables and host names against this inventory, too (repeatable)',
    collect,
    [],
  )
  .option('-e, --extra-vars <k=v|@file>', 'variables that win over all others (repeatable)', collect, [])
  .addOption(
    new Option('--format <kind>', 'how to tell the findings').choices(['human', 'json', 'sarif']).default('human'),
  )
  .option('--untrusted', 'run no program and no plugin, and read no file outside of the given folders')
  .action(async (playbooks: string[], flags: LintFlags) => {
    const { lint } = await import('./lint.ts');
    process.exitCode = await lint(playbooks, flags);
  });

vaultFlags(
  program
    .command('inventory')
    .description('show what an inventory says')
    .option(...INVENTORY),
)
  .option('-l, --limit <pattern>', 'only these hosts')
  .option('--list', 'as JSON, as ansible-inventory --list prints it')
  .option('--graph [group]', 'the groups as a tree')
  .option('--host <name>', "one host's variables, as JSON")
  .option('--explain', "with --host: where each variable's value comes from, and what it hides")
  .option('--playbook-dir <folder>', 'read group_vars and host_vars beside a playbook, too')
  .action(async (flags: InventoryFlags) => {
    const { showInventory } = await import('./inventory.ts');
    await showInventory(withInventory(flags));
  });

const playbooks = program
  .command('playbooks')
  .description('list the playbooks that come with unwedge')
  .action(async () => (await import('../app/shipped-playbooks.ts')).listPlaybooks());
playbooks
  .command('show')
  .description('print one: its comments say when to use it')
  .argument('<shipped>', 'its name')
  .action(async (name: string) => (await import('../app/shipped-playbooks.ts')).showPlaybook(name));
playbooks
  .command('copy')
  .description('copy one into a folder, to change it')
  .argument('<shipped>', 'its name')
  .argument('[folder]', 'where to', '.')
  .action(async (name: string, folder: string) =>
    (await import('../app/shipped-playbooks.ts')).copyPlaybook(name, folder),
  );

program
  .command('steps')
  .description('list the step types, or tell all about one')
  .argument('[name]', 'a step type')
  .action(async (name: string | undefined) => {
    const { showSteps } = await import('./steps.ts');
    showSteps(name);
  });

program
  .command('explain')
  .description(
    'tell what a finding (UW001, PB101) means, or an error text of Docker, its journal or the kernel; and what to do about it',
  )
  .argument('[code or message...]', 'codes, or one message; without any: messages on standard input, a line each')
  .option('--list', 'list the codes of all findings')
  .option('--output <kind>', 'text or json (one object a line)', 'text')
  .action(async (words: string[], flags: { output: string; list?: boolean }) => {
    const { explain } = await import('./explain.ts');
    await explain(words, flags);
  });

// What others call what a dry run saves.
program
  .command('plan', { hidden: true })
  .argument('[word...]')
  .allowUnknownOption()
  .action(() => {
    throw inputError(
      'there is no command plan',
      'unwedge run PLAYBOOK -i INVENTORY --check; with --out FILE it saves a plan',
    );
  });

program
  .command('completion')
  .description('print a script that has a shell complete commands, flags, hosts, tags, steps and runs')
  .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
  .action((shell: Shell) => printScript(shell));

program
  .command('complete', { hidden: true })
  .argument('[word...]')
  .option('--line <line>')
  .action(async (words: string[], { line }: { line?: string }) => {
    const { printCompletion } = await import('./complete.ts');
    await printCompletion(program, line ?? words);
  });

/** After a wrong call the help that helps is that of its command. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(
    `(see: ${path} --help${command.registeredArguments[0]?.name() === 'run' ? '; unwedge runs lists the runs' : ''})`,
  );
  for (const below of command.commands) pointToHelp(below, `${path} ${below.name()}`);
}
pointToHelp(program, 'unwedge');

// `| head` closes our standard output, and so does a terminal that goes away: a run goes on, its journal is what counts.
process.stderr.on('error', () => {});
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  console.error(`error: output is lost: ${message}; of a run, the journal has it all`);
  process.once('exit', () => {
    process.exitCode ||= ExitCode.failed;
  });
});

program
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = report(error) ?? ExitCode.failed;
  })
  .finally(() => {
    // A disk that does not answer holds up every other way to exit.
    if (readHangs()) process.kill(process.pid, 'SIGKILL');
  });
