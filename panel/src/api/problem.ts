import type { components } from "./schema";

type Document = components["schemas"]["Problem"];

/** A refusal of the gateway, with the code that says why. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  /** The server's words, where they say more than the code does. */
  readonly detail: string | null;
  readonly faults: readonly string[];
  readonly unmatchedAudio: readonly string[];

  constructor(status: number, document: Partial<Document>) {
    super(document.detail ?? document.title ?? `The server answered ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = document.code ?? "unknown";
    this.detail = document.detail && document.detail !== document.title ? document.detail : null;
    this.faults = (document.errors ?? []).map(({ field, message }) => {
      const entry = field?.match(/^items\.\d+/);
      return entry ? `${entry[0]}: ${message}` : message;
    });
    this.unmatchedAudio = document.unmatched_audio ?? [];
  }
}

/** The problem that an answer tells of; one without a document has no more than its status. */
export async function problemOf(response: Response): Promise<Problem> {
  const document = await response
    .clone()
    .json()
    .catch(() => ({}));
  return new Problem(response.status, document);
}
