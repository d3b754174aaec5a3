import assert from "node:assert/strict";
import { test } from "node:test";

import { watch } from "./server.mjs";

test("memory can be watched", () => {
  assert.doesNotThrow(watch);
});
