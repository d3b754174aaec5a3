import { execFileSync } from "node:child_process";
import { createServer } from "node:http";

export function page() {
  return execFileSync("python3", ["/app/report.py"], { encoding: "utf8" });
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
