import { expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { patiently } from "./patience";

const { signal } = new AbortController();

function failing(times: number, failure: () => Error) {
  const work = { tries: 0 };
  const attempt = async () => {
    work.tries += 1;
    if (work.tries <= times) throw failure();
    return "done";
  };
  return { work, attempt };
}

test("what fails is tried again", async () => {
  const { attempt, work } = failing(2, () => new TypeError("network"));
  expect(await patiently(attempt, signal, [0, 0, 0])).toBe("done");
  expect(work.tries).toBe(3);
});

test("after the last delay the failure is told", async () => {
  const { attempt, work } = failing(9, () => new TypeError("network"));
  await expect(patiently(attempt, signal, [0, 0])).rejects.toThrow("network");
  expect(work.tries).toBe(3);
});

test("it is tried again after 0, 3, 5, 10, 20, 30 and 60 seconds", async () => {
  vi.useFakeTimers();
  const tries: number[] = [];
  const trying = patiently(async () => {
    tries.push(Date.now());
    throw new TypeError("network");
  }, signal);
  const told = expect(trying).rejects.toThrow("network");
  await vi.runAllTimersAsync();
  await told;
  const pauses = tries.slice(1).map((at, place) => (at - (tries[place] ?? 0)) / 1000);
  expect(pauses).toEqual([0, 3, 5, 10, 20, 30, 60]);
  vi.useRealTimers();
});

test("a refusal is not tried again, a service that does not answer is", async () => {
  const refused = failing(9, () => new Problem(404, { code: "upload-not-found" }));
  await expect(patiently(refused.attempt, signal, [0, 0])).rejects.toBeInstanceOf(Problem);
  expect(refused.work.tries).toBe(1);

  const busy = failing(1, () => new Problem(503, { code: "service-unavailable" }));
  expect(await patiently(busy.attempt, signal, [0])).toBe("done");
});

test("an end that is asked for ends the waiting", async () => {
  const controller = new AbortController();
  const { attempt } = failing(9, () => new TypeError("network"));
  const waiting = patiently(attempt, controller.signal, [60_000]);
  setTimeout(() => controller.abort(new Error("enough")), 5);
  await expect(waiting).rejects.toThrow("enough");
});
