import { describe, expect, it } from 'vitest';
import { importLaws } from './architecture/import-laws.ts';
import { nameLaws } from './architecture/name-laws.ts';
import { readProject } from './architecture/project.ts';
import { purityLaws } from './architecture/purity-laws.ts';
import { registryLaws } from './architecture/registry-laws.ts';
import { scriptLaws } from './architecture/script-laws.ts';

const project = readProject();
const nothing = { files: new Map<string, string>(), dependencies: [], steps: [] };
const laws = { imports: importLaws, purity: purityLaws, names: nameLaws, registry: registryLaws, scripts: scriptLaws };

for (const [subject, all] of Object.entries(laws)) {
  describe(`the law of ${subject}`, () => {
    for (const { title, todo, breaches, examples } of all) {
      it(title, () => expect(breaches(project), `What to do: ${todo}`).toEqual([]));

      it(`would notice a breach: ${title}`, () => {
        expect(breaches(nothing)).toEqual([]);
        for (const example of examples) expect(breaches({ ...nothing, ...example })).not.toEqual([]);
      });
    }
  });
}
