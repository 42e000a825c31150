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

/* ---- From sections to registers ---- */

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
