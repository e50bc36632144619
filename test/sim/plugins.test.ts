import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../architecture/project.ts';
import { Controller } from './controller.ts';
import { personality } from './docker/personality.ts';
import { bootFleet, type Fleet, simAvailable } from './fleet.ts';

const plugin = join(packageRoot, 'docs/examples/marker/step.js');
const PLAYBOOK = `
- hosts: all
  plugins: [${JSON.stringify(plugin)}]
  steps:
    - marker: { path: /root/marker, note: back at 5 }
`;

describe.skipIf(simAvailable())('a step type of a plugin on a simulated host', { timeout: 300_000 }, () => {
  let fleet: Fleet;
  const controllers: Controller[] = [];
  const controller = (): Controller => {
    const one = new Controller(fleet.inventory);
    controllers.push(one);
    return one;
  };
  beforeAll(async () => {
    fleet = await bootFleet([{ name: 'h1', personality: personality('debian-20.10-overlay2') }]);
  });
  afterAll(async () => {
    for (const one of controllers) one.remove();
    await fleet.close();
  });
  const marker = () => fleet.host('h1').tell('cat /root/marker 2>/dev/null || echo none');

  it("is taken back by what the host keeps of the run only where the plugin is named: that journal doesn't tell it", async () => {
    const first = controller();
    const call = first.run(first.write('play.yaml', PLAYBOOK));
    expect(await call.ended).toBe(0);
    expect(await marker()).toBe('back at 5');

    const other = controller();
    const rollback = (...more: readonly string[]) => other.tell('rollback', call.run, '-i', fleet.inventory, ...more);
    const unnamed = await rollback();
    expect(unnamed.code).toBe(20);
    expect(unnamed.stdout).toContain(
      'this unwedge knows no undo for step type "marker"; where a plugin has it: --plugin FILE',
    );
    expect(await marker()).toBe('back at 5');
    expect(await rollback('--plugin', 'gone.js')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("can't use the plugin gone.js: no such file"),
    });
    const named = await rollback('--plugin', plugin);
    expect({ code: named.code, stderr: named.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await marker()).toBe('none');
  });
});
