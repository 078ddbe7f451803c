/** What the service answers under /api; every time is ISO 8601 in UTC, durations are seconds, sizes bytes. */

export interface Session {
  setup_needed: boolean;
  account: Account | null;
  csrf: string;
  version: string;
  node: string;
  research_notice: string;
}
export interface Account {
  name: string;
  role: "viewer" | "administrator";
}
export interface ReasonMessage {
  reason: string;
  message: string;
}
export type Activity = "receive" | "analyse" | "deliver";
export interface Pause {
  what: Activity;
  reason: string;
  by: string;
  since: string;
}
export interface Alert {
  id: number;
  kind: string;
  subject: string;
  detail: string;
  study: string | null;
  raised_at: string;
  last_at: string;
  times: number;
}
export interface Overview {
  received: { instances: number; studies: number; bytes: number };
  reported: { reports: number };
  waiting: { state: string; studies: number; oldest: string }[];
  failed: { jobs: number; oldest: string | null };
  held: { reports: number };
  latency: { p50: number | null; p95: number | null; count: number };
  series: { at: number[]; instances: number[]; reports: number[]; p95: (number | null)[] };
  ready: boolean;
  not_ready: ReasonMessage[];
  alerts: Alert[];
  pauses: Pause[];
}
export interface Job {
  id: number;
  kind: string;
  state: string;
  study: string | null;
  accession_number: string | null;
  subject: string | null;
  attempt: number;
  failures: number;
  run_at: string;
  created_at: string;
  finished_at: string | null;
  reason: string | null;
  detail: string | null;
  advice: string | null;
}
export interface Study {
  id: number;
  study_instance_uid: string;
  accession_number: string | null;
  patient_id: string | null;
  study_date: string | null;
  description: string | null;
  state: string;
  instances: number;
  first_received_at: string;
  last_received_at: string | null;
}
export interface TimelineEntry {
  at: string;
  what: string;
  stuck: boolean;
  next: string;
}
export interface StudyScore {
  model: string;
  version: string;
  status: string;
  label: string | null;
  endpoint: string;
  score: number | null;
  unit: string | null;
  category: string | null;
  reason: string | null;
}
export interface StudyReport {
  sop_instance_uid: string | null;
  destination: string | null;
  created_at: string;
  sent_at: string | null;
}
export interface StudyDetail {
  study: Study;
  timeline: TimelineEntry[];
  scores: StudyScore[];
  reports: StudyReport[];
}
export type Right = "store" | "query" | "echo";
export interface Peer {
  name: string;
  ae_title: string;
  host: string;
  port: number;
  may: Right[];
  receives_reports: boolean;
  purpose: "test" | "research" | "clinical_study" | null;
  responsible: string | null;
  valid_until: string | null;
  networks: string[];
  tls: boolean;
  certificate: string | null;
  last_seen_at: string | null;
  last_refused_at: string | null;
}
export type PeerSettings = Omit<Peer, "name" | "last_seen_at" | "last_refused_at">;
export interface CheckStep {
  step: string;
  outcome: "passed" | "failed" | "skipped";
  detail: string;
  advice: string;
}
export interface Refused {
  id: number;
  calling: string;
  called: string;
  address: string;
  reason: string;
  message: string;
  advice: string | null;
  /** A peer that is added or changed here mends it. */
  admissible: boolean;
  count: number;
  first_at: string;
  last_at: string;
  near: string | null;
}
export interface Change {
  id: number;
  at: string;
  who: string;
  what: string;
  subject: string;
  reason: string | null;
  old: unknown;
  new: unknown;
}
export interface Model {
  name: string;
  version: string;
  status: string;
  endpoint: string;
  needs: { input: string; source: string; had: number; missing: number }[];
  assessed: number;
  could_not: number;
}
export interface System {
  disk: { path: string; answers: boolean; total: number; free: number; forecast_days: number | null; high_water: boolean }[];
  certificates: { path: string; subject: string; expires_at: string | null; days: number | null }[];
  roles: { role: string; host: string; processes: number; since: string }[];
  database: { version: string; size: number };
  version: string;
  schema: string;
}

/** A request that the service answered with anything but success, or did not answer. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

let csrf = "";
let signedOut: () => void = () => undefined;

/** Called when the service says that nobody is signed in any more. */
export function onSignedOut(callback: () => void): void {
  signedOut = callback;
}

export async function request<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRF-Token"] = csrf;
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    });
  } catch {
    throw new RequestError(0, "no_answer", "The service does not answer. Is it running? Try: systemctl status glisson");
  }
  const text = await response.text();
  let answer: unknown = null;
  try {
    answer = text === "" ? null : JSON.parse(text);
  } catch {
    throw new RequestError(response.status, "no_json", `The service answered with status ${response.status} and no JSON.`);
  }
  if (!response.ok) {
    const { error = "failed", message = `The service answered with status ${response.status}.` } = (answer ?? {}) as {
      error?: string;
      message?: string;
    };
    if (response.status === 401 && path !== "/api/login") signedOut();
    throw new RequestError(response.status, error, message);
  }
  return answer as T;
}

function keepSession(session: Session): Session {
  csrf = session.csrf;
  return session;
}

export const getSession = async () => keepSession(await request<Session>("GET", "/api/session"));
export const signIn = async (name: string, password: string) =>
  keepSession(await request<Session>("POST", "/api/login", { name, password }));
export const setUp = async (token: string, name: string, password: string) =>
  keepSession(await request<Session>("POST", "/api/setup", { token, name, password }));
export const signOut = () => request<unknown>("POST", "/api/logout");

export function query(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
