import { useState } from "preact/hooks";
import { query, request, type Job } from "../api";
import { go, useResource } from "../hooks";
import { Empty, Field, Loaded, State, Table, Time } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useAdministrator } from "../parts/session";
import { words } from "../words";

const states = ["dead", "blocked", "held", "running", "scheduled", "done"];
const kinds = ["ingest", "compare", "analyse", "deliver"];

export function QueuePage({ search }: { search: URLSearchParams }) {
  const state = search.get("state");
  const kind = search.get("kind");
  const before = search.get("before");
  const jobs = useResource<{ jobs: Job[]; next: number | null }>(query("/api/jobs", { state, kind, before, limit: 50 }), before ? null : 5);
  const [retrying, setRetrying] = useState<Job | null>(null);
  const choose = (name: string, value: string) => go(query("/queue", { state, kind, [name]: value }));
  return (
    <>
      <form class="filters" aria-label="Which jobs are shown" onSubmit={(event) => event.preventDefault()}>
        <Choice label="State" all="not done" options={states} value={state} onChoice={(value) => choose("state", value)} />
        <Choice label="Kind" all="all" options={kinds} value={kind} onChoice={(value) => choose("kind", value)} />
      </form>
      <Loaded of={jobs}>
        {(data) =>
          data.jobs.length === 0 ? (
            <Empty>{state || kind ? "No job is of this state and kind." : "No job waits, and none failed."}</Empty>
          ) : (
            <>
              <Table caption="Jobs, failures first" head={["Job", "State", "Study", "Why", "When", "Tries", "Action"]}>
                {data.jobs.map((job) => (
                  <JobRow key={job.id} job={job} onRetry={() => setRetrying(job)} />
                ))}
              </Table>
              {data.next !== null && (
                <p>
                  <a href={query("/queue", { state, kind, before: data.next })}>Older jobs</a>
                </p>
              )}
            </>
          )
        }
      </Loaded>
      {retrying && (
        <Dialog
          title={`Try job ${retrying.id} again`}
          action="Try again"
          onClose={() => setRetrying(null)}
          onDone={async (form) => {
            await request("POST", `/api/jobs/${retrying.id}/retry`, { reason: String(form.get("reason")) });
            jobs.reload();
          }}
        >
          <p>
            It ended with “{words(retrying.reason ?? "no reason")}”. {retrying.advice}
          </p>
          <Field label="Why should it work now?" name="reason" required maxLength={500} hint="Kept with your name, for whoever looks later." />
        </Dialog>
      )}
    </>
  );
}

function Choice({ label, all, options, value, onChoice }: { label: string; all: string; options: string[]; value: string | null; onChoice: (value: string) => void }) {
  return (
    <label>
      {label}{" "}
      <select value={value ?? ""} onChange={(event) => onChoice(event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function JobRow({ job, onRetry }: { job: Job; onRetry: () => void }) {
  const administrator = useAdministrator();
  const over = job.state === "dead" || job.state === "blocked";
  return (
    <tr>
      <td>
        {job.id} <span class="faint">{job.kind}</span>
      </td>
      <td>
        <State state={job.state} />
      </td>
      <td>{job.study ? <a href={`/studies/${job.study}`}>{job.accession_number || job.study}</a> : <span class="faint">{job.subject}</span>}</td>
      <td class="wide">
        {job.reason && <strong>{words(job.reason)}</strong>} {job.detail}
        {job.advice && <p class="hint">{job.advice}</p>}
      </td>
      <td>
        <Time at={job.finished_at ?? job.created_at} />
      </td>
      <td>{job.attempt}</td>
      <td>
        {over && administrator ? (
          <button type="button" onClick={onRetry} aria-label={`Try job ${job.id} again`}>
            Try again
          </button>
        ) : (
          <span class="faint">{over ? "for administrators" : "none needed"}</span>
        )}
      </td>
    </tr>
  );
}
