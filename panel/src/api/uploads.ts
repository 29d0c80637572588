import { answerOf, api } from "./client";

export type UploadType = "auto" | "AUDIO" | "TRANSCRIPT";

/**
 * Open the uploads of one batch; what became of each file is answered in their order.
 *
 * Under the same key the same batch is answered as before.
 */
export function openUploads(
  modelId: string,
  type: UploadType,
  files: { name: string; size: number }[],
  key: string,
) {
  return answerOf(
    api.POST("/api/v1/custom-models/{model_id}/uploads", {
      params: {
        path: { model_id: modelId },
        header: { "Idempotency-Key": key },
      },
      body: { type, files },
    }),
  );
}

export function showUpload(uploadId: string) {
  return answerOf(
    api.GET("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: uploadId } } }),
  );
}

export function signParts(uploadId: string, numbers: number[]) {
  return answerOf(
    api.POST("/api/v1/uploads/{upload_id}/parts", {
      params: { path: { upload_id: uploadId } },
      body: { part_numbers: numbers },
    }),
  );
}

export function completeUpload(uploadId: string) {
  return answerOf(
    api.POST("/api/v1/uploads/{upload_id}/complete", {
      params: { path: { upload_id: uploadId } },
      body: {},
    }),
  );
}

export function abortUpload(uploadId: string) {
  return answerOf(
    api.DELETE("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: uploadId } } }),
  );
}
