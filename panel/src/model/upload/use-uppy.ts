import Uppy, { type Body } from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import GoldenRetriever from "@uppy/golden-retriever";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
import type { UploadType } from "../../api/uploads";
import { chosenTheme } from "../../shell/theme";
import { faultOf, lineOf } from "../../text/faults";
import { takeDrops } from "../../upload/drops";
import { ALLOWED, MAX_FILE_SIZE, MAX_FILES } from "../../upload/file-types";
import { PartUploads, type UploadMeta } from "../../upload/part-uploads";
import { keepListRole } from "./list-role";
import { openBatch } from "./open-batch";
import type { Outcome } from "./outcome";
import {
  batchOf,
  forgetBatch,
  isUnfinished,
  markFinished,
  markUnfinished,
  STORE,
  useUploadLock,
  useUploadPlace,
} from "./unfinished";

type DatasetUppy = Uppy<UploadMeta, Body>;

interface Listeners {
  /** A file has arrived. */
  onEach(): void;
  /** The batch is at its end; files that failed, or were added meanwhile, are left to send. */
  onEnd(outcome: Outcome, isAllSent: boolean): void;
}

/** What the dialog shows of Uppy's state. */
interface Shown {
  running: boolean;
  startable: boolean;
  names: string[];
  /** Files of an upload before a reload that the browser could not keep. */
  lost: string[];
  failures: { name: string; reason: string }[];
}

const NOTHING: Shown = { running: false, startable: false, names: [], lost: [], failures: [] };

/** Milliseconds that the server leaves an upload open for, unless it is told otherwise. */
const WEEK = 7 * 24 * 60 * 60 * 1000;

/** Bytes that the browser may keep of files, for an upload to go on by itself after a reload. */
const KEPT = { name: STORE, maxFileSize: 2 * 1024 ** 3, maxTotalSize: 8 * 1024 ** 3 };

/** Uppy in an element of the dialog, for as long as the dialog is there. */
export function useUppy(modelId: string, type: UploadType, listeners: Listeners) {
  const { t, i18n } = useTranslation();
  const target = useRef<HTMLElement>(null);
  const [uppy, setUppy] = useState<DatasetUppy | null>(null);
  // Without it this upload is as good as any, but nothing of it is remembered.
  const place = useUploadPlace(modelId);
  const remembers = useUploadLock(place);
  const [shown, setShown] = useState(NOTHING);
  const [error, setError] = useState<unknown>(null);

  const open = useEffectEvent((files: { name: string; size: number }[]) =>
    openBatch(modelId, type, files, t),
  );
  const wordsFor = useEffectEvent((failure: unknown) => lineOf(faultOf(failure, t)));
  const onEach = useEffectEvent(listeners.onEach);
  const onEnd = useEffectEvent(listeners.onEnd);

  useEffect(() => {
    if (remembers === null) return;
    const element = target.current as HTMLElement;
    const id = remembers ? batchOf(place) : crypto.randomUUID();
    const uppy: DatasetUppy = new Uppy<UploadMeta, Body>({ id });
    uppy.use(Dashboard, {
      inline: true,
      target: element,
      width: "100%",
      height: 300,
      theme: uppyTheme(),
      // The dialog has buttons of its own, and audio has no pictures.
      hideUploadButton: true,
      hideCancelButton: true,
      hidePauseResumeButton: true,
      hideRetryButton: true,
      doneButtonHandler: null,
      disableThumbnailGenerator: true,
      proudlyDisplayPoweredByUppy: false,
    });
    uppy.use(PartUploads, {
      open: (files) => open(files),
      wordsFor: (failure) => wordsFor(failure),
    });
    if (remembers) uppy.use(GoldenRetriever, { expires: WEEK, indexedDB: KEPT });

    uppy.on("state-update", () => {
      const next = shownOf(uppy);
      setShown((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    });
    const tryResuming = () => void resume(uppy, place).catch(setError);
    uppy.on("restored", tryResuming);
    uppy.on("files-added", tryResuming);
    uppy.on("file-removed", tryResuming);
    const told = new Set<string>();
    uppy.on("upload", () => {
      setError(null);
      if (remembers) markUnfinished(place);
    });
    uppy.on("upload-success", () => onEach());
    uppy.on("complete", () => {
      if (remembers) markFinished(place);
      const outcome = outcomeOf(uppy, told);
      onEnd(
        outcome,
        uppy.getFiles().every(({ progress }) => progress.uploadComplete),
      );
    });
    setUppy(uppy);
    // Uppy takes what is dropped on it; beside it is not far from it.
    const ignoreDrops = takeDrops((files) =>
      uppy.getPlugin<Dashboard<UploadMeta, Body>>("Dashboard")?.addFiles(files),
    );
    const listRole = keepListRole(element);
    return () => {
      listRole.disconnect();
      ignoreDrops();
      setUppy(null);
      if (remembers && isResumable(uppy)) keep(uppy);
      else {
        if (remembers) forgetBatch(place);
        uppy.destroy();
      }
    };
  }, [place, remembers]);

  useEffect(() => {
    if (!uppy || i18n.language !== "fr") return;
    void import("@uppy/locales/lib/fr_FR.js").then(({ default: locale }) =>
      uppy.setOptions({ locale }),
    );
  }, [uppy, i18n.language]);

  useEffect(() => {
    uppy?.setOptions({
      restrictions: {
        maxNumberOfFiles: MAX_FILES,
        maxFileSize: MAX_FILE_SIZE,
        allowedFileTypes: ALLOWED[type],
      },
    });
  }, [uppy, type]);

  function start() {
    uppy?.upload().catch(setError);
  }

  return { target, start, error, ...shown };
}

function uppyTheme(): "auto" | "light" | "dark" {
  const theme = chosenTheme();
  return theme === "system" ? "auto" : theme;
}

function shownOf(uppy: DatasetUppy): Shown {
  const files = uppy.getFiles();
  const { currentUploads, recoveredState } = uppy.getState();
  const lost = files.filter(({ isGhost }) => isGhost).map(({ name }) => name ?? "");
  return {
    running: Object.keys(currentUploads).length > 0 && recoveredState === null,
    startable: lost.length === 0 && files.some(({ progress }) => !progress.uploadComplete),
    names: files.map(({ name }) => name ?? ""),
    lost,
    failures: files.flatMap(({ name, error }) =>
      error ? [{ name: name ?? "", reason: String(error) }] : [],
    ),
  };
}

/** Uppy's own result leaves out what it sends again beside new files. */
function outcomeOf(uppy: DatasetUppy, told: Set<string>): Outcome {
  const files = uppy.getFiles().filter(({ id }) => !told.has(id));
  const arrived = files.filter(({ progress, error }) => progress.uploadComplete && !error);
  for (const { id } of arrived) told.add(id);
  return { succeeded: arrived.length, failed: files.filter(({ error }) => error).length };
}

/** After a reload, once all files are there: go on, or show what had been chosen. */
async function resume(uppy: DatasetUppy, place: string): Promise<void> {
  if (uppy.getState().recoveredState === null) return;
  if (uppy.getFiles().some(({ isGhost }) => isGhost)) return;
  uppy.setState({ recoveredState: null });
  if (!isUnfinished(place)) {
    uppy.setState({ currentUploads: {} });
    return;
  }
  const begun = Object.keys(uppy.getState().currentUploads);
  await (begun.length > 0 ? Promise.all(begun.map((id) => uppy.restore(id))) : uppy.upload());
}

/** Whether there is something to go on with later: what is sent, or waits for its files. */
function isResumable(uppy: DatasetUppy): boolean {
  return shownOf(uppy).running || uppy.getState().recoveredState !== null;
}

/** Let go of an upload without a word to the server or to what is remembered. */
function keep(uppy: DatasetUppy): void {
  uppy.iteratePlugins((plugin) => uppy.removePlugin(plugin));
}
