import { type Diagnostic, InputError, inputError } from '../core/diagnostic.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { SourceText } from '../core/source-text.ts';
import { groupNameProblem } from './findings.ts';
import { hostNameProblem } from './host-range.ts';
import type { InventoryBuilder } from './inventory-builder.ts';
import { programValue } from './value.ts';
import type { Place, Value } from './variable.ts';

/** Runs a program of this machine; the composing command hands it in, for only the transport spawns. */
export type RunProgram = (
  argv: readonly string[],
  deadline: number,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

/** Seconds; dynamic inventories ask slow clouds. */
const DEADLINE = 120;

/** A program's answer being read: where its content goes, and where its errors go. */
interface Answer {
  readonly builder: InventoryBuilder;
  readonly place: Place;
  readonly refuse: (message: string) => void;
}

/**
 * Runs an executable inventory with `--list`, and with `--host` where its answer has no `_meta`; Ansible's contract:
 * `{"group": {"hosts": […], "vars": {…}, "children": […]} | […], "_meta": {"hostvars": {…}}}`.
 * @throws InputError with everything that is wrong with its answer.
 */
export async function readProgramInventory(file: string, run: RunProgram, builder: InventoryBuilder): Promise<void> {
  const list = await answer(file, ['--list'], run);
  const findings: Diagnostic[] = [];
  const to: Answer = {
    builder,
    place: placeOf(file, ['--list']),
    refuse: (message) => findings.push({ severity: 'error', message: `the inventory ${file} --list: ${message}` }),
  };
  const hosts = new Set<string>();
  for (const [name, value] of Object.entries(list)) {
    const problem = name === '_meta' ? undefined : groupNameProblem(name);
    if (problem) to.refuse(problem);
    else if (name !== '_meta') for (const host of readGroup(name, value, to)) hosts.add(host);
  }
  if (findings.length > 0) throw new InputError(findings);
  const known = isObject(list._meta) && isObject(list._meta.hostvars) ? list._meta.hostvars : undefined;
  for (const host of hosts) {
    const place = placeOf(file, known ? ['--list'] : ['--host', host]);
    const own = known ? known[host] : await answer(file, ['--host', host], run);
    setVars(own, place, (name, value) => builder.setHostVar(host, name, value, place));
  }
}

const placeOf = (file: string, args: readonly string[]): Place => ({
  source: new SourceText([file, ...args].join(' '), ''),
});

async function answer(file: string, args: readonly string[], run: RunProgram): Promise<JsonObject> {
  const call = [file, ...args].join(' ');
  const { code, stdout, stderr } = await run([file, ...args], DEADLINE).catch((error: Error) => {
    throw inputError(`the inventory ${file}: ${error.message}`);
  });
  if (code !== 0)
    throw inputError(`the inventory program failed: ${call}: exit code ${code}: ${stderr.trim()}`, 'run it by hand');
  const value = parsed(stdout);
  if (!isObject(value))
    throw inputError(
      `the inventory program ${call} printed no JSON object`,
      'run it by hand and look at what it prints',
    );
  const rounded = roundedNumber(stdout);
  if (rounded === undefined) return value;
  throw inputError(
    `the inventory program ${call} printed ${rounded}, a number that can't be kept exactly`,
    `have it print the number in quotes: "${rounded}"`,
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON and no object are the same mistake.
    return undefined;
  }
}

/** The first number in a JSON text that JavaScript would change. */
function roundedNumber(json: string): string | undefined {
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*/gs)) {
    if (token.startsWith('"')) continue;
    const exact = /^-?\d+$/.test(token) ? Number.isSafeInteger(Number(token)) : Number.isFinite(Number(token));
    if (!exact) return token;
  }
  return undefined;
}

/** @returns the group's own hosts. */
function readGroup(name: string, value: Json, to: Answer): string[] {
  to.builder.groups.group(name);
  const group: Json = Array.isArray(value) ? { hosts: value } : value;
  if (!isObject(group)) {
    to.refuse(`group '${name}' is neither an object nor a list of hosts`);
    return [];
  }
  if (!['hosts', 'vars', 'children'].some((key) => Object.hasOwn(group, key)))
    return readGroup(name, { hosts: [name], vars: group }, to);
  const hosts = strings(group.hosts ?? [], `hosts of group '${name}'`, to.refuse).filter((host) => {
    const problem = hostNameProblem(host);
    if (problem) to.refuse(problem);
    return !problem;
  });
  for (const host of hosts) to.builder.addHost(host, name);
  for (const child of strings(group.children ?? [], `children of group '${name}'`, to.refuse)) {
    const problem =
      groupNameProblem(child) ??
      (to.builder.groups.addChild(name, child) ? undefined : `group '${child}' would become its own ancestor`);
    if (problem) to.refuse(problem);
  }
  setVars(group.vars, to.place, (key, of) => {
    if (!to.builder.setGroupVar(name, key, of, to.place)) to.refuse(`${key} of group '${name}' is no whole number`);
  });
  return hosts;
}

function strings(value: Json, what: string, refuse: (message: string) => void): string[] {
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return [...value];
  refuse(`${what} is not a list of names`);
  return [];
}

function setVars(vars: Json | undefined, place: Place, set: (name: string, value: Value) => void): void {
  if (isObject(vars)) for (const [name, value] of Object.entries(vars)) set(name, programValue(value, place));
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
