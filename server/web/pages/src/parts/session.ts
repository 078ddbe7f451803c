import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../api";

export const SessionContext = createContext<Session | null>(null);

/** True for accounts that may change something. Hides what would be refused; the service decides. */
export const useAdministrator = (): boolean => useContext(SessionContext)?.account?.role === "administrator";
