// "Find video": one row is chosen at a time, in the list, on the map and in the timeline alike,
// and single keys move along the list. The page works without any of it.
const page = document.querySelector("[data-module='find-video']");
const BESIDE = window.matchMedia("(min-width: 75em)");
const KEYS_OFF = "find-video-keys-off";
const JUMP = /^#candidate-(\d+)$/;

const rows = [...(page?.querySelectorAll("tr[data-candidate]") ?? [])];
const words = page?.querySelector("[data-chosen-words]");
let chosen = null;
let map = null;

function rowOf(candidate) {
  return rows.find((row) => row.dataset.candidate === candidate);
}

function barOf(candidate) {
  return page.querySelector(`a.office-bar[data-candidate="${candidate}"]`);
}

// The same recording everywhere. `isTold` reads its words out, where the list is not looked at.
function choose(candidate, { isTold = false } = {}) {
  if (chosen !== candidate) {
    mark(chosen, false);
    chosen = candidate;
    mark(chosen, true);
    map?.choose(chosen);
    words.setAttribute("aria-live", isTold ? "polite" : "off");
    tell(candidate);
  }
}

function mark(candidate, isChosen) {
  const row = candidate && rowOf(candidate);
  if (!row) {
    return;
  }
  row.classList.toggle("office-row--chosen", isChosen);
  row.toggleAttribute("aria-current", isChosen);
  if (isChosen) {
    row.setAttribute("aria-current", "true");
  }
  const bar = barOf(candidate);
  bar?.classList.toggle("office-bar--chosen", isChosen);
  if (isChosen && bar) {
    bringIntoPane(bar);
  }
}

// Only the timeline's own pane moves, never the page.
function bringIntoPane(bar) {
  const pane = bar.closest(".office-timeline__pane");
  const [inner, outer] = [bar.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (inner.top < outer.top) {
    pane.scrollTop -= outer.top - inner.top + 4;
  } else if (inner.bottom > outer.bottom) {
    pane.scrollTop += inner.bottom - outer.bottom + 4;
  }
}

function tell(candidate) {
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = `#candidate-${candidate}`;
  link.textContent = "Go to its row";
  const label = barOf(candidate)?.getAttribute("aria-label") ?? "";
  words.replaceChildren(label.replace(/Go to its row$/, ""), link);
}

function goTo(row) {
  choose(row.dataset.candidate);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const first = page.querySelector("#list ~ .portal-scroll tr[data-candidate]") ?? rows[0];
  const at = rows.indexOf(chosen && rowOf(chosen));
  const next = at < 0 ? first : rows[at + by];
  if (next) {
    goTo(next);
  }
}

function followAddress() {
  const found = location.hash.match(JUMP);
  const row = found && rowOf(found[1]);
  if (row) {
    goTo(row);
  }
}

// Keys. A letter is a key only outside boxes that take letters, and can be switched off.
const TYPING = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";

const DEEDS = {
  j: () => step(1),
  k: () => step(-1),
  c: (row) => row?.querySelector("[data-confirm]")?.click(),
  r: (row) => row?.querySelector("[data-why]")?.focus(),
  x: (row) => row?.querySelector("input[type=checkbox]")?.click(),
  o: (row) => row?.querySelector("[data-open]")?.click(),
  "?": () => showKeys(true),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
    return;
  }
  const row = event.target.closest?.("tr[data-candidate]");
  if (event.key === "Escape" && row && event.target !== row) {
    goTo(row);
  } else if (event.target === row && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (areKeysOn() && !event.target.matches?.(TYPING) && !event.repeat) {
    const deed = DEEDS[event.key.toLowerCase()];
    if (deed) {
      event.preventDefault();
      deed(row ?? (chosen && rowOf(chosen)));
    }
  } else if (areKeysOn() && !event.target.matches?.(TYPING) && "jk".includes(event.key)) {
    event.preventDefault();
    step(event.key === "j" ? 1 : -1);
  }
}

function areKeysOn() {
  return sessionStorage.getItem(KEYS_OFF) === null;
}

function showKeys(isShown) {
  const button = page.querySelector("[data-keys-button]");
  page.querySelector("[data-keys-panel]").hidden = !isShown;
  button.setAttribute("aria-expanded", String(isShown));
  if (isShown) {
    button.focus();
  }
}

function offerKeys() {
  const button = page.querySelector("[data-keys-button]");
  const box = page.querySelector("[data-keys-on]");
  page.querySelector("[data-keys]").hidden = false;
  button.addEventListener("click", () => showKeys(page.querySelector("[data-keys-panel]").hidden));
  box.checked = areKeysOn();
  box.addEventListener("change", () => {
    if (box.checked) {
      sessionStorage.removeItem(KEYS_OFF);
    } else {
      sessionStorage.setItem(KEYS_OFF, "yes");
    }
  });
  document.addEventListener("keydown", onKey);
}

async function offerMap() {
  const place = page.querySelector("[data-map-here]");
  if (!place) {
    return;
  }
  // Without an answer the sketch stays, which the page came with.
  const asked = fetch(page.dataset.map, { headers: { Accept: "application/json" } });
  const answer = await asked.catch(() => null);
  if (!answer?.ok) {
    return;
  }
  const { drawMap } = await import("./find_video_map.js");
  const facts = await answer.json();
  page.querySelector("[data-sketch]").hidden = true;
  place.hidden = false;
  map = drawMap(place, facts, (candidate) => choose(candidate, { isTold: true }));
  map.choose(chosen);
}

function onNumber(event) {
  const link = event.target.closest("[data-choose]");
  const row = event.target.closest("tr[data-candidate]");
  if (!row) {
    return;
  }
  choose(row.dataset.candidate, { isTold: Boolean(link) });
  if (link) {
    event.preventDefault();
    if (!BESIDE.matches) {
      page.querySelector("#pictures").focus();
    }
  }
}

if (rows.length) {
  page.classList.add("office-finding--live");
  page.addEventListener("click", onNumber);
  page.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-candidate]");
    if (row) {
      choose(row.dataset.candidate);
    }
  });
  window.addEventListener("hashchange", followAddress);
  offerKeys();
  followAddress();
  offerMap();
}
