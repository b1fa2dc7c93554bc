/** Whose push it must be: the first name of the person with this subscription. */
export function nameOf(index: number): string {
  return `Mary${index}`;
}
