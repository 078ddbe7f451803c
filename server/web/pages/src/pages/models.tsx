import type { Model } from "../api";
import { useResource } from "../hooks";
import { Empty, Loaded, Table } from "../parts/basics";
import { count, plural } from "../words";

function assessed({ assessed: times, could_not: without }: Model): string {
  if (times === 0 && without === 0) return "Not asked for yet.";
  const want = without === 0 ? "no input was ever missing" : `${plural(without, "time")} it could not be, for want of an input`;
  return `Assessed ${plural(times, "time")}; ${want}.`;
}

export function ModelsPage() {
  const models = useResource<{ models: Model[] }>("/api/models", 30);
  return (
    <Loaded of={models}>
      {(data) =>
        data.models.length === 0 ? (
          <Empty>No model is installed.</Empty>
        ) : (
          <>
            {data.models.map((model) => (
              <section key={`${model.name} ${model.version}`} class="panel" aria-label={`Model ${model.name}`}>
                <h2>
                  {model.name} {model.version} <span class="state plain">{model.status}</span>
                </h2>
                <p>
                  {model.endpoint}. {assessed(model)}
                </p>
                <Table even caption={`What ${model.name} needs`} head={["Needs", "From", "Had it", "Missing"]}>
                  {model.needs.map((need) => (
                    <tr key={need.input}>
                      <td><code>{need.input}</code></td>
                      <td>{need.source}</td>
                      <td>{count(need.had)}</td>
                      <td>{count(need.missing)}</td>
                    </tr>
                  ))}
                </Table>
              </section>
            ))}
          </>
        )
      }
    </Loaded>
  );
}
