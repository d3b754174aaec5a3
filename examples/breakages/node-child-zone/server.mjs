import { spawnSync } from "node:child_process";
import { createServer } from "node:http";

export function page() {
  const env = { ...process.env, TZ: "Asia/Tokyo" };
  const said = spawnSync("date", ["-d", "@0", "+%H:%M"], { env, encoding: "utf8" });
  return `it began at ${said.stdout}`;
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
