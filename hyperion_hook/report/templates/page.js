"use strict";
(() => {
  const table = document.getElementById("spots-table");
  if (!table) return;
  const body = table.tBodies[0];
  const dots = new Map([...document.querySelectorAll("circle.spot")].map((dot) => [dot.dataset.row, dot]));
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
  const rows = () => [...body.rows].filter((row) => !row.hidden);
  const reach = () => body.rows.length && rows().forEach((row, place) => { row.tabIndex = place === 0 ? 0 : -1; });
  reach();
  body.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr");
    if (row) choose(row.dataset.row);
  });
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const shown = rows();
    const next = step && shown[shown.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  document.getElementById("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const row of body.rows) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      const dot = dots.get(row.dataset.row);
      if (dot) dot.style.display = row.hidden ? "none" : "";
    }
    reach();
  });
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const head = button.parentElement;
    const downwards = head.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", downwards ? "descending" : "ascending");
    const value = (row) => {
      const text = row.cells[head.cellIndex].textContent;
      return head.cellIndex ? Number(text) || -1 : text;
    };
    const sorted = [...body.rows].sort((one, other) => {
      const [left, right] = [value(one), value(other)];
      const order = left < right ? -1 : left > right ? 1 : 0;
      return downwards ? -order : order;
    });
    body.append(...sorted);
    reach();
  });
})();
