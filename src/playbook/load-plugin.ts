import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { applied } from '../core/applied.ts';
import { complete } from '../core/complete.ts';
import { applyScript, probeScript, undoScript } from '../core/host-script.ts';
import { records } from '../core/records.ts';
import { definitionFaults } from '../core/step-definition.ts';
import { type AnyStepType, defineStep, isStepType, StepError } from '../core/step-type.ts';
import { readRegular } from './included-files.ts';
import { validatorOf } from './validator.ts';

/** A module of the user's own: its step type, or why it has none. */
export type Plugin =
  | {
      readonly type: AnyStepType;
      /** All that it is made of: the module, then the host scripts (`*.sh`) beside it, by name. */
      readonly texts: readonly Uint8Array[];
    }
  | { readonly problem: string; readonly todo: string };

/** What a plugin is given whose default export is a function: where it can't import `unwedge`, it needs nothing else. */
export const pluginKit = {
  ...{ defineStep, probeScript, applyScript, undoScript },
  ...{ applied, complete, records, StepError },
} as const;
export type PluginFactory = (kit: typeof pluginKit) => AnyStepType | Promise<AnyStepType>;

/** As node keeps modules: what a function made stands for its module from then on. */
const made = new WeakMap<object, Promise<unknown>>();

function stepTypeIn(exported: unknown): unknown {
  if (typeof exported !== 'function') return exported;
  const step = made.get(exported) ?? Promise.resolve(pluginKit).then((kit): unknown => exported(kit));
  made.set(exported, step);
  return step;
}

/** Loads a module, which runs it. Never rejects. @param path absolute */
export async function loadPlugin(path: string): Promise<Plugin> {
  const read = readRegular(path);
  if ('problem' in read)
    return { problem: read.problem, todo: 'a plugin is looked for beside the playbook that names it' };
  try {
    const { default: exported }: { default?: unknown } = await import(pathToFileURL(path).href);
    const type: unknown = await stepTypeIn(exported);
    const [fault] = exported === undefined ? ['it has no default export'] : definitionFaults(type);
    if (fault !== undefined || !isStepType(type))
      return { problem: `${fault}`, todo: 'write export default defineStep({ … }); see docs/plugins.md' };
    // A schema that is none is known only once it is compiled.
    validatorOf(type.schema);
    return { type, texts: [read.bytes, ...scriptsBeside(path)] };
  } catch (error) {
    return { problem: `it fails while it is loaded: ${firstLine(error)}`, todo: `try it alone: node ${path}` };
  }
}

function scriptsBeside(path: string): readonly Uint8Array[] {
  const folder = dirname(path);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sh'));
  return names.toSorted().flatMap((name) => {
    const read = readRegular(join(folder, name));
    return 'bytes' in read ? [Buffer.from(`${name}\n`), read.bytes] : [];
  });
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n', 1)[0] ?? '';
