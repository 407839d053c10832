/** What the curves over epochs share: their axis, and the two lines in the net's style. */

import { lighter, NET_STYLES, OTHER_NET } from "../painting/colours.mjs";

/** @import { State } from "../page/state.mjs" */

/** Where the axis of epochs ends. @param {State} state */
export function lastEpoch({ snapshot }) {
  return Math.max(10, 10 * Math.ceil(((snapshot?.history.val_accuracy.length ?? 1) - 1) / 10));
}

/** Where the learning rate was changed, and to what. @param {State} state */
export function changes({ snapshot }) {
  if (!snapshot) return [];
  const { rates, step, stepsPerEpoch } = snapshot;
  return rates.filter(([from]) => from <= step).map(([from, rate]) => ({ x: from / stepsPerEpoch, text: `rate ${rate}` }));
}

/** Colour and dashes of the chosen net. @param {State} state */
export function netStyle({ configuration: { net, scheme }, theme }) {
  const style = NET_STYLES[net === "StandardNet" ? "StandardNet" : String(scheme)] ?? OTHER_NET;
  return theme.dark ? { ...style, colour: lighter(style.colour, 0.3) } : style;
}

/** Curves of training and validation. @param {State} state @param {number[]} train @param {number[]} validation */
export function curves(state, train, validation) {
  const { colour, dash } = netStyle(state);
  return [{ y: train, colour, dash: [1.5, 3], width: 1.5 }, { y: validation, colour, dash, dots: true }];
}
