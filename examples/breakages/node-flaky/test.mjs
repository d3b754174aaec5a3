import assert from "node:assert/strict";
import { test } from "node:test";

for (const coin of ["first", "second", "third", "fourth"]) {
  test(`the ${coin} coin shows heads`, () => {
    assert.ok(Math.random() < 0.5, "tails");
  });
}
