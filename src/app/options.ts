import type { Severity } from '../core/finding.ts';
import type { ReportFormat } from '../reports/format.ts';

export interface ReportFileFlags {
  /** Absolute paths. */
  readonly report?: readonly string[];
  /** Of every file; left out: each as its name says. */
  readonly format?: ReportFormat;
}

export interface AuditReportFlags extends ReportFileFlags {
  /** An earlier report, as JSON. */
  readonly diff?: string;
  readonly failOn?: Severity;
}

/** Who is told of a run. Addresses are secrets, and no command line: `ps` would show them. */
export interface NotifyFlags {
  readonly notify?: string;
  readonly webhookFile?: string;
  readonly pingFile?: string;
}

/** Where passwords of Ansible's vault are to be had. */
export interface VaultFlags {
  readonly vaultPasswordFile?: readonly string[];
  /** `LABEL@SOURCE` or `SOURCE`: a file, a program, or `prompt`. The label is for people: each password is tried on each vault. */
  readonly vaultId?: readonly string[];
  readonly askVaultPass?: boolean;
}

/** How hosts are reached; the inventory's ansible_* variables win, as in Ansible. */
export interface ConnectionFlags extends VaultFlags {
  readonly user?: string;
  readonly privateKey?: string;
  readonly sshCommonArgs?: string;
  readonly connection?: string;
  readonly timeout: number;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly askBecomePass?: boolean;
  readonly becomePasswordFile?: string;
}

export interface ReportFlags extends ReportFileFlags {
  readonly output?: 'tree' | 'plain' | 'json';
  readonly diff?: boolean;
  readonly verbose: number;
  /** Say nothing where all is as it should be. */
  readonly quiet?: boolean;
  readonly stateDir?: string;
}

export interface LockFlags {
  /** Seconds. */
  readonly lockWait: number;
}

export interface ChoiceFlags {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAtStep?: string;
}

export interface RunFlags extends ConnectionFlags, ReportFlags, LockFlags, ChoiceFlags, NotifyFlags {
  /** Ask before each step. */
  readonly step?: boolean;
  readonly inventory: readonly string[];
  readonly limit?: string;
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  /** Where a dry run is saved as a plan. */
  readonly out?: string;
  /** A saved plan, which the run is held to. */
  readonly plan?: string;
  /** Hosts of which somebody has seen that they are the right machines. */
  readonly forceHost?: readonly string[];
  /** False: whatever the plays' limits say. */
  readonly limits?: boolean;
  readonly extraVars: readonly string[];
  readonly forks: number;
  /** Of the playbooks as they were when a schedule was made of them. */
  readonly playbookSha256?: string;
}

/** The source of a vault's id that stands for a person. */
export const PROMPT = 'prompt';

/** Whether somebody must be there to answer. */
export const asksForVault = ({ vaultId = [], askVaultPass = false }: VaultFlags): boolean =>
  askVaultPass || vaultId.some((id) => sourceOf(id) === PROMPT);

/** What stands behind the label. */
export const sourceOf = (vaultId: string): string => vaultId.slice(vaultId.indexOf('@') + 1);
