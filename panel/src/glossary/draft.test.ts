import { expect, test } from "vitest";
import { draftsOf, emptyDraft, entriesOf, isNameless, raised } from "./draft";

test("what is kept comes out as it went in", () => {
  const entry = { term: "argo", replacement: "Argot", case_sensitive: true, language: "fr" };
  expect(entriesOf(draftsOf([entry]))).toEqual([entry]);
});

test("rows without a term are left out", () => {
  expect(entriesOf([emptyDraft(), { ...emptyDraft(), term: "  " }])).toEqual([]);
});

test("a term without a replacement is written as it is", () => {
  expect(entriesOf([{ ...emptyDraft(), term: "Argot" }])).toMatchObject([
    { term: "Argot", replacement: "Argot" },
  ]);
});

test("a row is moved up by one place", () => {
  const drafts = ["a", "b", "c"].map((term) => ({ ...emptyDraft(), term }));
  expect(raised(drafts, 2).map(({ term }) => term)).toEqual(["a", "c", "b"]);
});

test("a replacement of nothing is no empty row", () => {
  expect(isNameless({ ...emptyDraft(), replacement: "Argot" })).toBe(true);
  expect(isNameless(emptyDraft())).toBe(false);
});
