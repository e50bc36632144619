/** The names of the playbooks that come with unwedge; of those that change something, the smallest blast radius first. */
export const SHIPPED = [
  'audit',
  'free-dead-containers',
  'detach-mounts',
  'live-restore',
  'restart-holders',
  'mountflags-slave',
  'reboot-last-resort',
] as const;

export const isShipped = (name: string): boolean => (SHIPPED as readonly string[]).includes(name);

/** The first one that a text has people run, by words of ours: a host's own may stand there, too. */
export const shippedIn = (text: string): string | undefined =>
  [...text.matchAll(/\bunwedge run ([a-z-]+)/g)].map(([, name = '']) => name).find(isShipped);
