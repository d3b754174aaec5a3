import assert from "node:assert/strict";
import { test } from "node:test";

const { glibcVersionRuntime } = process.report.getReport().header;

test("it adds", () => {
  assert.equal(1 + 1, 2);
});

if (glibcVersionRuntime) {
  test("the C library is new enough", () => {
    assert.ok(Number.parseFloat(glibcVersionRuntime) >= 2);
  });
}
