import { query, type Study } from "../api";
import { go, useResource } from "../hooks";
import { Empty, Loaded, State, Table, Time } from "../parts/basics";
import { count, studyDate } from "../words";

const states = [
  "waiting for segmentation",
  "settling",
  "waiting for images",
  "waiting to try again",
  "analysing",
  "in conflict",
  "not analysed",
  "analysed",
  "delivering",
  "held",
  "refused by the destination",
  "not delivered",
  "reported",
];

export function StudiesPage({ search }: { search: URLSearchParams }) {
  const q = search.get("q");
  const state = search.get("state");
  const before = search.get("before");
  const studies = useResource<{ studies: Study[]; next: number | null }>(query("/api/studies", { q, state, before, limit: 50 }), before ? null : 10);
  return (
    <>
      <form
        class="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go(query("/studies", { q: String(new FormData(event.currentTarget).get("q") ?? ""), state }));
        }}
      >
        <label>
          Accession number, patient ID or UID <input type="search" name="q" defaultValue={q ?? ""} key={q ?? ""} />
        </label>
        <label>
          State{" "}
          <select value={state ?? ""} onChange={(event) => go(query("/studies", { q, state: event.currentTarget.value }))}>
            <option value="">all</option>
            {states.map((option) => (
              <option key={option} value={option}>
                {option}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Search</button>
      </form>
      <Loaded of={studies}>
        {(data) =>
          data.studies.length === 0 ? (
            <Empty>No such study. Has the PACS sent it? The refused associations are listed with the peers.</Empty>
          ) : (
            <>
              <Table caption="Studies, newest first" head={["Study", "Patient ID", "Date", "State", "Objects", "Last received"]}>
                {data.studies.map((study) => (
                  <tr key={study.id}>
                    <td>
                      <a href={`/studies/${study.study_instance_uid}`}>{study.accession_number || study.study_instance_uid}</a>
                      {study.description && <span class="faint"> {study.description}</span>}
                    </td>
                    <td>{study.patient_id}</td>
                    <td>{studyDate(study.study_date)}</td>
                    <td>
                      <State state={study.state} />
                    </td>
                    <td>{count(study.instances)}</td>
                    <td>
                      <Time at={study.last_received_at} />
                    </td>
                  </tr>
                ))}
              </Table>
              {data.next !== null && (
                <p>
                  <a href={query("/studies", { q, state, before: data.next })}>Older studies</a>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}
