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
