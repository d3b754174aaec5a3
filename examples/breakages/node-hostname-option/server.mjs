import { spawnSync } from "node:child_process";
import { createServer } from "node:http";

export function page() {
  const found = spawnSync("hostname", ["-I"], { encoding: "utf8" });
  const known = (found.stdout ?? "").trim().length > 0;
  return known ? "reachable\n" : "no address\n";
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
