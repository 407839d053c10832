/** How an input is refused: one line with the field, the rule and the value. */

/** Letters of a value that are shown. */
const SHOWN = 80;

/** @param {string} field @param {string} rule @param {unknown} got @returns {never} */
export function refuse(field, rule, got) {
  refuseText(field, rule, JSON.stringify(got) ?? String(got));
}

/** The same for what a reader has typed, or is told in words. @param {string} field @param {string} rule @param {string} text @returns {never} */
export function refuseText(field, rule, text) {
  throw new Error(`${field}: must be ${rule}, got ${shortened(text)}`);
}

/** The same with what to do about it. @param {string} field @param {string} rule  after "must" @param {string} found @param {string} remedy @returns {never} */
export function refuseWith(field, rule, found, remedy) {
  throw new Error(`${field}: must ${rule}, got ${shortened(found)}; ${remedy}`);
}

/** @param {string} text */
function shortened(text) {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}

/** The message of an error. @param {unknown} error */
export function said(error) {
  return error instanceof Error ? error.message : String(error);
}
