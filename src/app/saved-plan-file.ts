import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { causeText } from '../core/cause-text.ts';
import { InputError, inputError } from '../core/diagnostic.ts';
import type { RunCall } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { SavedPlan } from '../core/saved-plan.ts';
import { replaceDurably } from '../journal/durable-file.ts';
import { readTrustedInput } from '../local/trust.ts';
import { validatorOf } from '../playbook/validator.ts';
import { packageVersion } from './own-package.ts';
import { planSchema } from './saved-plan-schema.ts';

/** A plan as it was read, and which file it was. */
export interface ReadPlan {
  readonly plan: SavedPlan;
  /** The file as it was read. */
  readonly bytes: Uint8Array;
  readonly source: NonNullable<RunCall['plan']>;
}

/** Bytes; a plan of 10,000 hosts has about 20 MiB. */
const LARGEST = 256 * 1024 * 1024;
const ANEW = 'make a plan anew: unwedge run PLAYBOOK -i INVENTORY --check --out FILE';

/** @throws InputError if it is not a plan that this unwedge has made, or if others can write to it: it chooses playbooks and ssh's options */
export async function readPlan(path: string): Promise<ReadPlan> {
  const file = resolve(path);
  const bytes = await readTrustedInput(`the plan ${file} can't be read`, file, ANEW, { maxBytes: LARGEST });
  const text = bytes.toString('utf8');
  const plan = checked(jsonOf(text, path), path);
  return { plan, bytes, source: { file, sha256: createHash('sha256').update(text).digest('hex') } };
}

/** Whole or not at all, for its owner only. @throws InputError where it can't be written */
export async function writePlan(path: string, plan: SavedPlan): Promise<void> {
  try {
    await replaceDurably(resolve(path), `${JSON.stringify(plan, undefined, 2)}\n`);
  } catch (cause) {
    throw inputError(`the plan can't be written to ${path}: ${causeText(cause)}`, 'name another file: --out FILE');
  }
}

/** Asked before any host is: a dry run of many hosts takes its time. @throws InputError */
export async function mustBeWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const why = await access(dirname(resolve(path)), constants.W_OK).then(() => undefined, causeText);
  if (why !== undefined || there?.isDirectory())
    throw inputError(`--out ${path}: ${why ?? 'it is a folder'}`, 'name a file in a folder that you can write to');
}

function jsonOf(text: string, path: string): Json {
  if (text.trim() === '') throw inputError(`${path} is no plan: it is empty`, ANEW);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw inputError(`${path} is no plan: ${causeText(cause)}`, ANEW);
  }
}

function checked(json: Json, path: string): SavedPlan {
  const given = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (typeof given === 'number' && given > 1)
    throw inputError(`${path} is a plan of version ${given}; this unwedge reads version 1`, 'use a newer unwedge');
  const fits = validatorOf(planSchema);
  if (fits(json) !== true) throw misfits(path, fits.errors ?? []);
  // The schema says that it is one.
  const plan = json as unknown as SavedPlan;
  if (plan.unwedge !== packageVersion())
    throw inputError(
      `${path} was made by unwedge ${plan.unwedge}, this is ${packageVersion()}: it may do otherwise`,
      ANEW,
    );
  const names = plan.hosts.map(({ host }) => host);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw inputError(`${path} is no plan: it has the host ${twice} twice`, ANEW);
  return plan;
}

const TOLD = 3;

function misfits(path: string, errors: readonly { instancePath: string; message?: string }[]): InputError {
  const all = errors.slice(0, TOLD).map(({ instancePath, message = 'wrong' }) => `${instancePath || '/'} ${message}`);
  return new InputError(inputError(`${path} is no plan: ${all.join('; ')}`, ANEW).diagnostics);
}
