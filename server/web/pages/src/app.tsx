import { useEffect, useRef, useState } from "preact/hooks";
import { getSession, onSignedOut, signOut, type Session } from "./api";
import { go, usePlace, type Place } from "./hooks";
import { AccountsPage } from "./pages/accounts";
import { ModelsPage } from "./pages/models";
import { OverviewPage } from "./pages/overview";
import { PeersPage } from "./pages/peers";
import { QueuePage } from "./pages/queue";
import { FirstStart, SignIn } from "./pages/sign_in";
import { StudiesPage } from "./pages/studies";
import { StudyPage } from "./pages/study";
import { SystemPage } from "./pages/system";
import { Notice } from "./parts/basics";
import { SessionContext } from "./parts/session";
import { useTheme } from "./parts/theme";

interface Room {
  path: string;
  title: string;
  page: (place: Place) => preact.JSX.Element;
}

const rooms: Room[] = [
  { path: "/", title: "Overview", page: () => <OverviewPage /> },
  { path: "/queue", title: "Queue", page: (place) => <QueuePage search={place.search} /> },
  { path: "/studies", title: "Studies", page: (place) => <StudiesPage search={place.search} /> },
  { path: "/peers", title: "Peers", page: () => <PeersPage /> },
  { path: "/models", title: "Models", page: () => <ModelsPage /> },
  { path: "/system", title: "System", page: () => <SystemPage /> },
  { path: "/accounts", title: "Accounts", page: () => <AccountsPage /> },
];

function roomOf(place: Place): Room {
  const study = /^\/studies\/([0-9.]{1,64})$/.exec(place.path)?.[1];
  if (study !== undefined) return { path: "/studies", title: "Study", page: () => <StudyPage uid={study} /> };
  return (
    rooms.find((room) => room.path === place.path) ?? {
      path: place.path,
      title: "Nothing here",
      page: () => (
        <p>
          There is no page at this address. <a href="/">Go to the overview</a>
        </p>
      ),
    }
  );
}

export function App() {
  const place = usePlace();
  const [session, setSession] = useState<Session | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    const ask = () => getSession().then(setSession, (error: Error) => setFailure(error.message));
    onSignedOut(() => void ask());
    void ask();
  }, []);
  if (session === null) {
    return <main class="alone">{failure ? <Notice tone="bad">{failure}</Notice> : <p class="faint">Reading …</p>}</main>;
  }
  if (session.setup_needed) return <FirstStart notice={session.research_notice} onSession={setSession} />;
  if (session.account === null) return <SignIn session={session} onSession={setSession} />;
  return (
    <SessionContext.Provider value={session}>
      <House session={session} place={place} onSignedOut={() => void getSession().then(setSession)} />
    </SessionContext.Provider>
  );
}

function House({ session, place, onSignedOut: left }: { session: Session; place: Place; onSignedOut: () => void }) {
  const room = roomOf(place);
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${room.title} · Glisson`;
    // A page that was followed to is announced; the first one is read from its top.
    if (!first.current) heading.current?.focus();
    first.current = false;
  }, [place.path]);
  const leave = async () => {
    await signOut().catch(() => undefined);
    left();
    go("/", true);
  };
  return (
    <div class="house">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header>
        <div class="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" /> <strong>Glisson</strong> <span class="faint">{session.node}</span>
        </div>
        <nav aria-label="Pages">
          <ul>
            {rooms.map((entry) => (
              <li key={entry.path}>
                <a href={entry.path} {...(entry.path === room.path ? { "aria-current": "page" as const } : {})}>
                  {entry.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="who">
          <ThemeSwitch />
          <span>
            {session.account?.name} <span class="faint">({session.account?.role})</span>
          </span>
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <h1 ref={heading} tabIndex={-1}>
          {room.title}
        </h1>
        {room.page(place)}
      </main>
      <footer>
        {session.research_notice} <span class="faint">Glisson {session.version}</span>
      </footer>
    </div>
  );
}

function ThemeSwitch() {
  const [theme, choose] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" onClick={() => choose(other)}>
      {other === "dark" ? "Dark" : "Light"} colours
    </button>
  );
}
