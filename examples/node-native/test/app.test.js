import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { server } from "../app.js";

// Port 0 asks the system for a free port, so that a running app is not in the way.
before(() => new Promise((ready) => server.listen(0, "127.0.0.1", ready)));
after(() => server.close());

async function get(path) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
  return { status: response.status, body: await response.json() };
}

test("a misspelt word is answered with a suggestion", async () => {
  assert.deepEqual(await get("/suggest?word=seperate"), {
    status: 200,
    body: { suggestion: "separate", distance: 1 },
  });
});

test("a missing word is the client's mistake", async () => {
  assert.equal((await get("/suggest")).status, 400);
});

test("an unknown route is not found", async () => {
  assert.equal((await get("/nowhere")).status, 404);
});

test("the app is healthy", async () => {
  assert.deepEqual(await get("/health"), { status: 200, body: { status: "ok" } });
});
