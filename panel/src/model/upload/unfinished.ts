/** Which models have an upload that began in this browser and has not come to its end. */

const key = (modelId: string) => `argot.upload.${modelId}`;

export function isUnfinished(modelId: string): boolean {
  return localStorage.getItem(key(modelId)) !== null;
}

export function markUnfinished(modelId: string): void {
  localStorage.setItem(key(modelId), "yes");
}

export function markFinished(modelId: string): void {
  localStorage.removeItem(key(modelId));
}
