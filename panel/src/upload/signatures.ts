import type { components } from "../api/schema";
import { signParts } from "../api/uploads";

type SignedPart = components["schemas"]["SignedPart"];

/** Parts signed by one request. */
const AHEAD = 8;
/** Milliseconds that a URL must still hold for, for a part to be sent by it. */
const MARGIN = 60_000;

/** The signed URLs of an upload's parts, several asked for at once and kept while they hold. */
export class Signatures {
  readonly #uploadId: string;
  readonly #wanted: readonly number[];
  readonly #known = new Map<number, SignedPart>();

  constructor(uploadId: string, wanted: readonly number[]) {
    this.#uploadId = uploadId;
    this.#wanted = wanted;
  }

  async of(number: number): Promise<SignedPart> {
    const known = this.#known.get(number);
    if (known && Date.parse(known.expires_at) - Date.now() > MARGIN) return known;
    const numbers = this.#wanted.filter((wanted) => wanted >= number).slice(0, AHEAD);
    const { items } = await signParts(this.#uploadId, numbers);
    for (const part of items) this.#known.set(part.part_number, part);
    return this.#known.get(number) as SignedPart;
  }

  /** Storage did not take the part: the next try gets a new URL. */
  forget(number: number): void {
    this.#known.delete(number);
  }
}
