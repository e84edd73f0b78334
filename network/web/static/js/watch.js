// The watch button without loading the page again. Without this file the same form sends one there and back.

function enhance(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Vigie-Fragment": "1" },
      });
    } catch {
      answer = null;
    }
    if (!answer || !answer.ok || answer.redirected) {
      form.submit();
      return;
    }
    const drawn = document.createRange().createContextualFragment(await answer.text());
    const fresh = drawn.querySelector("form");
    const status = fresh.querySelector("[role=status]");
    const sentence = status.textContent;
    status.textContent = "";
    form.replaceWith(fresh);
    enhance(fresh);
    fresh.querySelector("button").focus();
    status.textContent = sentence; // set after it is in the page, so that it is read out
  });
}

for (const form of document.querySelectorAll("form[data-watch]")) enhance(form);
