import { useState } from "preact/hooks";
import { request, type Activity, type Overview, type System } from "../api";
import { useAction, useResource } from "../hooks";
import { Empty, Field, Loaded, Notice, Table, Time } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useAdministrator } from "../parts/session";
import { bytes, count, daysLeft } from "../words";

const activities: { what: Activity; meaning: string }[] = [
  { what: "receive", meaning: "Receiving studies" },
  { what: "analyse", meaning: "Analysing studies" },
  { what: "deliver", meaning: "Delivering reports" },
];

export function SystemPage() {
  const system = useResource<System>("/api/system", 10);
  return (
    <>
      <Pauses />
      <Loaded of={system}>{(data) => <Parts system={data} />}</Loaded>
    </>
  );
}

function Pauses() {
  const overview = useResource<Overview>("/api/overview?hours=1", 5);
  const administrator = useAdministrator();
  const [pausing, setPausing] = useState<Activity | null>(null);
  const { busy, error, run } = useAction();
  const resume = (what: Activity) =>
    run(async () => {
      await request("POST", "/api/resume", { what });
      overview.reload();
    });
  return (
    <>
      <h2>Work</h2>
      {error && <Notice tone="bad">{error}</Notice>}
      <Loaded of={overview}>
        {(data) => (
          <Table caption="What runs and what is paused" head={["Part", "State", "Action"]}>
            {activities.map(({ what, meaning }) => {
              const pause = data.pauses.find((entry) => entry.what === what);
              return (
                <tr key={what}>
                  <td>{meaning}</td>
                  <td>
                    {pause ? (
                      <>
                        <span class="state waiting">paused</span> by {pause.by}: {pause.reason} (<Time at={pause.since} />)
                      </>
                    ) : (
                      <span class="state good">on</span>
                    )}
                  </td>
                  <td>
                    {!administrator ? (
                      <span class="faint">for administrators</span>
                    ) : pause ? (
                      <button type="button" disabled={busy} onClick={() => void resume(what)}>
                        Resume
                      </button>
                    ) : (
                      <button type="button" onClick={() => setPausing(what)} aria-label={`Pause: ${meaning}`}>
                        Pause
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </Table>
        )}
      </Loaded>
      {pausing && (
        <Dialog
          title={`Pause: ${activities.find((entry) => entry.what === pausing)?.meaning ?? pausing}`}
          action="Pause"
          onClose={() => setPausing(null)}
          onDone={async (form) => {
            await request("POST", "/api/pause", { what: pausing, reason: String(form.get("reason")) });
            overview.reload();
          }}
        >
          <p>It stays paused, also over restarts, until somebody resumes it.</p>
          <Field label="Why" name="reason" required maxLength={500} hint="Everybody who looks sees it." />
        </Dialog>
      )}
    </>
  );
}

function Parts({ system }: { system: System }) {
  return (
    <>
      <h2>Disk</h2>
      <Table caption="Disks" head={["Folder", "Free", "Of", "Full in"]}>
        {system.disk.map((disk) => (
          <tr key={disk.path}>
            <td>
              <code>{disk.path}</code>
            </td>
            <td>
              {disk.answers ? bytes(disk.free) : <span class="state bad">the disk does not answer</span>}{" "}
              {disk.high_water && <span class="state bad">too little: new studies are refused</span>}
            </td>
            <td>{disk.answers ? bytes(disk.total) : "unknown"}</td>
            <td>{!disk.answers ? "unknown" : disk.forecast_days === null ? "not in sight" : daysLeft(disk.forecast_days)}</td>
          </tr>
        ))}
      </Table>
      <h2>Certificates</h2>
      {system.certificates.length === 0 ? (
        <Empty>DICOM over TLS is not set up, so there is no certificate that could expire.</Empty>
      ) : (
        <Table caption="Certificates" head={["File", "Subject", "Expires", "Days left"]}>
          {system.certificates.map((certificate) => (
            <tr key={certificate.path}>
              <td>
                <code>{certificate.path}</code>
              </td>
              <td>{certificate.subject}</td>
              <td>
                {certificate.expires_at ? <time dateTime={certificate.expires_at}>{certificate.expires_at.slice(0, 10)}</time> : "unknown"}
              </td>
              <td>
                {certificate.days === null ? (
                  <span class="state bad">cannot be read</span>
                ) : (
                  <>
                    {count(certificate.days)} {certificate.days < 30 && <span class="state bad">renew it</span>}
                  </>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <h2>Processes</h2>
      <Table caption="Roles" head={["Role", "Host", "Connections", "Since"]}>
        {system.roles.map((role) => (
          <tr key={`${role.role} ${role.host}`}>
            <td>{role.role}</td>
            <td>{role.host}</td>
            <td>{count(role.processes)}</td>
            <td>
              <Time at={role.since} />
            </td>
          </tr>
        ))}
      </Table>
      <p class="faint">
        Glisson {system.version}, schema {system.schema.replace(/_.*/, "")}, PostgreSQL {system.database.version} with {bytes(system.database.size)}.
      </p>
    </>
  );
}
