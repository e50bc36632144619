import { dirname, resolve } from 'node:path';
import type { AnyStepType } from '../core/step-type.ts';
import { entryOf, type YamlMap, type YamlNode, type YamlScalar } from '../core/yaml-node.ts';
import type { Confine } from '../local/roots.ts';
import type { IncludedFiles } from './included-files.ts';
import { loadPlugin, type Plugin } from './load-plugin.ts';
import type { Report } from './place.ts';

/** By absolute path. */
export type Plugins = ReadonlyMap<string, Plugin>;

/** Where plays that name plugins stand. */
export interface PluginPlace {
  readonly report: Report;
  readonly files: IncludedFiles;
  /** `names`: those of the step types that plays use, with the path of each. */
  readonly plugins: { readonly loaded: Plugins; readonly names: Map<string, string> };
}

/**
 * Loads what the plays of a playbook name as `plugins`, each once, and nothing else. What is no playbook names none.
 * @param untrusted set: none is loaded, for that would run it
 */
export async function loadPlugins(root: YamlNode, file: string, untrusted?: Confine): Promise<Plugins> {
  const plugins = new Map<string, Plugin>();
  const plays = root.kind === 'list' ? root.items : [];
  for (const { text } of plays.flatMap(named)) {
    const path = pathOf(text, file);
    if (!plugins.has(path)) plugins.set(path, untrusted === undefined ? await loadPlugin(path) : NOT_RUN);
  }
  return plugins;
}

const NOT_RUN: Plugin = {
  problem: 'to load it would run it here, and lint --untrusted runs nothing',
  todo: 'once somebody has read the module, lint without --untrusted',
};

function named(play: YamlNode): readonly YamlScalar[] {
  const list = entryOf(play, 'plugins')?.value;
  const items = list?.kind === 'list' ? list.items : [];
  return items.filter((item): item is YamlScalar => item.kind === 'scalar' && typeof item.value === 'string');
}

const pathOf = (written: string, file: string): string => resolve(dirname(file), written);

/** The step types that a play's plugins add. What is wrong with them is reported. @param taken names that are not theirs to take */
export function readPlugins(
  play: YamlMap,
  taken: ReadonlySet<string>,
  { report, files, plugins }: PluginPlace,
): readonly AnyStepType[] {
  return named(play).flatMap((item) => {
    const path = pathOf(item.text, report.source.file);
    const plugin = plugins.loaded.get(path) ?? { problem: 'it was not loaded', todo: 'unwedge lint loads it' };
    if ('problem' in plugin) {
      report.error('bad-plugin', item.span, `can't use the plugin ${item.text}: ${plugin.problem}`, plugin.todo);
      return [];
    }
    const { type, texts } = plugin;
    const other = plugins.names.get(type.name) ?? path;
    if (taken.has(type.name) || other !== path) {
      const by = other === path ? "unwedge's own" : other;
      report.error(
        'bad-plugin',
        item.span,
        `the plugin ${item.text} has the name '${type.name}', which is taken: ${by}`,
        RENAME,
      );
      return [];
    }
    if (!plugins.names.has(type.name)) for (const text of texts) files.add(text);
    plugins.names.set(type.name, path);
    return [type];
  });
}

const RENAME = 'give it another name in defineStep';
