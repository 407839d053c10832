/** Largest and smallest of any number of values; arguments of Math.max lie on the stack, which many points overflow. */

/** The largest of `start` and the values; NaN counts for nothing. @param {Iterable<number>} values @param {number} start */
export function largest(values, start) {
  let found = start;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** The smallest of `start` and the values. @param {Iterable<number>} values @param {number} start */
export function smallest(values, start) {
  let found = start;
  for (const value of values) if (value < found) found = value;
  return found;
}
