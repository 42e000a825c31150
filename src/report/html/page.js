/* ---- What it is, and why ---- */

function showHead() {
  byId("title").append(data.before.file, " \u2192 ", data.after.file);
  const moved = data.registers.filter((pcr) => pcr.moved).map((pcr) => pcr.name);
  const verdict = byId("verdict");
  verdict.classList.add(data.registers_moved ? "moved" : "kept");
  if (data.registers_moved) verdict.textContent = `\u2260 Different: ${moved.join(", ")} moved`;
  else if (data.same) verdict.textContent = OF_IMAGES ? "= The same, byte for byte" : "= Nothing that both pin differs";
  else verdict.textContent = `= Same measurements, different ${OF_IMAGES ? "files" : "pins"}`;
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

/* ---- All of it, from front to back ---- */

/** What only images have does not belong to the page of what pins one. */
function fitToPins() {
  byId("files").hidden = true;
  byId("registers-heading").textContent = "Registers of both";
  byId("rest-heading").textContent = "What else is pinned";
  const skip = document.querySelector(".skip");
  skip.href = "#rest";
  skip.textContent = "Skip to the pins";
}

if (!OF_IMAGES) fitToPins();
showHead();
showImages();
showRegisters();
showFiles();
showRest();
showContents();
