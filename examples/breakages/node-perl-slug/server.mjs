import { spawnSync } from "node:child_process";
import { createServer } from "node:http";

function slug(title) {
  const made = spawnSync("perl", ["-pe", "s/[^a-z]+/-/g"], { input: title, encoding: "utf8" });
  return made.stdout || title;
}

export function page() {
  return slug("a new day") + "\n";
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
