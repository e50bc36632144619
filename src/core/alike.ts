/** A text without what tells two hosts with the same thing apart: `mount <id> by pid <n> in mnt:[<n>]`. */
export const withoutIds = (text: string): string =>
  text
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/g, '<id>')
    .replace(/\bpid \d+/g, 'pid <n>')
    .replace(/\bmnt:\[\d+\]/g, 'mnt:[<n>]');
