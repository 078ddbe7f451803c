import { createContext } from "preact";
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const key = "glisson-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const chosen = (): Theme | null => {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : null;
};

const Context = createContext<[Theme, (theme: Theme) => void]>(["light", () => undefined]);

/** The system's preference until somebody switches. */
export function ThemeProvider({ children }: { children: ComponentChildren }) {
  const [theme, setTheme] = useState<Theme>(chosen() ?? (dark.matches ? "dark" : "light"));
  document.documentElement.dataset["theme"] = theme;
  useEffect(() => {
    const changed = () => chosen() ?? setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  }, []);
  const choose = (value: Theme) => {
    localStorage.setItem(key, value);
    setTheme(value);
  };
  return <Context.Provider value={[theme, choose]}>{children}</Context.Provider>;
}

export const useTheme = () => useContext(Context);
