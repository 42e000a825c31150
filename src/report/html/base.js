"use strict";

// Draws the page from the document that stands in the element #data: what `reproduce diff --json`
// prints, schema reproduce/diff/1. All text of it may be hostile: it becomes text nodes and values
// of attributes that hold no code, never markup.
//
// The files beside this one follow it in the same script, in the order that html_files.S has:
// drawings.js, content.js, files.js, page.js. Here is what all of them need.

const data = JSON.parse(document.getElementById("data").textContent);

// Locks, registers and documents only pin an image: of them there are registers and pins to show.
const OF_IMAGES = [data.before, data.after].every((side) => side.kind === "enclave-image");

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
