import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../hooks";
import { Notice } from "./basics";

interface DialogProps {
  title: string;
  /** Word on the button that does it. */
  action: string;
  dangerous?: boolean;
  onClose: () => void;
  /** Does it; what it throws is shown and the dialog stays. */
  onDone: (form: FormData) => Promise<unknown>;
  children: ComponentChildren;
}

/** A modal form. Escape closes it; the focus returns to where it was. */
export function Dialog({ title, action, dangerous = false, onClose, onDone, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { busy, error, run } = useAction();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close(); // While it is open, nothing outside of it can have the focus.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    if (await run(() => onDone(form))) onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onCancel={onClose} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="dialog-title">{title}</h2>
        {children}
        {error && <Notice tone="bad">{error}</Notice>}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={dangerous ? "danger" : "primary"} disabled={busy}>
            {busy ? "Please wait …" : action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
