import { safeJson } from '../core/json-safe.ts';
import type { Report } from '../core/report.ts';

/** The report as it is; schemas/report.json is its schema. */
export const jsonReport = (report: Report): string => `${safeJson(report, 2)}\n`;
