import { printable } from './printable.ts';

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** One metric of Prometheus with its samples. */
export interface Family {
  /** By Prometheus' rules: base units, `_total` for counters. */
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  /** One line. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Metrics as Prometheus' text format has them (prometheus.io/docs/instrumenting/exposition_formats); one without a sample is
 * left out. @param common labels of every sample
 */
export const metricsText = (families: readonly Family[], common: Labels = {}): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
      ...samples.map(([labels, value]) => `${name}${labelText({ ...common, ...labels })} ${value}\n`),
    ])
    .join('');

/** `{name="value"}` */
export const labelText = (labels: Labels): string =>
  `{${Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)}}`;

const escaped = (value: string): string => printable(value).replace(/[\\"]/g, '\\$&');
