"use strict";
// Everything shown is data from runs: it reaches the screen as text nodes only, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const panel = document.getElementById("panel");
const runs = new Map(data.runs.map((run) => [run.name, run]));
const inside = new Map(data.inside.map((e) => [e.run + "/" + e.at, e]));
const PAGE = 50;

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function letter(i) {
  return (i >= 26 ? letter(Math.floor(i / 26) - 1) : "") + String.fromCharCode(97 + (i % 26));
}

// Links lead to files beside the page; whatever a name holds, it stays a relative path.
function path(...parts) {
  return parts.map((part) => part.split("/").map(encodeURIComponent).join("/")).join("/");
}

// Columns that hold one value for all episodes are stored as that value.
function at(run, column, i) {
  const values = run.columns[column];
  return Array.isArray(values) ? values[i] : values;
}

function select(rule) {
  const found = [];
  for (const name of rule.runs) {
    const run = runs.get(name);
    if (!run) continue;
    for (let i = 0; i < run.n; i++) {
      const generation = at(run, "g", i);
      if (at(run, "p", i) !== rule.phase) continue;
      if (rule.scored && !at(run, "d", i)) continue;
      if (rule.first !== undefined && generation < rule.first) continue;
      if (rule.last !== undefined && generation > rule.last) continue;
      if (rule.tag && data.tags[at(run, "i", i)][rule.tag] !== rule.value) continue;
      found.push([run, i]);
    }
  }
  return found;
}

function shardLink(run, i) {
  const number = String(Math.floor(i / data.perShard)).padStart(3, "0");
  return path("episodes", `${run.name}-${number}.html`) + `#e${i}`;
}

// Where `inspect view` shows the episode: its log is the one of its skill's place, or the run's only one.
function sampleLink(run, i) {
  if (!data.viewer || at(run, "p", i) !== "eval") return null;
  const held = (log) => log.place && log.place[0] === at(run, "g", i) && log.place[1] === at(run, "c", i);
  const log = run.logs.find(held) || (run.logs.length === 1 ? run.logs[0] : null);
  if (!log) return null;
  const sample = encodeURIComponent(data.instances[at(run, "i", i)]);
  const href = `${data.viewer.address}/#/logs/${path(log.name)}/samples/sample/${sample}/${at(run, "k", i) + 1}/`;
  return make("a", { href, target: "_blank", rel: "noopener" }, "in Inspect");
}

function spentBy(run, i) {
  const tokens = at(run, "t", i);
  const dollars = at(run, "u", i);
  return (tokens ? ` · ${tokens.toLocaleString("en")} tokens` : "") + (dollars ? ` · $${dollars}` : "");
}

function turnsOf(episode, run, i) {
  const list = make("ol", { class: "turns" });
  const parts = [];
  for (const [observation, action, result, said, note] of episode.turns) {
    if (observation) parts.push(make("pre", {}, observation));
    list.append(
      make("li", {},
        make("span", { class: "action" }, action),
        said ? make("details", {}, make("summary", {}, "completion"), make("pre", {}, said)) : null,
        note ? make("p", { class: "hint" }, note) : null,
        make("pre", {}, result)));
  }
  parts.push(list);
  if (episode.left) parts.push(make("p", { class: "hint" }, `${episode.left} more turns: `, make("a", { href: shardLink(run, i) }, "the whole episode")));
  return parts;
}

function episodeItem(run, i) {
  const solved = at(run, "s", i);
  const known = inside.get(run.name + "/" + i);
  const sample = sampleLink(run, i);
  const place = `generation ${at(run, "g", i)}, candidate ${at(run, "c", i)}, rollout ${at(run, "k", i)}`;
  return make("li", { class: solved ? "solved" : "failed" },
    make("div", {}, data.instances[at(run, "i", i)]),
    make("div", { class: "facts" },
      make("b", {}, solved ? "solved" : "failed"),
      ` · reward ${at(run, "v", i)} · ${at(run, "n", i)} steps · ${data.stops[at(run, "e", i)]} · ${run.name} · ${place}${spentBy(run, i)} · `,
      make("a", { href: shardLink(run, i) }, "all turns"), sample ? " · " : null, sample),
    known ? make("details", {}, make("summary", {}, `${known.turns.length} turns here`), turnsOf(known, run, i)) : null);
}

function openPanel(title, ...children) {
  panel.replaceChildren(
    make("div", { class: "bar" },
      make("h2", { id: "panel-title" }, title),
      make("button", { class: "plain", type: "button", onclick: () => panel.close() }, "Close")),
    make("div", {}, children));
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
}

function showEpisodes(title, rule) {
  const all = select(rule);
  const list = make("ul", { class: "episodes" });
  const more = make("button", { class: "plain", type: "button", onclick: () => extend() }, "Show more");
  const filters = make("div", { class: "chips", role: "group", "aria-label": "Which episodes" });
  const solved = all.filter(([run, i]) => at(run, "s", i));
  const failed = all.filter(([run, i]) => !at(run, "s", i));
  const broken = all.filter(([run, i]) => data.stops[at(run, "e", i)].endsWith("_error"));
  let shown = all;
  let until = 0;
  function extend() {
    const next = shown.slice(until, until + PAGE);
    list.append(...next.map(([run, i]) => episodeItem(run, i)));
    until += next.length;
    more.hidden = until >= shown.length;
  }
  function choose(of, button) {
    shown = of;
    until = 0;
    list.replaceChildren();
    for (const other of filters.children) other.setAttribute("aria-pressed", String(other === button));
    extend();
  }
  for (const [name, of] of [["all", all], ["solved", solved], ["failed", failed], ["errors", broken]]) {
    if (of === broken && !of.length) continue;
    const button = make("button", { type: "button", "aria-pressed": "false", onclick: () => choose(of, button) }, `${name} ${of.length.toLocaleString("en")}`);
    filters.append(button);
  }
  const sum = (column) => all.reduce((total, [run, i]) => total + at(run, column, i), 0);
  const dollars = sum("u");
  const spent = sum("t") || dollars
    ? make("p", { class: "hint" }, `Together ${sum("t").toLocaleString("en")} tokens` + (dollars ? ` and $${Number(dollars.toPrecision(6))}` : "") + `, over all instances and seeds.`)
    : null;
  openPanel(title, filters, spent, list, more, logsNode(rule.runs.flatMap((name) => (runs.get(name) || { logs: [] }).logs)));
  choose(all, filters.children[0]);
}

function logsNode(logs) {
  if (!logs.length) return null;
  const items = logs.slice(0, 20).map((log) => make("li", {}, make("a", { href: path(log.file) }, log.file)));
  const how = data.viewer
    ? ["Links “in Inspect” open a sample once this runs, started in the page's folder: ", make("code", {}, data.viewer.command)]
    : ["The runs stand in several folders: start inspect view over the logs of one of them."];
  return make("details", {}, make("summary", {}, "Inspect logs"), make("p", { class: "hint" }, how), make("ul", {}, items),
    logs.length > 20 ? make("p", { class: "hint" }, `and ${logs.length - 20} more`) : null);
}

// The rows of metrics.jsonl behind a number of a training, its own column first.
function showSteps(title, rule) {
  const rows = rule.places.map((place) => data.metrics[rule.run][place]);
  const names = [...new Set(["step", rule.quantity, ...rows.flatMap((row) => Object.keys(row))])];
  const text = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : value === undefined ? "" : String(value));
  const line = (row) => make("tr", {}, names.map((name, i) =>
    make(i ? "td" : "th", { class: name === rule.quantity ? "right strong" : "right", scope: i ? null : "row" }, text(row[name]))));
  openPanel(title,
    make("p", { class: "hint" }, `${rule.quantity}, from ${rows.length} row${rows.length > 1 ? "s" : ""} of ${rule.run}/metrics.jsonl`),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Steps" },
      make("table", { class: "steps" },
        make("thead", {}, make("tr", {}, names.map((name) => make("th", { scope: "col", class: "right" }, name)))),
        make("tbody", {}, rows.map(line)))));
}

function cellNode(table, row, cell, column, notes, index) {
  const title = cell.more && cell.more.doubts ? cell.more.doubts : cell.more && cell.more.method;
  const behind = cell.episodes || cell.steps;
  const name = `${row[0].text} · ${column.title.replace("\n", " ")}: ${cell.text}`;
  const text = behind
    ? make("button", { class: "cell", type: "button", title: title || (cell.episodes ? "its episodes" : "its steps"),
        onclick: () => (cell.episodes ? showEpisodes : showSteps)(name, behind) }, cell.text)
    : cell.text;
  const marks = (cell.marks || []).map((mark) => notes.get(mark));
  return make(index ? "td" : "th",
    { class: [column.align === "right" ? "right" : "", cell.strong ? "strong" : ""].join(" ").trim() || null, scope: index ? null : "row", title: behind ? null : title },
    text, marks.length ? make("sup", {}, marks.join(",")) : null);
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number") return -1;
  if (typeof b === "number") return 1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

// Rows move within their section only: what may not be compared is never ranked together.
function sortBy(head, bodies, index) {
  const header = head.children[index];
  const order = header.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
  for (const other of head.children) other.setAttribute("aria-sort", other === header ? order : "none");
  for (const body of bodies) {
    const key = (row) => row.values[index];
    const empty = (row) => key(row) === undefined || key(row) === null || key(row) === "";
    const rows = body.rows.slice().sort((a, b) => {
      if (empty(a) || empty(b)) return empty(a) - empty(b);
      return order === "ascending" ? compare(key(a), key(b)) : compare(key(b), key(a));
    });
    body.node.append(...rows.map((row) => row.node));
  }
}

function tableNode(table) {
  const notes = new Map();
  for (const section of table.sections)
    for (const row of section.rows)
      for (const cell of row)
        for (const mark of cell.marks || []) if (!notes.has(mark)) notes.set(mark, letter(notes.size));
  const head = make("tr", {});
  const bodies = [];
  table.columns.forEach((column, index) => {
    head.append(make("th", { scope: "col", "aria-sort": "none", class: column.align === "right" ? "right" : null },
      make("button", { type: "button", title: column.help || null, onclick: () => sortBy(head, bodies, index) }, column.title)));
  });
  const sections = table.sections.map((section) => {
    const body = make("tbody", { class: section.kind });
    if (section.title)
      body.append(make("tr", { class: "section" }, make("th", { scope: "rowgroup", colspan: table.columns.length }, make("span", {}, section.title))));
    const rows = section.rows.map((row) => {
      const node = make("tr", {}, row.map((cell, i) => cellNode(table, row, cell, table.columns[i], notes, i)));
      body.append(node);
      return { node, values: row.map((cell) => (cell.value === undefined ? cell.text : cell.value)) };
    });
    bodies.push({ node: body, rows });
    return body;
  });
  const marks = [...notes].map(([text, mark]) => make("li", {}, make("sup", {}, mark), " ", text));
  return make("section", { id: "table-" + table.id },
    make("h3", {}, table.title),
    table.notes.map((note) => make("p", { class: "note" }, note)),
    make("p", { class: "caption" }, table.caption),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title },
      make("table", {}, make("thead", {}, head), sections)),
    marks.length ? make("ul", { class: "footnotes" }, marks) : null,
    make("p", { class: "downloads" }, ["csv", "tex", "md", "json"].map((kind) => make("a", { href: path("tables", `${table.id}.${kind}`) }, kind))));
}

function figureNode(figure) {
  const [light, dark] = data.pictures[figure.id];
  return make("figure", { id: "figure-" + figure.id },
    make("h3", {}, figure.title),
    figure.notes.map((note) => make("p", { class: "note" }, note)),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": figure.title },
      make("picture", {},
        make("source", { srcset: dark, media: "(prefers-color-scheme: dark)" }),
        make("img", { class: `wide-${figure.wide}`, src: light, alt: figure.title + ". The plotted data is in the files below." }))),
    make("figcaption", { class: "caption" }, figure.caption),
    make("p", { class: "downloads" }, ["png", "pdf", "csv", "json"].map((kind) => make("a", { href: path("figures", `${figure.id}.${kind}`) }, kind))));
}

function signed(value) {
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
}

function gain(value) {
  return make("span", { class: "gain " + (value > 0 ? "up" : value < 0 ? "down" : "") }, signed(value));
}

function rolloutList(run, title, indices) {
  return [make("div", {}, title),
    make("ul", {}, indices.slice(0, 12).map((i) =>
      make("li", {}, at(run, "s", i) ? "✓ solved" : "✗ failed", `, reward ${at(run, "v", i)}, ${at(run, "n", i)} steps (${data.stops[at(run, "e", i)]}) `,
        make("a", { href: shardLink(run, i) }, "turns")))),
    indices.length > 12 ? make("p", { class: "hint" }, `and ${indices.length - 12} more`) : null];
}

function lineageNode(lineage) {
  const run = runs.get(lineage.run);
  const node = make("details", { class: "lineage" },
    make("summary", {}, gain(lineage.gain), ` ${lineage.name} · ${lineage.instance} · ${lineage.run} · ${lineage.edits.length} edit${lineage.edits.length > 1 ? "s" : ""}`));
  // Built when it is opened: two dozen skills with all their versions are much text.
  node.addEventListener("toggle", () => {
    if (!node.open || node.children.length > 1) return;
    for (const edit of lineage.edits) {
      const pieces = edit.pieces.map(([kind, text]) => (kind === "same" ? text : make(kind === "in" ? "ins" : "del", {}, text)));
      node.append(make("div", { class: "step" },
        make("h4", {}, `Generation ${edit.generation}: `, gain(edit.gain), ` mean reward; ${edit.removed} words out, ${edit.added} in (${(100 * edit.size).toFixed(0)} % of both texts)`),
        make("div", { class: "diff" }, pieces),
        make("div", { class: "rollouts" }, rolloutList(run, "Rollouts that caused it", edit.before), rolloutList(run, "Rollouts under the new skill", edit.after),
          make("p", { class: "hint" }, `${edit.parent} → ${edit.child}, by ${edit.author}`))));
    }
  });
  return node;
}

function build() {
  const sections = [];
  if (data.notices.length)
    main.append(make("section", { class: "notices", id: "notices" }, make("h2", {}, "Notices"), make("ul", {}, data.notices.map((n) => make("li", {}, n)))));
  const last = data.tables.filter((t) => t.id === "runs");
  const tables = data.tables.filter((t) => t.id !== "runs");
  const parts = [
    ["results", "Results", tables.map(tableNode), "Numbers that are underlined open the episodes or training steps behind them; headings sort."],
    ["figures", "Figures", data.figures.map(figureNode), ""],
    ["skills", "Skill evolution", data.lineages.map(lineageNode),
      data.lineages.length ? `${data.lineages.length} of ${data.allLineages} lines of descent: those that gained most first, then those that lost most. Each step shows what changed, beside the rollouts that its author had seen.` : ""],
    ["sources", "Sources", last.map(tableNode), ""],
  ];
  for (const [id, title, nodes, hint] of parts) {
    if (!nodes.length) continue;
    sections.push([id, title]);
    main.append(make("section", { id }, make("h2", {}, title), hint ? make("p", { class: "hint" }, hint) : null, nodes));
  }
  document.getElementById("contents").append(make("ul", {}, sections.map(([id, title]) => make("li", {}, make("a", { href: "#" + id }, title)))));
}

panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
build();
document.documentElement.setAttribute("data-ready", performance.now().toFixed(0));
