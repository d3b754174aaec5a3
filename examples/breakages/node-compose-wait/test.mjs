import assert from "node:assert/strict";
import { test } from "node:test";

import { server } from "./server.mjs";

test("it says hello", async () => {
  await new Promise((ready) => server.listen(0, ready));
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  assert.equal(await response.text(), "hello\n");
  server.close();
});
