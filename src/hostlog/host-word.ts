/** The host's name as a word of a file's name. Two names of an inventory may be one host: each has a journal of its own there. */
export const hostWord = ({ host }: { readonly host: string }): string => host.replace(/[^A-Za-z0-9._-]/g, '_');
