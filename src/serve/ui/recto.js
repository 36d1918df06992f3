// Suggestions in the search boxes, as the ARIA combobox pattern has them. Every page is whole without this script:
// what a box needs for it is added here, so that without it nothing promises more than there is.
"use strict";

const PAUSE = 120; // milliseconds without a key before a question is asked

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const box = form.querySelector("input[name=q]");
  if (box) suggestIn(form, box, form.dataset.suggest);
}

function suggestIn(form, box, address) {
  const list = document.createElement("ul");
  list.id = box.id + "-suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  let suggestions = [];
  let chosen = -1;
  let typed = box.value;
  let timer = 0;
  let question = null;

  function close() {
    clearTimeout(timer);
    question?.abort();
    suggestions = [];
    chosen = -1;
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function option(suggestion, place) {
    const item = document.createElement("li");
    item.id = list.id + "-" + place;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("bdi");
    const note = document.createElement("span");
    if (suggestion.kind === "word") {
      text.textContent = suggestion.query;
      note.textContent = suggestion.reports === 1 ? "1 report" : suggestion.reports.toLocaleString("en") + " reports";
    } else {
      text.textContent = suggestion.text;
      note.textContent = "open report";
    }
    item.append(text, " ", note);
    // The box must not lose the focus to a press on the list.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => follow(suggestion));
    return item;
  }

  function show(found) {
    suggestions = found;
    chosen = -1;
    list.replaceChildren(...found.map(option));
    list.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(found.length > 0));
    box.removeAttribute("aria-activedescendant");
    status.textContent = found.length === 1 ? "1 suggestion" : found.length + " suggestions";
  }

  function choose(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const item = list.children[place];
    if (item) {
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", item.id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
    // What would be searched for stands in the box; a title is opened, not searched for.
    box.value = suggestions[place]?.kind === "word" ? suggestions[place].query : typed;
  }

  function follow(suggestion) {
    if (suggestion.kind === "word") {
      box.value = suggestion.query;
      close();
      form.requestSubmit();
    } else {
      location.assign(suggestion.url);
    }
  }

  async function ask() {
    question?.abort();
    question = new AbortController();
    const q = box.value;
    try {
      const answer = await fetch(address + "?" + new URLSearchParams({ q }), { signal: question.signal });
      if (!answer.ok) return close();
      const { suggestions: found } = await answer.json();
      // An answer that was overtaken by the next key is of no use.
      if (box.value === q && document.activeElement === box) show(found);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  box.addEventListener("input", () => {
    typed = box.value;
    clearTimeout(timer);
    if (typed.trim() === "") return close();
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = suggestions.length - 1;
    if (event.key === "ArrowDown" && last < 0) {
      if (box.value.trim() !== "") ask();
    } else if (event.key === "ArrowDown") {
      choose(chosen === last ? -1 : chosen + 1);
    } else if (event.key === "ArrowUp" && last >= 0) {
      choose(chosen === -1 ? last : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      follow(suggestions[chosen]);
    } else if (event.key === "Escape" && last >= 0) {
      box.value = typed;
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
}
