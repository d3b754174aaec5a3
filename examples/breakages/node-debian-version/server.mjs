import { readFileSync } from "node:fs";
import { createServer } from "node:http";

export function page() {
  try {
    return `Debian ${readFileSync("/etc/debian_version", "utf8")}`;
  } catch {
    return "unknown system\n";
  }
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
