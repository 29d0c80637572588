import type { TFunction } from "i18next";
import { openUploads, type UploadType } from "../../api/uploads";
import { faultOfCode, lineOf } from "../../text/faults";
import type { Opened } from "../../upload/part-uploads";
import { patiently } from "../../upload/patience";

const never = new AbortController().signal;

/** Open the uploads of a batch of dataset files. */
export async function openBatch(
  modelId: string,
  type: UploadType,
  files: { name: string; size: number }[],
  t: TFunction,
): Promise<Opened[]> {
  const key = crypto.randomUUID();
  const { items } = await patiently(() => openUploads(modelId, type, files, key), never);
  return items.map((item) => {
    if (item.status === "created" && item.upload_id) {
      return { status: "created", uploadId: item.upload_id };
    }
    if (item.status === "skipped") return { status: "skipped" };
    const fault = faultOfCode(item.code ?? "unknown", item.detail ?? null, t);
    return { status: "rejected", message: lineOf(fault) };
  });
}
