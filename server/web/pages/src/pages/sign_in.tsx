import { useAction } from "../hooks";
import { setUp, signIn, type Session } from "../api";
import { Command, Field, Notice } from "../parts/basics";

const text = (form: FormData, name: string) => String(form.get(name) ?? "");

export function SignIn({ session, onSession }: { session: Session; onSession: (session: Session) => void }) {
  const { busy, error, run } = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void run(async () => onSession(await signIn(text(form, "name"), text(form, "password"))));
  };
  return (
    <main class="alone">
      <form onSubmit={submit}>
        <h1>Glisson {session.node}</h1>
        <Field label="Name" name="name" autocomplete="username" required autofocus />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        {error && <Notice tone="bad">{error}</Notice>}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            Sign in
          </button>
        </div>
        <p class="hint notice-below">{session.research_notice}</p>
      </form>
    </main>
  );
}

/** The first account, made by whoever can read the token on the host. */
export function FirstStart({ notice, onSession }: { notice: string; onSession: (session: Session) => void }) {
  const { busy, error, run } = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void run(async () => {
      if (text(form, "password") !== text(form, "again")) throw new Error("The two passwords differ. Type the same one twice.");
      onSession(await setUp(text(form, "token").trim(), text(form, "name"), text(form, "password")));
    });
  };
  return (
    <main class="alone">
      <form onSubmit={submit}>
        <h1>Welcome to Glisson</h1>
        <p>
          Nobody has an account yet. To prove that you look after this host, copy the one-time token that the service wrote to the file{' '}
          <Command>setup-token</Command> in its data folder.
        </p>
        <Field label="One-time token" name="token" autocomplete="off" spellcheck={false} required autofocus />
        <Field label="Your name" name="name" autocomplete="username" required />
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={12}
          required
          hint="At least 12 characters; a sentence is easy to remember."
        />
        <Field label="Password again" name="again" type="password" autocomplete="new-password" required />
        {error && <Notice tone="bad">{error}</Notice>}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            Make the first account
          </button>
        </div>
        <p class="hint notice-below">{notice}</p>
      </form>
    </main>
  );
}
