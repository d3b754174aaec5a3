import assert from "node:assert/strict";
import { test } from "node:test";

import { keep } from "./server.mjs";

test("keeping never throws", () => {
  assert.doesNotThrow(() => keep({}));
});
