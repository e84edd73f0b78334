// Search as one types. In the bar, suggestions drop down (the ARIA combobox pattern); on the search page the results
// themselves follow the words. Both are HTML that the server drew, so there is one look and one language.

const PAUSE = 90; // ms without a key before asking: below it a fast typist asks twice a word
const EMPTY = "";

export function enhanceFinders() {
  for (const form of document.querySelectorAll("form[data-finder]")) {
    const results = document.querySelector("[data-results]");
    if (form.closest(".finder-page") && results) followWords(form, results);
    else dropSuggestions(form);
  }
  if (navigator.platform.startsWith("Mac")) {
    for (const key of document.querySelectorAll(".finder-key")) key.textContent = "⌘ K";
  }
  document.addEventListener("keydown", focusOnShortcut);
}

// With a modifier on purpose: a single letter as a shortcut gets in the way of speech input (WCAG 2.1.4)
function focusOnShortcut(event) {
  if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  const input = document.querySelector("form[data-finder] input[type=search]");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
}

/** Call `show(html, words)` with the answer to the last words typed; earlier answers that come late are dropped. */
function asker(address, show) {
  let timer = 0;
  let running = null;
  return (words) => {
    clearTimeout(timer);
    running?.abort();
    timer = setTimeout(async () => {
      running = new AbortController();
      const target = new URL(address, window.location.href);
      target.searchParams.set("q", words);
      try {
        const answer = await fetch(target, { headers: { "X-Vigie-Fragment": "1" }, signal: running.signal });
        if (answer.redirected) window.location.reload(); // the session has ended
        else show(await answer.text(), words, answer.ok);
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, PAUSE);
  };
}

function followWords(form, results) {
  const input = form.querySelector("input[type=search]");
  const ask = asker(form.action, (html, words) => {
    results.innerHTML = html;
    results.removeAttribute("aria-busy");
    const here = new URL(window.location.href);
    if (words) here.searchParams.set("q", words);
    else here.searchParams.delete("q");
    window.history.replaceState(null, EMPTY, here);
  });
  let asked = input.value.trim();
  input.addEventListener("input", () => {
    const words = input.value.trim();
    if (words === asked) return;
    asked = words;
    results.setAttribute("aria-busy", "true");
    ask(words);
  });
  const links = () => [...results.querySelectorAll("a[data-hit]")];
  const step = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = links();
    if (all.length === 0) return;
    event.preventDefault();
    const place = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (place < 0) input.focus();
    else all[Math.min(place, all.length - 1)].focus();
  };
  input.addEventListener("keydown", step);
  results.addEventListener("keydown", step);
}

function dropSuggestions(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  let current = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const open = (is) => {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is && options().length > 0));
    const box = list.querySelector("[role=listbox]");
    if (is && box) input.setAttribute("aria-controls", box.id);
    else input.removeAttribute("aria-controls");
    if (!is) choose(-1);
  };
  const choose = (place) => {
    current = place;
    options().forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    const chosen = options()[place];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const ask = asker(form.dataset.suggestions, (html, words, isOk) => {
    if (input.value.trim() !== words) return;
    list.innerHTML = isOk ? html : EMPTY;
    open(Boolean(words) && isOk);
  });

  input.addEventListener("input", () => {
    const words = input.value.trim();
    if (words) ask(words);
    else open(false);
  });
  input.addEventListener("focus", () => {
    if (input.value.trim() && list.innerHTML) open(true);
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === "ArrowDown" && all.length > 0) {
      event.preventDefault();
      if (list.hidden) open(true);
      choose(Math.min(current + 1, all.length - 1));
    } else if (event.key === "ArrowUp" && all.length > 0) {
      event.preventDefault();
      choose(Math.max(current - 1, -1));
    } else if (event.key === "Enter" && all[current]) {
      event.preventDefault();
      window.location.assign(all[current].dataset.href);
    }
  });
  // Mouse down, not click: the input must keep its focus until the choice is made
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) window.location.assign(option.dataset.href);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) open(false);
  });
}
