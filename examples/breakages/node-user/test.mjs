import assert from "node:assert/strict";
import { test } from "node:test";

import { owner } from "./server.mjs";

test("the owner has a name", () => {
  assert.ok(owner().length > 0);
});
