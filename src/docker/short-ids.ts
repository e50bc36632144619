/** Ids and layers' names as docker ps shows them: for people, whose lines are short. */
export const shortIds = (text: string): string =>
  text.replace(/(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])/g, '$1…');
