import {
  BasePlugin,
  type Body,
  type Meta,
  type PluginOpts,
  type Uppy,
  type UppyFile,
} from "@uppy/core";
import { Problem } from "../api/problem";
import { abortUpload } from "../api/uploads";
import { sendInParts } from "./send";

/** What became of a file when its upload was asked for. */
export type Opened =
  | { status: "created"; uploadId: string }
  | { status: "skipped" }
  | { status: "rejected"; message: string };

/** Kept with the file, so that it outlives a reload. */
export interface UploadMeta extends Meta {
  opened?: Opened | null;
}

interface PartUploadsOptions extends PluginOpts {
  /** Open the uploads of files, in their order. */
  open(files: { name: string; size: number }[]): Promise<Opened[]>;
  /** The words for why a file could not be sent. */
  wordsFor(error: unknown): string;
}

type File = UppyFile<UploadMeta, Body>;

/** Files on their way at a time, each in several parts. */
const FILES_AT_ONCE = 2;

/**
 * Uppy's way to this server: one request opens the uploads of a batch, then each file goes
 * straight into storage in signed parts.
 *
 * A file that the server skips, being there already, counts as uploaded; one that it rejects
 * says why. What an upload has received is asked before anything is sent, so that repeating and
 * resuming are the same as beginning.
 */
export class PartUploads extends BasePlugin<PartUploadsOptions, UploadMeta, Body> {
  readonly #running = new Map<string, AbortController>();
  readonly #left = new AbortController();

  constructor(uppy: Uppy<UploadMeta, Body>, options: PartUploadsOptions) {
    super(uppy, options);
    this.id = "PartUploads";
    this.type = "uploader";
  }

  override install(): void {
    this.uppy.addPreProcessor(this.#open);
    this.uppy.addUploader(this.#sendAll);
    this.uppy.on("file-removed", this.#drop);
  }

  /** Sending ends here, to be resumed: what was received stays. */
  override uninstall(): void {
    this.uppy.removePreProcessor(this.#open);
    this.uppy.removeUploader(this.#sendAll);
    this.uppy.off("file-removed", this.#drop);
    this.#left.abort();
  }

  readonly #open = async (ids: string[]): Promise<void> => {
    const files = this.uppy.getFilesByIds(ids).filter(({ meta }) => !isOpen(meta.opened));
    if (files.length === 0) return;
    const wanted = files.map(({ name, size }) => ({ name: name ?? "", size: size ?? 0 }));
    const opened = await this.opts.open(wanted);
    for (const [place, file] of files.entries()) {
      if (this.uppy.getFile(file.id)) {
        this.uppy.setFileMeta(file.id, { opened: opened[place] ?? null });
      } else {
        giveUp(opened[place]);
      }
    }
  };

  readonly #sendAll = async (ids: string[]): Promise<void> => {
    const files = this.uppy.getFilesByIds(ids).filter(({ progress }) => !progress.uploadComplete);
    this.uppy.emit(
      "upload-start",
      files.filter(({ progress }) => !progress.uploadStarted),
    );
    const queue = [...files];
    const { signal } = this.#left;
    const work = async () => {
      for (let file = queue.shift(); file && !signal.aborted; file = queue.shift()) {
        if (this.uppy.getFile(file.id)) await this.#sendOne(file);
      }
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
    // Uppy would count what was not sent as sent, were this to end.
    if (signal.aborted) await new Promise(() => undefined);
  };

  async #sendOne(file: File): Promise<void> {
    const { opened } = file.meta;
    if (opened?.status === "created") await this.#send(file, opened.uploadId);
    else if (opened?.status === "skipped") this.#succeed(file);
    else this.#fail(file, opened?.message ?? this.opts.wordsFor(null));
  }

  async #send(file: File, uploadId: string): Promise<void> {
    const controller = new AbortController();
    this.#running.set(file.id, controller);
    const signal = AbortSignal.any([controller.signal, this.#left.signal]);
    try {
      await sendInParts(file.data as Blob, uploadId, {
        signal,
        onProgress: (bytes) => this.#progress(file, bytes),
      });
      this.#succeed(file);
    } catch (error) {
      if (signal.aborted) return;
      // An upload that has lapsed is gone: a retry opens another one, else it goes on.
      if (error instanceof Problem && error.status === 404) {
        this.uppy.setFileMeta(file.id, { opened: null });
      }
      this.#fail(file, this.opts.wordsFor(error));
    } finally {
      this.#running.delete(file.id);
    }
  }

  readonly #drop = (file: File): void => {
    this.#running.get(file.id)?.abort();
    if (!file.progress.uploadComplete) giveUp(file.meta.opened);
  };

  #progress(file: File, bytes: number): void {
    const current = this.uppy.getFile(file.id);
    if (!current) return;
    this.uppy.emit("upload-progress", current, {
      uploadStarted: current.progress.uploadStarted ?? Date.now(),
      bytesUploaded: bytes,
      bytesTotal: file.size,
    });
  }

  #succeed(file: File): void {
    this.uppy.emit("upload-success", this.uppy.getFile(file.id), { status: 200 });
  }

  #fail(file: File, message: string): void {
    this.uppy.emit("upload-error", this.uppy.getFile(file.id), new Error(message));
  }
}

/** Nobody waits for it: the server clears away what is left open. */
function giveUp(opened: Opened | null | undefined): void {
  if (opened?.status === "created") abortUpload(opened.uploadId).catch(() => undefined);
}

const isOpen = (opened: Opened | null | undefined) =>
  opened?.status === "created" || opened?.status === "skipped";
