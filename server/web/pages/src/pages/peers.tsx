import { useState } from "preact/hooks";
import { request, RequestError, type Change, type CheckStep, type Peer, type PeerSettings, type Refused, type Right } from "../api";
import { useAction, useResource } from "../hooks";
import { Empty, Field, Loaded, Notice, State, Table, Time } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useAdministrator } from "../parts/session";
import { count, words } from "../words";

const rights: { right: Right; meaning: string }[] = [
  { right: "store", meaning: "store studies here" },
  { right: "query", meaning: "query here (reserved: no queries are answered yet)" },
  { right: "echo", meaning: "test the connection (C-ECHO)" },
];

const purposes: Record<NonNullable<Peer["purpose"]>, string> = {
  test: "test",
  research: "research",
  clinical_study: "clinical study",
};

type Open =
  | { kind: "add"; from?: Refused }
  | { kind: "change"; peer: Peer; title?: string }
  | { kind: "remove"; peer: Peer }
  | { kind: "check"; peer: Peer };

export function PeersPage() {
  const peers = useResource<{ peers: Peer[] }>("/api/peers", 10);
  const refused = useResource<{ refused: Refused[] }>("/api/refused", 5);
  const changes = useResource<{ changes: Change[] }>("/api/changes?limit=20", 10);
  const administrator = useAdministrator();
  const [open, setOpen] = useState<Open | null>(null);
  /** Closes what is open now, not what was opened from there. */
  const close = () => setOpen((now) => (now === open ? null : now));
  const done = () => {
    peers.reload();
    refused.reload();
    changes.reload();
  };
  return (
    <>
      {administrator && (
        <p>
          <button type="button" class="primary" onClick={() => setOpen({ kind: "add" })}>
            Add a peer
          </button>
        </p>
      )}
      <Loaded of={peers}>{(data) => <PeerTable peers={data.peers} onOpen={setOpen} />}</Loaded>
      {open?.kind === "check" && <CheckPanel key={open.peer.name} peer={open.peer} onClose={() => setOpen(null)} />}
      <h2>Turned away</h2>
      <Loaded of={refused}>{(data) => <RefusedTable refused={data.refused} peers={peers.data?.peers ?? []} onOpen={setOpen} />}</Loaded>
      <h2>Changes</h2>
      <Loaded of={changes}>{(data) => <ChangeTable changes={data.changes} />}</Loaded>
      {open?.kind === "add" && (
        <PeerDialog key="add" from={open.from} peers={peers.data?.peers ?? []} onOpen={(peer) => setOpen({ kind: "change", peer })} onClose={close} onDone={done} />
      )}
      {open?.kind === "change" && <PeerDialog key="change" peer={open.peer} title={open.title} onClose={close} onDone={done} />}
      {open?.kind === "remove" && <RemoveDialog peer={open.peer} onClose={() => setOpen(null)} onDone={done} />}
    </>
  );
}

function PeerTable({ peers, onOpen }: { peers: Peer[]; onOpen: (open: Open) => void }) {
  const administrator = useAdministrator();
  if (peers.length === 0) return <Empty>No peer yet: nobody may store here, and nobody gets reports. Add your PACS.</Empty>;
  return (
    <Table caption="Peers" head={["Name", "AE title", "Address", "May", "Reports", "Last seen", "Actions"]}>
      {peers.map((peer) => (
        <tr key={peer.name}>
          <td>{peer.name}</td>
          <td>
            <code>{peer.ae_title}</code>
          </td>
          <td>
            {peer.host}:{peer.port} {peer.tls && <span class="faint">TLS</span>}
            {peer.networks.length > 0 && <span class="faint"> calls from {peer.networks.join(", ")}</span>}
          </td>
          <td>{peer.may.join(", ") || "nothing"}</td>
          <td class="wide">
            {!peer.receives_reports
              ? "none"
              : peer.purpose
                ? `${purposes[peer.purpose]}, until ${peer.valid_until ?? "no day given"} (${peer.responsible ?? "nobody named"})`
                : "held: no purpose declared"}
          </td>
          <td>
            <Time at={peer.last_seen_at} />
          </td>
          <td class="buttons">
            {administrator ? (
              <>
                <button type="button" onClick={() => onOpen({ kind: "check", peer })} aria-label={`Test ${peer.name}`}>
                  Test
                </button>
                <button type="button" onClick={() => onOpen({ kind: "change", peer })} aria-label={`Change ${peer.name}`}>
                  Change
                </button>
                <button type="button" onClick={() => onOpen({ kind: "remove", peer })} aria-label={`Remove ${peer.name}`}>
                  Remove
                </button>
              </>
            ) : (
              <span class="faint">for administrators</span>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function RefusedTable({ refused, peers, onOpen }: { refused: Refused[]; peers: Peer[]; onOpen: (open: Open) => void }) {
  const administrator = useAdministrator();
  if (refused.length === 0) return <Empty>Nobody was turned away.</Empty>;
  return (
    <Table caption="Associations that were turned away" head={["Who", "From", "Called", "Why", "How often", "Last", "Action"]}>
      {refused.map((entry) => (
        <tr key={entry.id}>
          <td>
            <code>{entry.calling}</code>
          </td>
          <td>{entry.address}</td>
          <td>
            <code>{entry.called}</code>
          </td>
          <td class="wide">
            {entry.message}
            {entry.near && (
              <p class="hint">
                Nearly the same as <code>{entry.near}</code>. Upper and lower case count.
              </p>
            )}
            {!entry.admissible && entry.advice && <p class="hint">Next: {entry.advice}</p>}
          </td>
          <td>{count(entry.count)}</td>
          <td>
            <Time at={entry.last_at} />
          </td>
          <td class="buttons">{administrator ? <Remedies of={entry} peers={peers} onOpen={onOpen} /> : <span class="faint">for administrators</span>}</td>
        </tr>
      ))}
    </Table>
  );
}

/** What mends a refusal: the title of the peer that was meant, or a peer of its own. */
function Remedies({ of: entry, peers, onOpen }: { of: Refused; peers: Peer[]; onOpen: (open: Open) => void }) {
  const known = peers.find((peer) => peer.ae_title === entry.calling);
  const near = entry.reason === "calling_title_unknown" ? peers.find((peer) => peer.ae_title === entry.near) : undefined;
  if (!entry.admissible) return <span class="faint">not by a peer's settings</span>;
  return (
    <>
      {near && (
        <button type="button" class="primary" onClick={() => onOpen({ kind: "change", peer: near, title: entry.calling })}>
          It is {near.name}
        </button>
      )}
      {known ? (
        <button type="button" onClick={() => onOpen({ kind: "change", peer: known })} aria-label={`Change ${known.name}, which was turned away`}>
          Change {known.name}
        </button>
      ) : (
        <button type="button" onClick={() => onOpen({ kind: "add", from: entry })} aria-label={`${near ? "Admit as another" : "Admit"}: ${entry.calling} from ${entry.address}`}>
          {near ? "Admit as another" : "Admit"}
        </button>
      )}
    </>
  );
}

function ChangeTable({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return <Empty>Nothing was changed yet.</Empty>;
  return (
    <Table caption="Who changed what" head={["When", "Who", "What", "Old", "New"]}>
      {changes.map((change) => (
        <tr key={change.id}>
          <td>
            <Time at={change.at} />
          </td>
          <td>{change.who}</td>
          <td>
            {change.what} {change.subject}
            {change.reason && <p class="hint">{change.reason}</p>}
          </td>
          <td class="wide">
            <Difference of={change.old} beside={change.new} />
          </td>
          <td class="wide">
            <Difference of={change.new} beside={change.old} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Whether a field of something new, or gone, says anything. */
const says = (value: unknown) => value !== null && value !== false && value !== "" && !(Array.isArray(value) && value.length === 0);

const plain = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(", ") || "none";
  return typeof value === "object" ? (value === null ? "none" : JSON.stringify(value)) : String(value);
};

/** The fields of one side that the other side does not have alike. */
function Difference({ of, beside }: { of: unknown; beside: unknown }) {
  if (typeof of !== "object" || of === null) return <span class="faint">nothing</span>;
  const other = (typeof beside === "object" && beside !== null ? beside : {}) as Record<string, unknown>;
  const created = typeof beside !== "object" || beside === null;
  const fields = Object.entries(of).filter(([key, value]) => (created ? says(value) : JSON.stringify(other[key]) !== JSON.stringify(value)));
  if (fields.length === 0) return <span class="faint">the same</span>;
  return (
    <ul class="plain">
      {fields.map(([key, value]) => (
        <li key={key}>
          {key === "ae_title" ? "AE title" : words(key)}: {plain(value)}
        </li>
      ))}
    </ul>
  );
}

function settingsOf(form: FormData, certificate: string | null): PeerSettings {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const purpose = text("purpose");
  return {
    ae_title: text("ae_title"),
    host: text("host"),
    port: Number(text("port")),
    may: rights.map((entry) => entry.right).filter((right) => form.has(right)),
    receives_reports: form.has("receives_reports"),
    purpose: purpose === "" ? null : (purpose as NonNullable<Peer["purpose"]>),
    responsible: text("responsible") || null,
    valid_until: text("valid_until") || null,
    networks: text("networks").split(/[\s,]+/).filter((network) => network !== ""),
    tls: form.has("tls"),
    certificate: form.has("certificate") ? text("certificate") || null : certificate,
  };
}

interface PeerDialogProps {
  peer?: Peer;
  /** Another AE title than the peer has. */
  title?: string | undefined;
  from?: Refused | undefined;
  /** Those that have a name already, and what opens one of them instead. */
  peers?: Peer[];
  onOpen?: (peer: Peer) => void;
  onClose: () => void;
  onDone: () => void;
}

function PeerDialog({ peer, title, from, peers, onOpen, onClose, onDone }: PeerDialogProps) {
  const [taken, setTaken] = useState<Peer | undefined>(undefined);
  const titled = peer ? `Change ${peer.name}` : from ? `Admit ${from.calling}` : "Add a peer";
  const save = async (form: FormData) => {
    const settings = settingsOf(form, peer?.certificate ?? null);
    const name = peer?.name ?? String(form.get("name")).trim();
    setTaken(undefined);
    try {
      if (peer) await request("PUT", `/api/peers/${encodeURIComponent(name)}`, settings);
      else await request("POST", from ? `/api/refused/${from.id}/admit` : "/api/peers", { name, ...settings });
    } catch (error) {
      if (error instanceof RequestError && error.reason === "name_taken") setTaken(peers?.find((other) => other.name === name));
      throw error;
    }
    onDone();
  };
  return (
    <Dialog title={titled} action={from ? "Admit" : "Save"} onClose={onClose} onDone={save}>
      {!peer && <Field label="Name" name="name" required maxLength={64} hint="What people call it, for example PACS." />}
      <Field label="AE title" name="ae_title" required maxLength={16} readOnly={from !== undefined} defaultValue={title ?? peer?.ae_title ?? from?.calling ?? ""} hint={from ? "What it called itself." : "Upper and lower case count."} />
      <Field label="Host" name="host" required defaultValue={peer?.host ?? from?.address ?? ""} hint="Name or address that reports are sent to." />
      <Field label="Port" name="port" type="number" min={1} max={65535} required defaultValue={String(peer?.port ?? 104)} />
      <Field
        label="Calls from"
        name="networks"
        defaultValue={peer?.networks.join(", ") ?? ""}
        hint="Addresses or networks such as 10.1.2.0/24, separated by commas. Empty: from anywhere."
      />
      <fieldset>
        <legend>This peer may</legend>
        {rights.map(({ right, meaning }) => (
          <Check key={right} name={right} label={meaning} checked={peer ? peer.may.includes(right) : right !== "query"} />
        ))}
      </fieldset>
      <fieldset>
        <legend>Connection</legend>
        <Check name="tls" label="reports are sent to it by TLS" checked={peer?.tls ?? false} />
      </fieldset>
      <fieldset>
        <legend>Reports</legend>
        <Check name="receives_reports" label="gets reports" checked={peer?.receives_reports ?? false} />
        <div class="field">
          <label for="purpose">For which purpose</label>
          <select id="purpose" name="purpose">
            <option value="">not declared: reports are held</option>
            {Object.entries(purposes).map(([key, label]) => (
              <option key={key} value={key} selected={peer?.purpose === key}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <Field label="Who answers for it" name="responsible" defaultValue={peer?.responsible ?? ""} />
        <Field label="Until" name="valid_until" type="date" defaultValue={peer?.valid_until ?? ""} />
      </fieldset>
      {taken && (
        <p>
          {taken.name} is{" "}
          <code>
            {taken.ae_title} at {taken.host}:{taken.port}
          </code>{" "}
          and stays as it is.{" "}
          <button type="button" onClick={() => onOpen?.(taken)}>
            Open {taken.name}
          </button>
        </p>
      )}
    </Dialog>
  );
}

function Check({ name, label, checked }: { name: string; label: string; checked: boolean }) {
  return (
    <label class="check">
      <input type="checkbox" name={name} defaultChecked={checked} /> {label}
    </label>
  );
}

function RemoveDialog({ peer, onClose, onDone }: { peer: Peer; onClose: () => void; onDone: () => void }) {
  return (
    <Dialog
      title={`Remove ${peer.name}`}
      action="Remove"
      dangerous
      onClose={onClose}
      onDone={async (form) => {
        await request("DELETE", `/api/peers/${encodeURIComponent(peer.name)}`, { reason: String(form.get("reason")) });
        onDone();
      }}
    >
      <p>It can no longer store here, and reports that it has not got are given up.</p>
      <Field label="Why" name="reason" required maxLength={500} hint="Kept with your name, for whoever looks later." />
    </Dialog>
  );
}

/** Runs the check of a peer and tells each step as it would be told to somebody at the telephone. */
function CheckPanel({ peer, onClose }: { peer: Peer; onClose: () => void }) {
  const { busy, error, run } = useAction();
  const [steps, setSteps] = useState<CheckStep[] | null>(null);
  const start = () =>
    run(async () => {
      setSteps(null);
      setSteps((await request<{ steps: CheckStep[] }>("POST", `/api/peers/${encodeURIComponent(peer.name)}/check`)).steps);
    });
  return (
    <section class="panel" aria-label={`Test of ${peer.name}`}>
      <h2>Test of {peer.name}</h2>
      <p>Each step is tried in turn, from the name of the host to a report that it would take.</p>
      <div class="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="button" class="primary" disabled={busy} onClick={() => void start()}>
          {busy ? "Testing …" : steps ? "Test again" : "Start the test"}
        </button>
      </div>
      {error && <Notice tone="bad">{error}</Notice>}
      <div aria-live="polite">
        {steps && (
          <ol class="steps">
            {steps.map((step) => (
              <li key={step.step}>
                <State state={step.outcome} /> <strong>{step.step}</strong> {step.detail}
                {step.advice && <p class="hint">{step.advice}</p>}
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}
