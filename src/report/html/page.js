"use strict";

// Draws the page from the document that stands in the element #data: what `reproduce diff --json`
// prints, schema reproduce/diff/1. All text of it may be hostile: it becomes text nodes and values
// of attributes that hold no code, never markup.

const data = JSON.parse(document.getElementById("data").textContent);

// Rows that are made at once; the rest waits for a button.
const CHUNK = 200;
// Up to so many entries, all folders are open at first.
const FEW = 40;

const STATES = {
  same: ["=", "same"],
  changed: ["~", "changed"],
  added: ["+", "added"],
  removed: ["\u2212", "removed"],
  moved: [">", "moved"],
};

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. */
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function state(name) {
  const [sign, word] = STATES[name];
  return el("span", { class: `state ${name}` }, `${sign} ${word}`);
}

/** A table that scrolls by itself when it is too wide, which a keyboard can do as well. */
function table(caption, heads, rows, classes = {}) {
  const head = el("tr", {}, heads.map((text) => el("th", { scope: "col", class: classes[text] }, text)));
  const body = rows.map((cells) =>
    el("tr", {}, cells.map((cell, i) =>
      i === 0 ? el("th", { scope: "row" }, cell) : el("td", { class: classes[heads[i]] }, cell))));
  const whole = el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, body));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, whole);
}

const code = (text) => el("code", {}, text === "" ? "\u2013" : text);

/* ---- What it is, and why ---- */

function showHead() {
  byId("title").append(data.before.file, " \u2192 ", data.after.file);
  const moved = data.registers.filter((pcr) => pcr.moved).map((pcr) => pcr.name);
  const verdict = byId("verdict");
  verdict.classList.add(data.registers_moved ? "moved" : "kept");
  if (data.same) verdict.textContent = "= The same, byte for byte";
  else if (data.registers_moved) verdict.textContent = `\u2260 Different: ${moved.join(", ")} moved`;
  else verdict.textContent = "= Same measurements, different files";
  byId("headline").append(...data.headline.map((sentence) => el("li", {}, sentence)));
  if (data.culprits.length > 0)
    byId("culprits").append(
      el("h3", {}, "Usual causes that were recognised"),
      ...data.culprits.map((culprit) =>
        el("div", { class: "culprit" },
          el("p", {}, el("strong", {}, culprit.name), ": ", culprit.words),
          el("p", {}, "What to do: ", culprit.advice))));
  const faults = [data.before, data.after].filter((side) => side.fault);
  const notes = faults.map((side) => `${side.file} is malformed: ${side.fault}`).concat(data.notes);
  if (notes.length > 0)
    byId("notes").append(el("h3", {}, "Notes"), el("ul", {}, notes.map((note) => el("li", {}, note))));
}

function showContents() {
  for (const section of document.querySelectorAll("main > section:not([hidden])")) {
    const heading = section.querySelector("h2").textContent;
    byId("contents").append(el("li", {}, el("a", { href: `#${section.id}` }, heading)));
  }
}

/* ---- The two images as strips ---- */

/** Places sections along a strip: as large as they are, and wide enough to be seen. */
function layOut(side, width) {
  const present = data.sections.filter((section) => section[side]);
  const total = present.reduce((sum, section) => sum + section[side].size_bytes, 0) || 1;
  const least = Math.min(10, width / (present.length || 1));
  const widths = present.map((section) => Math.max(least, (section[side].size_bytes / total) * width));
  const scale = width / (widths.reduce((sum, one) => sum + one, 0) || 1);
  const places = present.map((section, i) => [section, i]).sort((a, b) =>
    a[0][side].payload_offset - b[0][side].payload_offset);
  const boxes = new Map();
  let x = 0;
  for (const [section, i] of places) {
    boxes.set(section, { x, width: widths[i] * scale });
    x += widths[i] * scale;
  }
  return boxes;
}

function strip(side, boxes, y, height) {
  const group = draw("g");
  for (const [section, box] of boxes) {
    const differs = section.state !== "same";
    group.append(draw("rect", { x: box.x, y, width: Math.max(box.width - 2, 1), height, rx: 3,
      class: differs ? "box differs" : "box" }));
    const size = section[side].size_bytes || 1;
    for (const range of section.ranges) {
      if (range.offset >= size) continue;
      const start = (range.offset / size) * (box.width - 2);
      const length = Math.max(2, (range.size_bytes / size) * (box.width - 2));
      const at = Math.min(start, Math.max(box.width - 2 - length, 0));
      group.append(draw("rect", { x: box.x + at, y: y + height * 0.55, height: height * 0.45,
        width: Math.min(length, Math.max(box.width - 2 - at, 1)), class: "range" }));
    }
    const label = `${STATES[section.state][0]} ${section.name}`;
    if (box.width > label.length * 7.2 + 8) group.append(draw("text", { x: box.x + 6, y: y + 19 }, label));
  }
  return group;
}

function drawStrips(width) {
  const [top, height, gap] = [22, 52, 46];
  const before = layOut("before", width);
  const after = layOut("after", width);
  const below = top + height + gap;
  const bands = [];
  for (const [section, box] of before) {
    const other = after.get(section);
    if (!other) continue;
    bands.push(draw("path", { class: section.state === "same" ? "band" : "band differs",
      d: `M${box.x} ${top + height} h${box.width - 2} L${other.x + other.width - 2} ${below} h${2 - other.width} Z` }));
  }
  return draw("svg", { viewBox: `0 0 ${width} ${below + height + 2}`, role: "img",
    "aria-label": "The sections of both images, one above the other, as large as they are. " +
      "The table below says the same in words." },
    draw("defs", {}, draw("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" }, draw("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch-line" }))),
    draw("text", { x: 0, y: 14, class: "label" }, `before, ${plural(data.before.size_bytes, "byte")}`),
    bands,
    strip("before", before, top, height),
    draw("text", { x: 0, y: below - 8, class: "label" }, `after, ${plural(data.after.size_bytes, "byte")}`),
    strip("after", after, below, height));
}

function showImages() {
  if (data.sections.length === 0) {
    byId("images").hidden = true;
    return;
  }
  redrawn(byId("strips"), drawStrips,
    "Each box is a section; hatched are the bytes that differ. ~ changed, + added, \u2212 removed, = same.");
  const place = (at) => (at ? `${at.size_bytes.toLocaleString("en")} at 0x${at.payload_offset.toString(16)}` : "\u2013");
  byId("section-table").append(table("Sections: bytes of their payloads, and where those begin",
    ["Section", "State", "Before", "After", "Differing ranges", "Feeds"],
    data.sections.map((section) => [section.name, state(section.state), place(section.before),
      place(section.after), ranges(section), section.registers.join(", ") || "no register"]),
    { "Differing ranges": "long" }));
}

function ranges(section) {
  if (section.ranges.length === 0) return "\u2013";
  const shown = section.ranges.slice(0, 3).map((range) =>
    `${plural(range.size_bytes, "byte")} from 0x${range.offset.toString(16)} on`);
  const rest = section.ranges.length - shown.length;
  return shown.join("; ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** A figure that is drawn anew when its width changes. */
function redrawn(place, drawing, caption) {
  const holder = el("div");
  place.append(el("figure", {}, holder, el("figcaption", {}, caption)));
  let last = 0;
  const redraw = () => {
    const width = Math.max(280, Math.floor(holder.clientWidth));
    if (width === last) return;
    last = width;
    holder.replaceChildren(drawing(width));
  };
  redraw();
  new ResizeObserver(redraw).observe(holder);
}

/* ---- Registers ---- */

function drawChain(width) {
  const row = 44;
  const rows = Math.max(data.sections.length, data.registers.length, 1);
  const left = Math.min(300, width * 0.42);
  const right = Math.min(220, width * 0.42);
  const y = (i, count) => ((i + 0.5) * rows * row) / count - 17;
  const node = (x, top, wide, text, differs) => draw("g", {},
    draw("rect", { x: x + 1, y: top, width: wide - 2, height: 34, rx: 6, class: differs ? "box differs" : "box" }),
    draw("text", { x: x + 10, y: top + 22, class: differs ? "strong" : "" }, text));
  const wires = [];
  const nodes = [];
  const cut = (text) => (text.length * 7.6 > left ? `${text.slice(0, Math.floor(left / 7.6) - 1)}\u2026` : text);
  data.sections.forEach((section, i) => {
    const top = y(i, data.sections.length);
    const differs = section.state !== "same";
    nodes.push(node(0, top, left, cut(`${STATES[section.state][0]} ${section.name}`), differs));
    data.registers.forEach((pcr, j) => {
      if (!section.registers.includes(pcr.name)) return;
      const end = y(j, data.registers.length) + 17;
      const middle = (left + width - right) / 2;
      const wire = draw("path", { class: differs && pcr.moved ? "wire differs" : "wire",
        d: `M${left} ${top + 17} C${middle} ${top + 17} ${middle} ${end} ${width - right} ${end}` });
      if (differs) wires.push(wire);
      else wires.unshift(wire);  // below the others
    });
  });
  data.registers.forEach((pcr, j) => nodes.push(node(width - right, y(j, data.registers.length), right,
    `${pcr.name} ${registerWord(pcr)}`, pcr.moved)));
  return draw("svg", { viewBox: `0 0 ${width} ${rows * row}`, role: "img",
    "aria-label": "Lines from each section to the registers that it feeds; the tables say the same." }, wires, nodes);
}

function registerWord(pcr) {
  if (!pcr.compared) return "not compared";
  return pcr.moved ? "\u2260 moved" : "= untouched";
}

function showRegisters() {
  if (data.sections.length > 0 && data.registers.length > 0)
    redrawn(byId("chain"), drawChain,
      "What a section holds goes into the registers to which its lines lead: " +
      "PCR = SHA-384(48 zero bytes, SHA-384(the bytes)). Thick lines carry a difference.");
  byId("register-table").append(table("Registers", ["Register", "State", "Before", "After"],
    data.registers.map((pcr) => [pcr.name,
      el("span", { class: `state ${pcr.moved ? "changed" : "same"}` }, registerWord(pcr)),
      code(pcr.before || ""), code(pcr.after || "")]), { Before: "value", After: "value" }));
}

/* ---- What differs within a file ---- */

/** What two lines have in common at both ends, so that the middle can be marked. */
function marked(text, other) {
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) ++start;
  let end = 0;
  while (end < text.length - start && end < other.length - start &&
    text[text.length - 1 - end] === other[other.length - 1 - end]) ++end;
  if (start + end === 0) return [text];  // nothing in common: the line itself says enough
  return [text.slice(0, start), el("mark", {}, text.slice(start, text.length - end)), text.slice(text.length - end)];
}

/** The lines of a unified diff as rows: [kind, line before, text before, line after, text after]. */
function rowsOf(lines) {
  const rows = [];
  let [left, right] = [0, 0];
  let gone = [];
  let added = [];
  const flush = () => {
    for (let i = 0; i < Math.max(gone.length, added.length); ++i)
      rows.push(["edit", gone[i], added[i]]);
    gone = [];
    added = [];
  };
  for (const line of lines) {
    const text = line.slice(1);
    if (line[0] === "-") gone.push([left++, text]);
    else if (line[0] === "+") added.push([right++, text]);
    else if (line[0] === "\\") {
      const last = added.length > 0 ? added : gone.length > 0 ? gone : null;
      if (last) last[last.length - 1].push(text.trim());
    } else {
      flush();
      const place = line.match(/^@@ -(\d+)(?:,\d+)? \+(\d+)/);
      if (place) [left, right] = [Number(place[1]), Number(place[2])];
      rows.push(line[0] === "@" ? ["hunk", line] : ["same", [left++, text], [right++, text]]);
    }
  }
  flush();
  return rows;
}

function cells(kind, side, other) {
  const [sign, style] = kind === "gone" ? ["\u2212", "gone"] : kind === "new" ? ["+", "new"] : ["", ""];
  if (!side) return [el("td", { class: "no" }), el("td", { class: "sign" }), el("td")];
  const text = style && other ? marked(side[1], other[1]) : [side[1]];
  if (side[2]) text.push(el("span", { class: "quiet" }, ` (${side[2].toLowerCase()})`));
  const body = style ? el(style === "gone" ? "del" : "ins", {}, text) : text;
  return [el("td", { class: `no ${style}` }, String(side[0])), el("td", { class: `sign ${style}` }, sign),
    el("td", { class: `mono ${style}` }, body)];
}

function sideBySide(rows) {
  const heads = ["Line", "", "Before", "Line", "", "After"].map((text, i) =>
    el("th", { scope: "col", class: i % 3 === 0 ? "no" : i % 3 === 1 ? "sign" : "" },
      text || el("span", { class: "hidden" }, "Sign")));
  const body = rows.map(([kind, left, right]) => {
    if (kind === "hunk") return el("tr", { class: "hunk" }, el("td", { colspan: 6 }, code(left)));
    const edited = kind === "edit";
    return el("tr", {}, cells(edited && left ? "gone" : "", left, right), cells(edited && right ? "new" : "", right, left));
  });
  return [el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body)];
}

function oneColumn(rows) {
  const heads = ["Line", "", "Text"].map((text, i) => el("th", { scope: "col", class: ["no", "sign", ""][i] },
    text || el("span", { class: "hidden" }, "Sign")));
  const body = [];
  let waiting = [];  // lines after, which stand behind all lines before
  for (const [kind, left, right] of rows) {
    if (kind !== "edit") {
      body.push(...waiting);
      waiting = [];
    }
    if (kind === "hunk") body.push(el("tr", { class: "hunk" }, el("td", { colspan: 3 }, code(left))));
    else if (kind === "same") body.push(el("tr", {}, cells("", right)));
    else {
      if (left) body.push(el("tr", {}, cells("gone", left, right)));
      if (right) waiting.push(el("tr", {}, cells("new", right, left)));
    }
  }
  body.push(...waiting);
  return [el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body)];
}

/** A text's difference, side by side where there is room, with a button for the other way. */
function textDiff(lines, name) {
  const rows = rowsOf(lines);
  let wide = !window.matchMedia("(max-width: 40rem)").matches;
  const holder = el("table", { class: "diff" });
  const button = el("button", { type: "button" });
  const show = () => {
    holder.replaceChildren(el("caption", { class: "hidden" }, `Lines of ${name} that differ`),
      ...(wide ? sideBySide(rows) : oneColumn(rows)));
    button.textContent = wide ? "Show in one column" : "Show side by side";
  };
  button.addEventListener("click", () => {
    wide = !wide;
    show();
  });
  show();
  return [el("p", {}, button),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Difference of ${name}` }, holder)];
}

function rawDiff(lines, name) {
  const styles = { "-": "gone", "+": "new", "@": "hunk" };
  return el("pre", { class: "raw scroll", tabindex: "0", role: "region", "aria-label": `Difference of ${name}` },
    lines.map((line) => el("span", { class: `line ${styles[line[0]] || ""}` }, `${line}\n`)));
}

function contentOf(content, name) {
  const shown = [el("p", {}, content.summary)];
  for (const culprit of content.culprits)
    shown.push(el("div", { class: "culprit" }, el("p", {}, el("strong", {}, culprit.name), ": ", culprit.words),
      el("p", {}, "What to do: ", culprit.advice)));
  if (content.lines.length > 0)
    shown.push(content.form === "text" ? textDiff(content.lines, name) : rawDiff(content.lines, name));
  if (content.shortened) shown.push(el("p", { class: "quiet" }, "Something was left out: a limit was reached."));
  for (const part of content.parts)
    shown.push(el("div", { class: "part" }, el("p", {}, "in ", code(part.name)),
      contentOf(part.difference, part.name)));
  return shown.flat(2);
}

/* ---- Files ---- */

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

/* ---- Header, layout, sections without files ---- */

function differences(caption, list) {
  if (list.length === 0) return [];
  return [table(caption, ["What", "Where", "Before", "After", "In words"],
    list.map((one) => [one.what, one.where || "\u2013", code(one.before), code(one.after), one.words]),
    { Before: "value", After: "value" })];
}

function showRest() {
  const shown = [differences("Pins", data.pins),
    differences("Header: in no register", data.header), differences("Layout", data.layout),
    ...data.sections.map((section) => differences(
      `${section.name}, feeds ${section.registers.join(" and ") || "no register"}`, section.differences))].flat();
  byId("rest-body").append(...(shown.length > 0 ? shown : [el("p", {}, "Nothing differs here.")]));
}

showHead();
showImages();
showRegisters();
showFiles();
showRest();
showContents();
