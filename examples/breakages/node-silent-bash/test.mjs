import assert from "node:assert/strict";
import { test } from "node:test";

import { rotate } from "./server.mjs";

test("files can be rotated", () => {
  assert.doesNotThrow(rotate);
});
