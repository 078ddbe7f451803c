import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ago, moment, words } from "../words";
import type { Resource } from "../hooks";

export type Tone = "good" | "waiting" | "bad" | "plain";

const tones: Record<string, Tone> = {
  reported: "good",
  done: "good",
  passed: "good",
  sent: "good",
  running: "waiting",
  scheduled: "waiting",
  analysing: "waiting",
  delivering: "waiting",
  settling: "waiting",
  "waiting for segmentation": "waiting",
  "waiting for images": "waiting",
  "waiting to try again": "waiting",
  held: "waiting",
  dead: "bad",
  blocked: "bad",
  failed: "bad",
  "in conflict": "bad",
  "not analysed": "bad",
  "not delivered": "bad",
  "refused by the destination": "bad",
};

/** A state, told by its word; the colour only repeats it. */
export function State({ state }: { state: string }) {
  return <span class={`state ${tones[state] ?? "plain"}`}>{words(state)}</span>;
}

export function Time({ at }: { at: string | null }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((value) => value + 1), 10000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span class="faint">never</span>;
  return (
    <time dateTime={at}>
      {ago(at)} <span class="faint exact">({moment(at)})</span>
    </time>
  );
}

export function Notice({ tone, children }: { tone: "bad" | "warn" | "good" | "plain"; children: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** What a page shows while its data are not there, or are old. */
export function Loaded<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      {of.error && (
        <Notice tone="bad">
          {of.error.message} {of.at !== null && <>What is shown is from {moment(new Date(of.at).toISOString())}.</>}{" "}
          <button type="button" onClick={of.reload}>
            Try again
          </button>
        </Notice>
      )}
      {of.data !== null ? children(of.data) : of.error ? null : <p class="faint">Reading …</p>}
    </>
  );
}

/** A table that a narrow screen or 200 % zoom scrolls inside itself, by keyboard too. Where several stand below one
 *  another, `even` columns keep them in line. */
export function Table({ caption, head, even = false, children }: { caption: string; head: string[]; even?: boolean; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table {...(even ? { class: "even" } : {})}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {head.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

type FieldProps = { label: string; hint?: string; error?: string } & JSX.IntrinsicElements["input"];

export function Field({ label, hint, id, ...input }: FieldProps) {
  const name = String(id ?? input.name);
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input id={name} {...(hint ? { "aria-describedby": `${name}-hint` } : {})} {...input} />
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Command({ children }: { children: string }) {
  return <code class="command">{children}</code>;
}
