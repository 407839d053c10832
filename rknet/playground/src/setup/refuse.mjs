/** How an input is refused: one line with the field, the rule and the value. */

/** Most letters of a value that are shown. */
const SHOWN = 200;

/** @param {string} field @param {string} rule @param {unknown} got @returns {never} */
export function refuse(field, rule, got) {
  throw new Error(`${field}: must be ${rule}, got ${(JSON.stringify(got) ?? String(got)).slice(0, SHOWN)}`);
}

/** The message of an error. @param {unknown} error */
export function said(error) {
  return error instanceof Error ? error.message : String(error);
}
