import { createServer } from "node:http";

import { crc32 } from "@node-rs/crc32";

export const page = () => `${crc32("hello")}\n`;

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
