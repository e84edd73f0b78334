// Day, auto or night without loading the page again; the server keeps the choice in its cookie.

export function enhanceLight() {
  for (const form of document.querySelectorAll("form[data-light-choice]")) {
    form.addEventListener("submit", (event) => {
      const chosen = event.submitter?.value;
      if (!chosen) return;
      event.preventDefault();
      for (const button of form.querySelectorAll("button[name=light]")) {
        button.setAttribute("aria-pressed", String(button.value === chosen));
      }
      if (chosen === "auto") delete document.documentElement.dataset.light;
      else document.documentElement.dataset.light = chosen;
      const body = new FormData(form, event.submitter);
      fetch(form.action, { method: "POST", body, redirect: "manual" });
    });
  }
}
