// A file on its way: it can be dropped on the sheet, its name is shown, and the button says that we are reading.

export function enhanceUploads() {
  for (const form of document.querySelectorAll("form[data-upload]")) {
    const field = form.querySelector("input[type=file][name=ledger]");
    const zone = form.querySelector("[data-drop]");
    const named = form.querySelector("[data-file-name]");
    const button = form.querySelector("button[type=submit]");

    const show = () => {
      const file = field.files[0];
      named.textContent = file ? file.name : named.dataset.nothing;
      zone.classList.toggle("has-file", Boolean(file));
    };
    zone.classList.add("is-live");
    zone.addEventListener("click", (event) => {
      if (event.target !== field && !event.target.closest("label")) field.click();
    });
    field.addEventListener("change", show);
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      zone.addEventListener(kind, () => zone.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length === 0) return;
      field.files = event.dataTransfer.files;
      show();
    });
    form.addEventListener("submit", () => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
      button.textContent = button.dataset.busy;
    });
    // Back from the receipt, the browser shows the page as it was left
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
    show();
  }
}
