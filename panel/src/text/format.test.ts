import { expect, test } from "vitest";
import { clock, isolated, length } from "./format";

test.each([
  [0, "0:00"],
  [4.4, "0:04"],
  [59.6, "1:00"],
  [750, "12:30"],
  [3723, "1:02:03"],
])("%d seconds are shown as %s", (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
});

test.each([
  [0.04, "0:00.0"],
  [4.25, "0:04.3"],
  [59.96, "1:00.0"],
  [3723.4, "1:02:03.4"],
])("to a tenth %d seconds are shown as %s", (seconds, shown) => {
  expect(clock(seconds, 1)).toBe(shown);
});

test.each([
  [0, "0 sec"],
  [0.44, "0.4 sec"],
  [9.96, "10 sec"],
  [59.6, "1 min"],
  [3907, "1 hr 5 min"],
])("%d seconds last %s", (seconds, shown) => {
  expect(length(seconds).replaceAll("secs", "sec").replaceAll("mins", "min")).toBe(shown);
});

test("a name in the server's words keeps its direction to itself", () => {
  expect(isolated("'a$&.wav' is not used", "a$&.wav")).toBe("'\u2068a$&.wav\u2069' is not used");
});
