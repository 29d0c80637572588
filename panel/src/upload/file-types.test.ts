import { expect, test } from "vitest";
import { isSafeName } from "./file-types";

test.each(["talk1.wav", "interview_03.wav", "audiomass-output-1.mp3"])("%s is safe", (name) => {
  expect(isSafeName(name)).toBe(true);
});

test.each(["audiomass-output (1).mp3", "a b.wav", "-x.wav", ".hidden.wav", "Ünsafe.wav"])(
  "%s is not safe",
  (name) => {
    expect(isSafeName(name)).toBe(false);
  },
);
