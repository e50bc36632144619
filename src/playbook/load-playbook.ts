import { type Diagnostic, firstOf, InputError } from '../core/diagnostic.ts';
import type { Playbook } from '../core/playbook.ts';
import { parseYaml, type YamlDocument } from '../core/yaml.ts';
import type { YamlNode } from '../core/yaml-node.ts';
import type { Confine } from '../local/roots.ts';
import { IncludedFiles, readRegular } from './included-files.ts';
import { Report } from './place.ts';
import { compilePlay, type Known } from './play.ts';
import { loadPlugins } from './plugins.ts';

/** A playbook where it has no errors, and everything that was found. */
export interface CheckedPlaybook {
  readonly playbook: Playbook | undefined;
  readonly findings: readonly Diagnostic[];
}

/** Reads and checks one playbook as a whole. @throws InputError with every error found, not only the first. */
export async function loadPlaybook(file: string, known: Known): Promise<Playbook> {
  const { playbook, findings } = await checkPlaybookFile(file, known);
  if (!playbook) throw new InputError(findings);
  return playbook;
}

/** Reads a playbook, loads the plugins that it names, and checks it. @throws InputError where the file can't be read */
export async function checkPlaybookFile(file: string, known: Known): Promise<CheckedPlaybook> {
  const bytes = readPlaybook(file, known.untrusted);
  try {
    const document = parseYaml(bytes, file);
    return checkDocument(document, bytes, file, {
      ...known,
      plugins: await loadPlugins(document.root, file, known.untrusted),
    });
  } catch (error) {
    return refused(error);
  }
}

/** Checks the text of a playbook. Total: whatever the bytes are, findings come back. */
export function checkPlaybook(bytes: Uint8Array, file: string, known: Known): CheckedPlaybook {
  try {
    return checkDocument(parseYaml(bytes, file), bytes, file, known);
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): CheckedPlaybook {
  if (error instanceof InputError) return { playbook: undefined, findings: error.diagnostics };
  throw error;
}

function checkDocument({ source, root }: YamlDocument, bytes: Uint8Array, file: string, known: Known): CheckedPlaybook {
  const report = new Report(source);
  const files = new IncludedFiles([file], known.untrusted);
  files.add(bytes);
  const plugins = { loaded: known.plugins ?? new Map(), names: new Map<string, string>() };
  const place = { report, files, plugins };
  const plays = playNodes(root, report)
    .map((node) => compilePlay(node, known, place))
    .filter((play) => play !== undefined);
  const findings = firstOf(inOrder(report.findings, file));
  const failed = findings.some((finding) => finding.severity === 'error');
  const own = [...plugins.names.values()];
  const playbook = { file, sha256: files.sha256, plugins: own, plays, warnings: findings };
  return { playbook: failed ? undefined : playbook, findings };
}

function playNodes(root: YamlNode, report: Report): readonly YamlNode[] {
  if (root.kind === 'list' && root.items.length > 0) return root.items;
  report.error(
    'bad-shape',
    root.span,
    'a playbook must be a list of plays',
    'begin with `- name: …`, then `hosts:` and `steps:` below',
  );
  return [];
}

/** The playbook's own first, then those of the files that it includes. */
function inOrder(findings: readonly Diagnostic[], file: string): Diagnostic[] {
  const files = [...new Set([file, ...findings.flatMap(({ at }) => at?.file ?? [])])];
  const place = ({ at }: Diagnostic): readonly number[] => [
    files.indexOf(at?.file ?? file),
    at?.line ?? 0,
    at?.column ?? 0,
  ];
  return findings.toSorted((a, b) => {
    const [one, other] = [place(a), place(b)];
    const differs = one.findIndex((n, i) => n !== other[i]);
    return differs < 0 ? 0 : (one[differs] ?? 0) - (other[differs] ?? 0);
  });
}

/** The bytes of a playbook. @throws InputError */
function readPlaybook(file: string, confine: Confine | undefined): Uint8Array {
  const read = readRegular(file, confine);
  if ('bytes' in read) return read.bytes;
  const message = `can't read the playbook ${file}: ${read.problem}`;
  const todo = 'check the path and its permissions';
  throw new InputError([{ severity: 'error', rule: 'unreadable-file', message, todo }]);
}
