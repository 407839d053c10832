/** The laboratory of Section 4.5: a digit is drawn, read by a small convolutional net, and followed through its layers. */

import { node } from "../page/elements.mjs";
import { lighter } from "../painting/colours.mjs";
import { percent } from "../words/numbers.mjs";
import { answer, bytes, channelSizes, netOf } from "./convolution.mjs";
import { drawable, pixels } from "./drawn_digit.mjs";

/** @import { Pen } from "../painting/panel.mjs" */
/** @import { Frame, Running, Values } from "./types.mjs" */

/** A stored sample, between 0 and 1. @param {any} given @param {string} digit */
const sample = ({ net }, digit) => Float64Array.from(bytes(net.samples[Number(digit)]), (value) => value / 255);

/** @param {Values} values  an image may be given in the sample's place @param {any} given */
function numbers({ digit, layer, image }, given) {
  const net = netOf(given.net), { states, probabilities } = answer(net, image ?? sample(given, digit));
  return { probabilities, sizes: channelSizes(net, states, layer) };
}

/**
 * A map as a square picture, a pixel a value: from -most to most in the second colour, none, and the first.
 * @param {Pen} pen @param {ArrayLike<number>} map @param {number} side @param {number} most
 * @param {[number, number, number]} place  left, top and width
 * @param {string[]} colours  #rrggbb, of positive and of negative values
 */
function paintMap(pen, map, side, most, [left, top, width], colours) {
  const rgb = colours.slice(0, 2).map((colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)));
  const small = node("canvas", { width: side, height: side }), image = new ImageData(side, side);
  for (let k = 0; k < side * side; k++) image.data.set([...rgb[map[k] > 0 ? 0 : 1], 255 * Math.min(1, Math.abs(map[k]) / most)], 4 * k);
  small.getContext("2d")?.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, left, top, width, width);
}

/** @param {Frame} frame @returns {Running} */
function open(frame) {
  const { given, values } = frame, net = netOf(given.net), [channels, side] = net.shape, size = side * side;
  /** @type {number[][]} */ const strokes = [];
  let image = sample(given, values.digit), found = answer(net, image), asked = true;
  const empty = () => !image.some((value) => value > 0);
  const best = () => found.probabilities.indexOf(Math.max(...found.probabilities));
  const pad = frame.panel("The digit that is read; draw another with a pointer", (pen, width) => {
    if (!strokes.length) paintMap(pen, image, side, 1, [0, 0, width], frame.theme.dark ? ["#ced6dd", "#ced6dd"] : ["#222832", "#222832"]);
    Object.assign(pen, { strokeStyle: frame.theme.text, lineWidth: width / 13, lineCap: "round", lineJoin: "round" });
    pen.beginPath();
    for (const line of strokes) {
      for (let k = 0; k < line.length; k += 2) {
        if (k) pen.lineTo(width * line[k], width * line[k + 1]);
        else pen.moveTo(width * line[k], width * line[k + 1]);
      }
      if (line.length === 2) pen.lineTo(width * line[0] + 0.1, width * line[1]);
    }
    pen.stroke();
  }, "draw a digit here");
  const heading = node("span"), reading = node("span");
  const maps = frame.panel("The channels at the chosen layer, a map each: blue above zero, orange below", (pen, width, height) => {
    const { layer } = values, columns = 3, gap = 6, tile = (width - (columns + 1) * gap) / columns;
    const all = found.states.subarray(layer * channels * size, (layer + 1) * channels * size);
    const most = all.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9);
    for (let k = 0; k < channels; k++) {
      const [left, top] = [gap + (k % columns) * (tile + gap), gap + Math.floor(k / columns) * (tile + gap)];
      pen.strokeStyle = frame.theme.line;
      pen.strokeRect(left, top, tile, tile);
      if (!empty()) paintMap(pen, all.subarray(k * size, (k + 1) * size), side, most, [left, top, tile], frame.theme.classes);
    }
    pen.fillStyle = frame.theme.muted;
    pen.font = `11px ${frame.theme.font}`;
    pen.textAlign = "right";
    if (!empty()) pen.fillText(`up to ${most.toFixed(1)}`, width - gap, height - gap);
  }, heading);
  const bars = frame.panel("The probabilities of the ten digits", (pen, width, height) => {
    const row = height / 10, blue = frame.theme.classes[0];
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    const winner = empty() ? -1 : best();
    found.probabilities.forEach((p, digit) => {
      pen.fillStyle = digit === winner ? blue : lighter(blue, frame.theme.dark ? 0 : 0.4);
      if (!empty()) pen.fillRect(24, digit * row + 3, Math.max(1, p * (width - 90)), row - 6);
      pen.fillStyle = frame.theme.text;
      pen.font = `${digit === winner ? "bold " : ""}13px ${frame.theme.font}`;
      pen.fillText(String(digit), 8, (digit + 0.5) * row);
      pen.font = `12px ${frame.theme.font}`;
      if (p > 0.005 && !empty()) pen.fillText(percent(p), 30 + p * (width - 90), (digit + 0.5) * row);
    });
  }, "probabilities");
  const clear = node("button", { type: "button", click: () => { strokes.length = 0; read(new Float64Array(size)); } }, "Clear");
  frame.views.before(node("div", { class: "rkl-row" }, clear, reading));

  /** @param {Float64Array<ArrayBuffer>} now */
  function read(now) {
    image = now;
    found = answer(net, image);
    asked = !strokes.length && !empty();
    if (!asked) frame.instead("digit", empty() ? "nothing drawn" : "your drawing");
    show();
  }
  function show() {
    heading.textContent = `channels at layer ${values.layer} of ${net.L}`;
    for (const panel of [pad, maps, bars]) panel.soon();
    const sure = percent(found.probabilities[best()]);
    reading.textContent = empty() ? "Draw a digit, or choose one." : `Read as ${best()}, ${sure}. Draw over it, or choose another.`;
    const accuracy = `It reads ${percent(given.net.accuracy)} of the test digits.`;
    frame.say(empty() ? `Draw a digit. ${accuracy}` : `The network reads ${asked ? "this digit" : "your drawing"} as ${best()} with probability ${sure}. ${accuracy}`);
  }
  drawable(pad.canvas, strokes, (begun) => (begun ? undefined : read(pixels(strokes))));
  return {
    update(changed) {
      if (!changed.includes("digit")) show();
      else {
        strokes.length = 0;
        read(sample(given, values.digit));
      }
    },
  };
}

export const digit = { numbers, open };
