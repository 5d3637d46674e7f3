/** Why this file: the tab must open quickly over a slow tunnel, so the built bundle has a size limit that fails the build. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "../tensorboard_plugin_hidden/static");
const budget = JSON.parse(readFileSync(join(root, "budget.json"), "utf8"));

const sizes = readdirSync(built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    return { name: entry.name, kb: gzipSync(bytes, { level: 9 }).length / 1024 };
  });

const entry = sizes.find((file) => file.name === "index.js")?.kb;
if (entry === undefined) throw new Error(`no index.js in ${built}: run "npm run build" first`);
// `standalone.js` is never sent to a tab: it travels inside exported pages.
const total = sizes.reduce((sum, file) => sum + (file.name === "standalone.js" ? 0 : file.kb), 0);

for (const file of sizes) console.log(`${file.kb.toFixed(1).padStart(8)} KB gz  ${file.name}`);
let over = false;
for (const [what, kb, limit] of [
  ["entry", entry, budget.entryGzipKB],
  ["total", total, budget.totalGzipKB],
]) {
  console.log(`${what}: ${kb.toFixed(1)} KB gz of ${limit}`);
  over ||= kb > limit;
}
if (over) {
  console.error("over budget");
  process.exit(1);
}
