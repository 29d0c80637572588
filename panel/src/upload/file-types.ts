import type { UploadType } from "../api/uploads";

export const AUDIO = [".wav", ".mp3", ".m4a", ".flac"];
export const VIDEO = [".mp4", ".mov", ".mkv", ".webm", ".avi"];
export const TRANSCRIPT = [".vtt", ".srt", ".txt"];
export const MANIFEST = [".jsonl"];

/** What the file picker of each type takes. */
export const ALLOWED: Record<UploadType, string[]> = {
  auto: [...AUDIO, ...VIDEO, ...TRANSCRIPT, ...MANIFEST],
  TRANSCRIPT,
  AUDIO: [...AUDIO, ...VIDEO],
};

export const MAX_FILES = 100;
export const MAX_FILE_SIZE = 10 * 1024 ** 3;

export function isOfType(name: string, type: UploadType): boolean {
  return ALLOWED[type].some((extension) => name.toLowerCase().endsWith(extension));
}

/** Whether training takes a file of this name; uploading does all the same. */
export function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name);
}
