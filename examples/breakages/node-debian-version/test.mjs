import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./server.mjs";

test("there is a page", async () => {
  assert.ok(page());
});
