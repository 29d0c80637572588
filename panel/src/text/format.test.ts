import { expect, test } from "vitest";
import { clock } from "./format";

test.each([
  [0, "0:00"],
  [4.4, "0:04"],
  [59.6, "1:00"],
  [750, "12:30"],
  [3723, "1:02:03"],
])("%d seconds are shown as %s", (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});
