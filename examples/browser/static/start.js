// Loads the module, whose `start` connects the page.
import load from "./page.js";

load().catch((error) => {
  document.getElementById("status").textContent = `The page cannot be started: ${error}`;
});
