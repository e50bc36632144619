import { createHash } from 'node:crypto';

/** A whole number below `span`, always the same for a schedule and a machine, spread evenly over many of both. */
export function offsetOf(name: string, machine: string, span: number): number {
  const digest = createHash('sha256').update(`${name}\0${machine}`).digest();
  return span === 0 ? 0 : digest.readUIntBE(0, 6) % span;
}
