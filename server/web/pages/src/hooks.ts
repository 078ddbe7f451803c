import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { request, RequestError } from "./api";

export interface Resource<T> {
  data: T | null;
  error: RequestError | null;
  /** When `data` was last true, in milliseconds since 1970. */
  at: number | null;
  reload: () => void;
}

/** Reads `path` now and every `seconds`, but not while the page is hidden. Old data stay while an error lasts. */
export function useResource<T>(path: string, seconds: number | null = 10): Resource<T> {
  const [state, setState] = useState<{ path: string; data: T | null; error: RequestError | null; at: number | null }>({
    path,
    data: null,
    error: null,
    at: null,
  });
  const asked = useRef(0);
  const reload = useCallback(() => {
    const mine = ++asked.current;
    request<T>("GET", path).then(
      (data) => mine === asked.current && setState({ path, data, error: null, at: Date.now() }),
      (error: RequestError) =>
        mine === asked.current && setState((old) => (old.path === path ? { ...old, error } : { path, data: null, error, at: null })),
    );
  }, [path]);
  useEffect(() => {
    reload();
    if (seconds === null) return;
    const timer = setInterval(() => !document.hidden && reload(), seconds * 1000);
    const shown = () => !document.hidden && reload();
    document.addEventListener("visibilitychange", shown);
    return () => {
      asked.current += 1;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [reload, seconds]);
  const current = state.path === path;
  return { data: current ? state.data : null, error: current ? state.error : null, at: current ? state.at : null, reload };
}

/** One action at a time, with its error in words. */
export function useAction(): { busy: boolean; error: string; run: (action: () => Promise<unknown>) => Promise<boolean> } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const run = useCallback(async (action: () => Promise<unknown>) => {
    setBusy(true);
    setError("");
    try {
      await action();
      return true;
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, error, run };
}

export interface Place {
  path: string;
  search: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, search: new URLSearchParams(location.search) });

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** The address bar. Links within the pages are followed without loading the document again. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = () => setPlace(here());
    const followed = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element | null)?.closest("a");
      if (!link || link.target !== "" || link.origin !== location.origin || link.hasAttribute("download")) return;
      if (link.hash !== "" && link.pathname === location.pathname) return;
      event.preventDefault();
      go(link.pathname + link.search);
    };
    addEventListener("popstate", moved);
    document.addEventListener("click", followed);
    return () => {
      removeEventListener("popstate", moved);
      document.removeEventListener("click", followed);
    };
  }, []);
  return place;
}
