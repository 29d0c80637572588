import { expect, test } from "vitest";
import { pathOf } from "./loss-path";

test("the curve spans the box, the highest loss on top", () => {
  expect(
    pathOf(
      [
        [1, 4],
        [2, 3],
        [3, 2],
      ],
      100,
      10,
    ),
  ).toBe("M0 0L50 5L100 10");
});

test("a loss that never changes is a line in the middle", () => {
  expect(
    pathOf(
      [
        [1, 2],
        [5, 2],
      ],
      100,
      10,
    ),
  ).toBe("M0 5L100 5");
});
