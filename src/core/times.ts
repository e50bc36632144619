/** So often within so many seconds. */
export interface Times {
  readonly most: number;
  readonly within: number;
}

/** `3 in 24h`. */
export const timesText = ({ most, within }: Times): string => `${most} in ${within / 3600}h`;
