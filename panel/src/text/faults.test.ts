import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { Problem } from "../api/problem";
import en from "./en.json";
import { faultOf } from "./faults";

beforeAll(() => i18next.init({ lng: "en", resources: { en: { translation: en } } }));

const told = (status: number, document: object) =>
  faultOf(new Problem(status, document), i18next.t);

test("the first fault of a validation is told verbatim", () => {
  const message = "Need minimum 10 minutes total duration (found 4.3 minutes)";
  const document = {
    code: "validation_failed",
    title: "Validation failed",
    detail: message,
    errors: [
      { code: "too-short", message },
      { code: "other", message: "Another" },
    ],
  };
  expect(told(422, document)).toEqual({ title: message, detail: null });
});

test("a validation without faults is told generically", () => {
  expect(told(422, { code: "validation_failed", title: "Validation failed" }).title).toBe(
    "Validation failed",
  );
});

test("a known code has words and a hint of its own", () => {
  const document = {
    code: "language-exists",
    title: "Language already exists",
    detail: "Language already exists",
  };
  expect(told(409, document)).toEqual({
    title: "Language already exists",
    detail: "Pick a different name and try again.",
  });
});

test("what is for those who run the server is not told where a hint says more", () => {
  const document = { code: "service-unavailable", detail: "The catalog service did not answer" };
  expect(told(503, document).detail).toBe("Try again in a moment.");
});

test("an unknown code is told in the server's words", () => {
  expect(told(418, { code: "teapot", title: "Teapot", detail: "Short and stout" }).title).toBe(
    "Short and stout",
  );
});

test("no answer at all is a matter of the connection", () => {
  expect(faultOf(new TypeError("Failed to fetch"), i18next.t).title).toBe(
    "The server cannot be reached",
  );
});

test("entries of a list are counted from 1", () => {
  const errors = [
    { code: "invalid-request", message: "items.0 is the same term", field: "items.1.term" },
  ];
  const { title } = told(422, { code: "invalid-request", errors });
  expect(title).toBe("entry 2: entry 1 is the same term");
});
