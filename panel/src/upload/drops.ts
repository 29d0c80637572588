import { getDroppedFiles } from "@uppy/core/utils";

/** Take files dropped anywhere on the page, which the browser would leave the page to open. */
export function takeDrops(add: (files: File[]) => void): () => void {
  const over = (event: DragEvent) => event.preventDefault();
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer) add(await getDroppedFiles(event.dataTransfer));
  };
  window.addEventListener("dragover", over);
  window.addEventListener("drop", drop);
  return () => {
    window.removeEventListener("dragover", over);
    window.removeEventListener("drop", drop);
  };
}
