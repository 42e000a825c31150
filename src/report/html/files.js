/* ---- Files: a tree that can be searched ---- */

// Rows that are made at once; the rest waits for a button.
const CHUNK = 200;
// Up to so many entries, all folders are open at first.
const FEW = 40;

/** Details whose inside is made when they are opened for the first time. */
function lazyDetails(summary, inside, open) {
  const details = el("details", {}, el("summary", {}, summary));
  const make = () => {
    if (details.childElementCount === 1) details.append(inside());
  };
  details.addEventListener("toggle", () => details.open && make());
  if (open) {
    make();
    details.open = true;
  }
  return details;
}

/** Appends items to a list, a chunk at a time. */
function appendChunk(list, items, from, make) {
  const end = Math.min(items.length, from + CHUNK);
  for (let i = from; i < end; ++i) list.append(el("li", {}, make(items[i])));
  if (end === items.length) return;
  const button = el("button", { type: "button" },
    `Show ${Math.min(CHUNK, items.length - end)} more of ${(items.length - end).toLocaleString("en")}`);
  const row = el("li", { class: "more" }, button);
  button.addEventListener("click", () => {
    row.remove();
    appendChunk(list, items, end, make);
    const next = list.children[end];
    (next.querySelector("summary") || next).focus();
  });
  list.append(row);
}

function entryView(entry, name) {
  const aspects = entry.aspects.map((aspect) => aspect.name).join(", ");
  return lazyDetails([state(entry.state), " ", el("span", { class: "mono" }, name), " ",
    el("span", { class: "aspects" }, aspects)], () => entryBody(entry), false);
}

function entryBody(entry) {
  const body = el("div", { class: "entry-body" });
  const from = entry.ramdisk_before === undefined ? "" : `, before in ramdisk ${entry.ramdisk_before}`;
  body.append(el("p", { class: "quiet" }, el("span", { class: "mono" }, entry.path), ` in ramdisk ${entry.ramdisk}${from}`));
  if (entry.aspects.length > 0)
    body.append(table(`What differs of ${entry.path}`, ["Aspect", "Before", "After"],
      entry.aspects.map((aspect) => [aspect.name, code(aspect.before), code(aspect.after)]),
      { Before: "value", After: "value" }));
  const content = entry.content;
  if (!content) return body;
  body.append(el("p", {}, `Content: ${content.size_before_bytes.toLocaleString("en")} \u2192 ` +
    plural(content.size_after_bytes, "byte")));
  if (content.difference) body.append(...contentOf(content.difference, entry.path));
  return body;
}

/** Entries -> folders within folders. */
function treeOf(entries) {
  const root = { folders: new Map(), entries: [], count: 0 };
  for (const entry of entries) {
    const parts = entry.path.split("/").filter((part) => part !== "");
    const name = parts.pop() || "/";
    let folder = root;
    ++folder.count;
    for (const part of parts) {
      if (!folder.folders.has(part)) folder.folders.set(part, { folders: new Map(), entries: [], count: 0 });
      folder = folder.folders.get(part);
      ++folder.count;
    }
    folder.entries.push([name, entry]);
  }
  return root;
}

function folderView(folder, open, list = el("ul")) {
  const items = [...folder.folders].map(([name, inner]) => ({ name, inner }))
    .concat(folder.entries.map(([name, entry]) => ({ name, entry })));
  appendChunk(list, items, 0, ({ name, inner, entry }) => {
    if (entry) return entryView(entry, name);
    // A folder that holds one folder only is shown with it.
    while (inner.entries.length === 0 && inner.folders.size === 1) {
      const [next, deeper] = [...inner.folders][0];
      name += `/${next}`;
      inner = deeper;
    }
    return lazyDetails([el("span", { class: "mono" }, `${name}/`), " ",
      el("span", { class: "aspects" }, plural(inner.count, "entry", "entries"))],
      () => folderView(inner, open), open);
  });
  return list;
}

function showFiles() {
  const body = byId("files-body");
  if (!data.ramdisks) {
    body.append(el("p", {}, "The ramdisks are the same, or there are none to compare."));
    return;
  }
  const entries = data.ramdisks.entries;
  const search = el("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
  const filter = el("select", { id: "filter" }, el("option", { value: "" }, "all"),
    ["changed", "added", "removed", "moved"].map((name) => el("option", { value: name }, STATES[name].join(" "))));
  const count = el("p", { id: "count", class: "quiet", role: "status", "aria-live": "polite" });
  const list = el("ul", { class: "tree", id: "tree" });
  const unlisted = Math.max(data.ramdisks.unlisted_before, data.ramdisks.unlisted_after);
  body.append(
    el("p", { class: "quiet" }, `${entries.length.toLocaleString("en")} differ, ` +
      `${data.ramdisks.same.toLocaleString("en")} are the same` +
      (unlisted > 0 ? `, ${unlisted.toLocaleString("en")} were only counted` : "") + "."),
    el("form", { class: "tools", role: "search" },
      el("div", { class: "grow" }, el("label", { for: "search" }, "Search by path"), search),
      el("div", {}, el("label", { for: "filter" }, "State"), filter)),
    count, list);
  const lower = entries.map((entry) => entry.path.toLowerCase());
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    list.replaceChildren();
    if (words.length === 0 && filter.value === "") {
      count.textContent = `All ${entries.length.toLocaleString("en")} entries that differ, by folder.`;
      folderView(treeOf(entries), entries.length <= FEW, list);
      return;
    }
    const found = entries.filter((entry, i) => (filter.value === "" || entry.state === filter.value) &&
      words.every((word) => lower[i].includes(word)));
    count.textContent = `${found.length.toLocaleString("en")} of ${entries.length.toLocaleString("en")} entries match.`;
    appendChunk(list, found, 0, (entry) => entryView(entry, entry.path));
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 80);
  });
  filter.addEventListener("change", show);
  search.form.addEventListener("submit", (event) => event.preventDefault());
  show();
}
