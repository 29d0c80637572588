import type { UseMutationResult } from "@tanstack/react-query";
import { Confirm } from "./confirm";
import { tellSuccess } from "./toaster";

interface DeletionProps<Item> {
  /** What is to be deleted; nothing is asked while there is none. */
  item: Item | null;
  deletion: UseMutationResult<unknown, Error, Item>;
  title: string;
  text: string;
  action: string;
  /** Told once it is done. */
  deleted: string;
  onClose(): void;
  onDeleted?(): void;
}

/** Asks before something is deleted for good. */
export function Deletion<Item>(props: DeletionProps<Item>) {
  const { item, deletion, title, text, action } = props;

  function close() {
    deletion.reset();
    props.onClose();
  }

  function confirm() {
    if (item === null) return;
    deletion.mutate(item, {
      onSuccess: () => {
        close();
        tellSuccess(props.deleted);
        props.onDeleted?.();
      },
    });
  }

  return (
    <Confirm
      open={item !== null}
      onCancel={close}
      onConfirm={confirm}
      title={title}
      text={text}
      action={action}
      dangerous
      pending={deletion.isPending}
      error={deletion.error}
    />
  );
}
