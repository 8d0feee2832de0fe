"use strict";
(() => {
  const table = document.getElementById("spots-table");
  if (!table) return;
  const body = table.tBodies[0];
  const picture = document.getElementById("spots-picture");
  const dots = new Map([...document.querySelectorAll("circle.spot")].map((dot) => [dot.dataset.row, dot]));
  const filter = document.getElementById("filter");
  const folder = document.getElementById("folder");
  const count = document.getElementById("count");
  const figure = (row, column) => Number(row.cells[column].dataset.value ?? NaN);
  const rows = () => [...body.rows].filter((row) => !row.hidden);
  filter.form.hidden = false;
  filter.form.addEventListener("submit", (event) => event.preventDefault());

  const choose = (number) => {
    for (const one of document.querySelectorAll(".chosen")) one.classList.remove("chosen");
    const row = body.querySelector(`tr[data-row="${number}"]`);
    if (row) row.classList.add("chosen");
    if (dots.has(number)) dots.get(number).classList.add("chosen");
    return row;
  };
  for (const [number, dot] of dots) {
    dot.addEventListener("click", () => {
      const row = choose(number);
      if (row) row.focus();
    });
  }
  body.addEventListener("mouseover", (event) => {
    const row = event.target.closest("tr");
    if (row) choose(row.dataset.row);
  });

  // rows are walked with the arrow keys; one of them is reached with Tab
  const reach = (row) => { for (const one of body.rows) one.tabIndex = one === row ? 0 : -1; };
  reach(rows()[0]);
  body.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr");
    if (!row) return;
    reach(row);
    choose(row.dataset.row);
  });
  body.addEventListener("keydown", (event) => {
    const shown = rows();
    const place = shown.indexOf(document.activeElement);
    const next = {
      ArrowDown: shown[place + 1], ArrowUp: shown[place - 1], Home: shown[0], End: shown[shown.length - 1],
    }[event.key];
    if (place < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  // the picture is drawn anew for the rows that are shown, so that a folder fills it
  const svg = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const ticks = (highest) => {
    const step = highest >= 1 ? 10 ** Math.floor(Math.log10(highest)) : 1;
    return [...new Set([0, Math.floor(step / 4), step, 2 * step, 5 * step, 10 * step])].filter((one) => one <= highest);
  };
  const draw = () => {
    if (!picture) return;
    const { left, right, top, bottom } = Object.fromEntries(
      Object.entries(picture.dataset).map(([name, value]) => [name, Number(value)]));
    const drawn = rows().filter((row) => dots.has(row.dataset.row));
    const most = (column) => Math.max(0, ...drawn.map((row) => figure(row, column))) || 1;
    const [wide, high] = [most(1), most(4)];
    const x = (value) => left + Math.sqrt(value / wide) * (right - 10 - left);
    const y = (value) => bottom - Math.sqrt(value / high) * (bottom - top - 10);
    const places = new Set(drawn.map((row) => row.dataset.row));
    for (const [number, dot] of dots) dot.setAttribute("visibility", places.has(number) ? "visible" : "hidden");
    for (const row of drawn) {
      const dot = dots.get(row.dataset.row);
      dot.setAttribute("cx", x(figure(row, 1)).toFixed(1));
      dot.setAttribute("cy", y(figure(row, 4)).toFixed(1));
    }
    picture.querySelector("g.x").replaceChildren(...ticks(wide).map((one) => svg(
      "text", { x: x(one), y: bottom + 18, "text-anchor": "middle" }, one.toLocaleString("en"))));
    picture.querySelector("g.y").replaceChildren(...ticks(high).flatMap((one) => [
      svg("line", { x1: left, x2: right, y1: y(one), y2: y(one) }),
      svg("text", { x: left - 6, y: y(one) + 4, "text-anchor": "end" }, one.toLocaleString("en")),
    ]));
  };
  const narrow = () => {
    const wanted = filter.value.toLowerCase();
    const inside = folder && folder.value ? `${folder.selectedOptions[0].dataset.folder}/` : "";
    for (const row of body.rows) {
      const path = row.cells[0].textContent;
      row.hidden = !(path.startsWith(inside) && path.toLowerCase().includes(wanted));
    }
    const shown = rows();
    count.textContent = shown.length === body.rows.length ? "" : `${shown.length} of ${body.rows.length} files`;
    reach(shown[0]);
    draw();
  };
  filter.addEventListener("input", narrow);
  if (folder) folder.addEventListener("change", narrow);

  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const head = button.parentElement;
    const column = head.cellIndex;
    const now = head.getAttribute("aria-sort");
    // names begin with the first, figures with the largest; the second time it is the other way round
    const downwards = now === "none" ? column > 0 : now === "ascending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", downwards ? "descending" : "ascending");
    const value = (row) => (column ? Number(row.cells[column].dataset.value ?? -1) : row.cells[0].textContent);
    const order = (one, other) => {
      const [left, right] = [value(one), value(other)];
      return left < right ? -1 : left > right ? 1 : 0;
    };
    body.append(...[...body.rows].sort((one, other) => (downwards ? order(other, one) : order(one, other))));
    reach(rows()[0]);
  });
})();
