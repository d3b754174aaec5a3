import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { app } from "../app.js";

let server;

// Port 0 asks the system for a free port, so that a running app is not in the way.
before(() => new Promise((ready) => (server = app.listen(0, "127.0.0.1", ready))));
after(() => server.close());

async function get(path) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
  return { status: response.status, body: await response.json() };
}

test("the weekday of a date", async () => {
  assert.deepEqual(await get("/weekday?date=1969-07-20"), {
    status: 200,
    body: { date: "1969-07-20", weekday: "Sunday" },
  });
});

test("the days between two dates", async () => {
  assert.deepEqual(await get("/days?from=2024-01-01&to=2025-01-01"), {
    status: 200,
    body: { from: "2024-01-01", to: "2025-01-01", days: 366 },
  });
});

test("a date that does not exist is the client's mistake", async () => {
  const { status, body } = await get("/weekday?date=2023-02-29");
  assert.equal(status, 400);
  assert.match(body.error, /not a date/);
});

test("a missing parameter is the client's mistake", async () => {
  assert.equal((await get("/days?from=2024-01-01")).status, 400);
});

test("a repeated parameter is the client's mistake", async () => {
  assert.equal((await get("/weekday?date=2024-01-01&date=2024-01-02")).status, 400);
});

test("an unknown route is not found", async () => {
  assert.deepEqual(await get("/nowhere"), { status: 404, body: { error: "no such route" } });
});

test("the app is healthy", async () => {
  assert.deepEqual(await get("/health"), { status: 200, body: { status: "ok" } });
});
