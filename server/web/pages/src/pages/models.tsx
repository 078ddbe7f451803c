import type { Model } from "../api";
import { useResource } from "../hooks";
import { Empty, Loaded, Table } from "../parts/basics";
import { count } from "../words";

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
              <section key={`${model.name} ${model.version}`} class="panel" aria-label={model.name}>
                <h2>
                  {model.name} {model.version} <span class="state plain">{model.status}</span>
                </h2>
                <p>
                  {model.endpoint}. Assessed {count(model.assessed)} times; could not {count(model.could_not)} times for want of an input.
                </p>
                <Table caption={`What ${model.name} needs`} head={["Needs", "From", "Had it", "Missing"]}>
                  {model.needs.map((need) => (
                    <tr key={need.input}>
                      <td>{need.input}</td>
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
