import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";

const run = promisify(execFile);
const tool = "git";

async function version() {
  try {
    return (await run(tool, ["--version"])).stdout;
  } catch {
    return "unknown";
  }
}

async function answer(request) {
  return request.method === "POST" ? version() : "hello\n";
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await answer(request))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
