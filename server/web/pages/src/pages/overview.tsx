import type { Overview } from "../api";
import { useResource } from "../hooks";
import { Chart } from "../parts/chart";
import { Empty, Loaded, Notice, Table, Time } from "../parts/basics";
import { bytes, count, duration, plural, words } from "../words";

const whole = (value: number) => (Number.isInteger(value) ? count(value) : "");

export function OverviewPage() {
  const overview = useResource<Overview>("/api/overview?hours=24", 5);
  return <Loaded of={overview}>{(data) => <Figures data={data} />}</Loaded>;
}

function Figures({ data }: { data: Overview }) {
  return (
    <>
      {data.not_ready.map((entry) => (
        <Notice tone="bad" key={entry.reason}>
          {entry.message}
        </Notice>
      ))}
      {data.pauses.map((pause) => (
        <Notice tone="warn" key={pause.what}>
          {pause.by} paused “{pause.what}”: {pause.reason} (<Time at={pause.since} />
          ). <a href="/system">Resume</a>
        </Notice>
      ))}
      {data.alerts.map((alert) => (
        <Notice tone="warn" key={alert.id}>
          {words(alert.kind)}: {alert.detail} ({plural(alert.times, "time")}, last <Time at={alert.last_at} />
          ){alert.study && <a href={`/studies/${alert.study}`}> See the study</a>}
        </Notice>
      ))}
      {data.ready && data.alerts.length === 0 && data.failed.jobs === 0 && <Notice tone="good">Everything works. Nothing needs you.</Notice>}
      <h2>Last 24 hours</h2>
      <dl class="tiles">
        <Tile term="Received" value={plural(data.received.instances, "object")} more={`${plural(data.received.studies, "study", "studies")}, ${bytes(data.received.bytes)}`} />
        <Tile term="Reported" value={plural(data.reported.reports, "report")} more={data.held.reports > 0 ? `${count(data.held.reports)} held` : "none held"} />
        <Tile
          term="Segmentation to report"
          value={data.latency.p50 === null ? "no report yet" : duration(data.latency.p50)}
          more={data.latency.p95 === null ? "" : `95 of 100 within ${duration(data.latency.p95)}`}
        />
        <Tile term="Failed" value={plural(data.failed.jobs, "job")} more={data.failed.jobs > 0 ? "" : "nothing to do"} bad={data.failed.jobs > 0} />
      </dl>
      {data.failed.jobs > 0 && (
        <p>
          <a href="/queue?state=dead">See what failed, and why</a>
        </p>
      )}
      <div class="charts">
        <Chart title="Objects received per hour" at={data.series.at} values={data.series.instances} say={whole} kind="bars" />
        <Chart title="Reports stored per hour" at={data.series.at} values={data.series.reports} say={whole} kind="bars" />
        <Chart title="Segmentation to report, 95 of 100 within" at={data.series.at} values={data.series.p95} say={duration} kind="line" />
      </div>
      <h2>What waits</h2>
      {data.waiting.length === 0 ? (
        <Empty>No study waits.</Empty>
      ) : (
        <Table caption="Studies that wait, by state" head={["State", "Studies", "Oldest"]}>
          {data.waiting.map((entry) => (
            <tr key={entry.state}>
              <td>
                <a href={`/studies?state=${encodeURIComponent(entry.state)}`}>{entry.state}</a>
              </td>
              <td>{count(entry.studies)}</td>
              <td>
                <Time at={entry.oldest} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Tile({ term, value, more, bad = false }: { term: string; value: string; more: string; bad?: boolean }) {
  return (
    <div class={bad ? "tile bad" : "tile"}>
      <dt>{term}</dt>
      <dd>
        <strong>{value}</strong>
        {more && <span class="faint">{more}</span>}
      </dd>
    </div>
  );
}
