/** What an error says. Of the system's only its words, without code, call and path: `no space left on device`. */
export function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'syscall' in cause ? cause.message.replace(CODE, '').replace(CALL, '') : cause.message;
}

const CODE = /^[A-Z0-9]+: /;
/** `, open '/no/such/file'` */
const CALL = /, \w+(?: '.*)?$/s;
