import { readFileSync } from "node:fs";
import { createServer } from "node:http";

export function page() {
  return readFileSync("/tmp/ready", "utf8") + "\n";
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
