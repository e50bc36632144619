import { foundNow, type Report } from '../core/report.ts';

/**
 * Whether nobody must read what a run says: it came to its end; every host was served, and nothing of it was changed, would
 * be or may be; it was seen whole; and what was found is good to know at most (`info`).
 */
export const isClean = (report: Report): boolean =>
  report.finishedAt !== undefined &&
  report.hosts.every(
    (host) =>
      host.status === 'ok' &&
      host.changes.length === 0 &&
      host.unseen.length === 0 &&
      foundNow(report, host).every(({ severity }) => severity === 'info'),
  );
