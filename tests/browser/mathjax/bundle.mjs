// Bundles the parts of MathJax that the book uses into book/_vendor/mathjax/tex-svg.js: `make mathjax`.
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const NOT_USED =
  /fonts\/tex\/(fraktur|monospace|sans-serif|script|tex-oldstyle|tex-calligraphic-bold)(-bold|-italic|-bold-italic)?\.js$/;
// Of the alphabets for mathematics from U+1D400 on: bold, italic, bold italic, double-struck, Greek, bold digits.
const ALPHABETS = [[0x1d400, 0x1d49b], [0x1d538, 0x1d56b], [0x1d6a4, 0x1d755], [0x1d7ca, 0x1d7d7]];
const used = (code) => code < 0x1d400 || ALPHABETS.some(([first, last]) => first <= code && code <= last);

const fewGlyphs = {
  name: "few-glyphs",
  setup({ onLoad }) {
    onLoad({ filter: /full\/js\/output\/svg\/fonts\/tex\/[a-z0-9-]+\.js$/ }, ({ path }) => {
      const [[name, glyphs]] = Object.entries(require(path));
      const kept = NOT_USED.test(path) ? [] : Object.entries(glyphs).filter(([code]) => used(Number(code)));
      return { contents: `exports.${name} = ${JSON.stringify(Object.fromEntries(kept))};`, loader: "js" };
    });
  },
};

await build({
  entryPoints: [new URL("main.js", import.meta.url).pathname],
  outfile: new URL("../../../book/_vendor/mathjax/tex-svg.js", import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: "iife",
  legalComments: "none",
  define: { global: "window", __dirname: '""' },
  plugins: [fewGlyphs],
});
