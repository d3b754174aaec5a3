import { createServer } from "node:http";
import { createRequire } from "node:module";
import zlib from "node:zlib";

const require = createRequire(import.meta.url);

/** The fastest way to sum that can be had. */
function fastest() {
  try {
    return require("@node-rs/crc32").crc32;
  } catch {
    return (text) => zlib.crc32(text);
  }
}

const crc32 = fastest();

export const page = () => `${crc32("hello")}\n`;

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
