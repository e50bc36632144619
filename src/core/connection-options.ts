/** How to reach one host; from ansible_* variables and the command line (the command line's -u and --private-key are defaults, as in Ansible). */
export interface ConnectionOptions {
  readonly name: string;
  readonly kind: 'ssh' | 'local';
  readonly address: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly privateKey: string | undefined;
  /** Words for ssh, already split; never from a remote host. */
  readonly sshArgs: readonly string[];
  /** Seconds until a session must answer; > 0. */
  readonly connectTimeout: number;
  readonly become: Become | undefined;
}

export interface Become {
  readonly user: string;
  readonly password: string | undefined;
}
