// Of each function in the files that standard input lists as JSON: [file, name, lines].
import { readFileSync } from "node:fs";

const { parse } = await import(process.argv[2]);
const found = [];

function walk(node, file, name) {
  if (!node || typeof node.type !== "string") return;
  const own = node.id?.name ?? node.key?.name ?? name;
  if (/Function/.test(node.type)) found.push([file, own ?? "", node.loc.end.line - node.loc.start.line + 1]);
  for (const value of Object.values(node)) for (const child of [value].flat()) walk(child, file, own);
}

for (const file of JSON.parse(readFileSync(0, "utf8"))) {
  walk(parse(readFileSync(file, "utf8"), { ecmaVersion: "latest", sourceType: "module", locations: true }), file);
}
console.log(JSON.stringify(found));
