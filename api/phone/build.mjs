// Builds the page into static/: `make phone`. Everything in static/ is committed, since whoever serves hwr has no node.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const OUT = "static";

/** The version of the page: a hash of all its sources. tests/api/routes/test_phone.py computes the same. */
function version() {
  const hash = createHash("sha256");
  const names = readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/"))
    .concat("build.mjs", "package-lock.json")
    .sort();
  for (const name of names) hash.update(name).update("\0").update(readFileSync(name)).update("\0");
  return hash.digest("hex").slice(0, 8);
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
cpSync("src/files", OUT, { recursive: true });
const compiler = "node_modules/assemblyscript/bin/asc.js";
const settings = ["-O3", "--noAssert", "--importMemory", "--runtime", "stub", "--enable", "simd"];
const kernel = [compiler, "src/kernel/matrix.ts", ...settings];
execFileSync(process.execPath, [...kernel, "-o", `${OUT}/matrix.wasm`]);
execFileSync(process.execPath, [...kernel, "-o", `${OUT}/fused.wasm`, "--enable", "relaxed-simd"]);

const PAGE_VERSION = JSON.stringify(version());
const common = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning", outdir: OUT };
await build({ ...common, entryPoints: { app: "src/page/main.ts" }, define: { PAGE_VERSION } });
await build({ ...common, entryPoints: { worker: "src/reader/worker.ts" } });
const files = readdirSync(OUT).filter((name) => name !== "index.html").sort();
const define = { PAGE_VERSION, FILES: JSON.stringify(files) };
await build({ ...common, entryPoints: { sw: "src/background/sw.ts" }, define });
