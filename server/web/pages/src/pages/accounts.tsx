import { useState } from "preact/hooks";
import { request, type Account } from "../api";
import { useResource } from "../hooks";
import { Field, Loaded, Table } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { useAdministrator } from "../parts/session";

const roles: Record<Account["role"], string> = {
  viewer: "sees everything, changes nothing",
  administrator: "also changes peers, tries jobs again, pauses work, makes accounts",
};

export function AccountsPage() {
  const administrator = useAdministrator();
  const [password, setPassword] = useState(false);
  return (
    <>
      {administrator && <AllAccounts />}
      <h2>My account</h2>
      <p>
        <button type="button" onClick={() => setPassword(true)}>
          Change my password
        </button>
      </p>
      {password && (
        <Dialog
          title="Change my password"
          action="Change"
          onClose={() => setPassword(false)}
          onDone={(form) => request("POST", "/api/password", { old: String(form.get("old")), new: String(form.get("new")) })}
        >
          <Field label="Password until now" name="old" type="password" autocomplete="current-password" required />
          <Field label="New password" name="new" type="password" autocomplete="new-password" minLength={12} required hint="At least 12 characters." />
        </Dialog>
      )}
    </>
  );
}

function AllAccounts() {
  const accounts = useResource<{ accounts: Account[] }>("/api/accounts", null);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Account | null>(null);
  return (
    <>
      <p>
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          Add an account
        </button>
      </p>
      <Loaded of={accounts}>
        {(data) => (
          <Table caption="Accounts" head={["Name", "Role", "Action"]}>
            {data.accounts.map((account) => (
              <tr key={account.name}>
                <td>{account.name}</td>
                <td>
                  {account.role}: {roles[account.role]}
                </td>
                <td>
                  <button type="button" onClick={() => setRemoving(account)} aria-label={`Remove ${account.name}`}>
                    Remove
                  </button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      {adding && (
        <Dialog
          title="Add an account"
          action="Add"
          onClose={() => setAdding(false)}
          onDone={async (form) => {
            await request("POST", "/api/accounts", {
              name: String(form.get("name")),
              role: String(form.get("role")),
              password: String(form.get("password")),
            });
            accounts.reload();
          }}
        >
          <Field label="Name" name="name" required maxLength={64} autocomplete="off" />
          <div class="field">
            <label for="role">Role</label>
            <select id="role" name="role">
              {Object.entries(roles).map(([role, meaning]) => (
                <option key={role} value={role}>
                  {role}: {meaning}
                </option>
              ))}
            </select>
          </div>
          <Field label="First password" name="password" type="password" autocomplete="new-password" minLength={12} required hint="At least 12 characters." />
        </Dialog>
      )}
      {removing && (
        <Dialog
          title={`Remove ${removing.name}`}
          action="Remove"
          dangerous
          onClose={() => setRemoving(null)}
          onDone={async () => {
            await request("DELETE", `/api/accounts/${encodeURIComponent(removing.name)}`);
            accounts.reload();
          }}
        >
          <p>{removing.name} is signed out everywhere at once.</p>
        </Dialog>
      )}
    </>
  );
}
