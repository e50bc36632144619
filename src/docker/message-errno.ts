/** What Go calls the kernel's error numbers (syscall/zerrors_linux_amd64.go), and what they mean for a removal (docs/docker-facts.md §1.3). */
export const ERRNOS = [
  ['device or resource busy', 'busy-mount'],
  ['operation not permitted', 'not-permitted'],
  ['directory not empty', 'not-empty'],
  ['input/output error', 'io-error'],
  ['structure needs cleaning', 'io-error'],
  ['permission denied', 'permission-denied'],
  ['read-only file system', 'read-only'],
  ['no space left on device', 'no-space'],
  ['disk quota exceeded', 'no-space'],
  ['no such file or directory', 'no-such-file'],
  ['invalid argument', 'unknown'],
  ['not a directory', 'unknown'],
  ['is a directory', 'unknown'],
  ['file exists', 'unknown'],
  ['file name too long', 'unknown'],
  ['text file busy', 'unknown'],
  ['stale (?:NFS )?file handle', 'unknown'],
  ['transport endpoint is not connected', 'unknown'],
  ['connection timed out', 'timed-out'],
  ['too many levels of symbolic links', 'unknown'],
  ['cannot allocate memory', 'unknown'],
] as const;

/** Any of them, for a pattern; and what umount(8) says of EBUSY, before util-linux 2.25 and since. */
export const ERRNO = `(?:${ERRNOS.map(([words]) => words).join('|')}|(?:device|target) is busy)`;
