import type { StudyDetail } from "../api";
import { useResource } from "../hooks";
import { Command, Empty, Loaded, State, Table, Time } from "../parts/basics";
import { moment, studyDate, words } from "../words";

export function StudyPage({ uid }: { uid: string }) {
  const study = useResource<StudyDetail>(`/api/studies/${uid}`, 5);
  return <Loaded of={study}>{(data) => <Story data={data} />}</Loaded>;
}

function Story({ data: { study, timeline, scores, reports } }: { data: StudyDetail }) {
  return (
    <>
      <p class="lead">
        <State state={study.state} /> Accession number {study.accession_number || "none"}, patient ID {study.patient_id || "none"}, study of{" "}
        {studyDate(study.study_date) || "an unknown day"}
        {study.description && <>, {study.description}</>}
      </p>
      <p class="faint uid">{study.study_instance_uid}</p>
      <h2>What happened</h2>
      <ol class="timeline">
        {timeline.map((entry, index) => (
          <li key={index} class={entry.stuck ? "stuck" : ""}>
            <time dateTime={entry.at}>{moment(entry.at)}</time>
            <div>
              {entry.what}
              {entry.stuck && entry.next && (
                <p>
                  Next: <Command>{entry.next}</Command>
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
      <h2>Scores</h2>
      {scores.length === 0 ? (
        <Empty>No model was assessed yet.</Empty>
      ) : (
        <Table caption="Scores of the latest analysis" head={["Model", "Region", "Endpoint", "Score", "Category or reason"]}>
          {scores.map((score, index) => (
            <tr key={index}>
              <td>
                {score.model} {score.version} <span class="faint">{score.status}</span>
              </td>
              <td class="whole">{score.label ?? "study"}</td>
              <td>{score.endpoint}</td>
              <td>{score.score === null ? <span class="faint">none</span> : `${Number(score.score.toPrecision(4))}${score.unit && score.unit !== "1" ? ` ${score.unit}` : ""}`}</td>
              <td class="wide">{score.category ?? (score.reason ? words(score.reason) : "")}</td>
            </tr>
          ))}
        </Table>
      )}
      <h2>Reports</h2>
      {reports.length === 0 ? (
        <Empty>No report was written yet.</Empty>
      ) : (
        <Table caption="Reports and where they go" head={["Report", "Destination", "Written", "Stored there"]}>
          {reports.map((report, index) => (
            <tr key={index}>
              <td class="uid">{report.sop_instance_uid ?? "not sent yet"}</td>
              <td>{report.destination ?? "none"}</td>
              <td>
                <Time at={report.created_at} />
              </td>
              <td>{report.sent_at ? <Time at={report.sent_at} /> : "not yet"}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
