// A contender under Node: reads requests, one JSON object a line, and answers each with one. See page.py.
import { createInterface } from "node:readline";
import { Engine } from "../rknet/playground/playground.mjs";
import { Port } from "./port.mjs";

const program = process.argv[2];
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64")).buffer;
const text = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
const texts = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, text(array)]));
const points = ({ X, c }) => ({ X: new Float32Array(bytes(X)), c: new Int32Array(c) });

let engine;
const answers = {
  build({ net, weights, rate, batch }) {
    const layers = { ...net, A: net.A.map((row) => new Float32Array(row)), beta: new Float32Array(net.beta) };
    const start = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, new Float32Array(bytes(array))]));
    const protocol = { rate, batch, kernel: program };
    engine = program === "port" ? new Port(layers, start, protocol) : new Engine(layers, start, protocol);
    return {};
  },
  gradients: (request) => texts(engine.gradients(points(request))),
  epoch(request) {
    engine.epoch(points(request), new Int32Array(bytes(request.order)));
    return {};
  },
  statistics: (request) => engine.statistics(points(request)),
  weights: () => texts(engine.weights),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(JSON.stringify(answers[request.do](request)) + "\n");
}
