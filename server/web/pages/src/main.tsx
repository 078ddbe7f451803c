import { render } from "preact";
import { App } from "./app";
import { ThemeProvider } from "./parts/theme";
import "./style.css";

const place = document.getElementById("pages");
if (place) {
  place.textContent = "";
  render(
    <ThemeProvider>
      <App />
    </ThemeProvider>,
    place,
  );
}
