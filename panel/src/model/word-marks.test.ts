import { expect, test } from "vitest";
import { marked } from "./word-marks";

const words = (said: string, heard: string, locale = "en") =>
  marked(said, heard, locale)
    .filter(({ kind }) => kind !== "between")
    .map(({ text, kind }) => `${text}:${kind}`);

test("case and punctuation make no word wrong", () => {
  expect(words("Good morning, Ann.", "good morning ann")).toEqual([
    "good:right",
    "morning:right",
    "ann:right",
  ]);
});

test("a word that was heard as another one is wrong", () => {
  expect(words("atrial flutter", "a trial flutter")).toEqual([
    "a:wrong",
    "trial:wrong",
    "flutter:right",
  ]);
});

test("a word that was not heard is missing where it was said", () => {
  expect(words("please sit down now", "please down now")).toEqual([
    "please:right",
    "sit:missing",
    "down:right",
    "now:right",
  ]);
});

test("nothing heard leaves all words missing, nothing said makes all wrong", () => {
  expect(words("one two", "")).toEqual(["one:missing", "two:missing"]);
  expect(words("", "one")).toEqual(["one:wrong"]);
});

test("words of a script without spaces are told apart", () => {
  expect(words("今日は晴れ", "今日は雨", "ja").at(0)).toBe("今日:right");
  expect(words("今日は晴れ", "今日は雨", "ja").at(-1)).toBe("雨:wrong");
});
