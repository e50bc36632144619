import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExtraVars } from '../../src/playbook/extra-vars.ts';

test.each([
  [['a=1 b=two'], { a: '1', b: 'two' }],
  [[`a='x y' b="it's" c=a"b c"d`], { a: 'x y', b: "it's", c: 'ab cd' }],
  [['a=', 'b=x=y'], { a: '', b: 'x=y' }],
  [['{"a": 1, b: [true]}', 'a=2'], { a: '2', b: [true] }],
  [[], {}],
])('%j', async (options, expected) => expect(await parseExtraVars(options)).toEqual(expected));

test.each([
  [['a'], "'a' is not name=value"],
  [["a='x"], 'is not name=value'],
  [['my-name=1'], "'my-name' can't be a name"],
  [['{a: 1'], 'never closed'],
  [['inventory_hostname=x'], 'is set by unwedge'],
  [['@/nowhere.yaml'], "can't read the extra variables /nowhere.yaml"],
])('%j is refused', (options, message) => expect(parseExtraVars(options)).rejects.toThrow(message));

test('a file of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unwedge-'));
  try {
    await writeFile(join(folder, 'vars.yaml'), 'a: 1\n__proto__: { b: 2 }\n');
    const vars = await parseExtraVars([`@${join(folder, 'vars.yaml')}`]);
    expect(Object.keys(vars)).toEqual(['a', '__proto__']);
    expect(vars.b).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
