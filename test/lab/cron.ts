import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Puts Debian's cron into a host's root directory; mail to root goes to /root/mail. Fails where apt can't fetch it. */
export function addCron(root: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'unwedge-cron-'));
  try {
    execFileSync('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', 'cron', 'cron-daemon-common'], {
      cwd: dir,
      stdio: 'pipe',
    });
    for (const file of readdirSync(dir)) {
      // Not dpkg -x: it would put directories in the place of /lib and the like, which are links.
      const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', join(dir, file)], { maxBuffer: 1e8 });
      execFileSync('tar', ['-x', '--keep-directory-symlink', '-C', root], { input: tar });
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
  mkdirSync(join(root, 'var/spool/cron/crontabs'), { recursive: true });
  writeFileSync(join(root, 'usr/sbin/sendmail'), '#!/bin/sh\ncat >>/root/mail\n', { mode: 0o755 });
}
