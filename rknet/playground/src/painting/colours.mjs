/** Colours of classes, nets and the page. */

export const CLASS_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"];

/** Colour and dashes of a net in every plot. @type {Record<string, {colour: string, dash: number[]}>} */
export const NET_STYLES = {
  StandardNet: { colour: "#7A6248", dash: [] }, euler: { colour: "#56B4E9", dash: [7, 3, 1.5, 3] }, rk4: { colour: "#0072B2", dash: [] },
};

export const OTHER_NET = { colour: "#009E73", dash: [] };

/**
 * Colours of the page, for canvases.
 * @typedef {object} Theme
 * @property {string} text
 * @property {string} muted
 * @property {string} line
 * @property {string} font
 * @property {boolean} dark
 * @property {string[]} classes  colours of marks; on a dark page a little lighter than those of the regions
 */

/** A colour mixed with white. @param {string} colour  #rrggbb @param {number} share  of white */
export function lighter(colour, share) {
  return "#" + [1, 3, 5].map((k) => Math.round(parseInt(colour.slice(k, k + 2), 16) * (1 - share) + 255 * share).toString(16).padStart(2, "0")).join("");
}

/** @param {Element} root @returns {Theme} */
export function themeOf(root) {
  const style = getComputedStyle(root);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const [r, g, b] = (style.color.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number), dark = r + g + b > 384; // light text
  return {
    text: colour("--rkp-text"), muted: colour("--rkp-muted"), line: colour("--rkp-line"), font: style.fontFamily, dark,
    classes: dark ? CLASS_COLOURS.map((each) => lighter(each, 0.3)) : CLASS_COLOURS,
  };
}
