// The little that every page needs: theme, menu on small screens, closing notices, asking before
// something cannot be undone, finding a row of a long choice. Everything works without it, only less smoothly.
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest("[data-theme-switch]")) switchTheme();
  const toggler = target.closest("[data-toggles]");
  if (toggler) toggle(toggler);
  const closer = target.closest("[data-dismisses]");
  if (closer) closer.closest(".alert").remove();
  document.querySelectorAll("details.organisation-menu[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset?.filters);
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  list.querySelectorAll(".choices > label").forEach((row) => {
    row.hidden = !row.textContent.toLowerCase().includes(wanted) && !row.querySelector(":checked");
  });
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-filters]").forEach((filter) => { filter.hidden = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.organisation-menu[open]").forEach((menu) => { menu.open = false; });
});

// Good news goes by itself, unless somebody is reading it; an error stays until it is closed.
const READING = 8000;
new MutationObserver(fade).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", fade);

function fade() {
  document.querySelectorAll("#notices :is(.alert-success, .alert-info):not([data-fades]):not(:has(form))").forEach((notice) => {
    notice.dataset.fades = "";
    const leave = () => (notice.matches(":hover, :focus-within") ? setTimeout(leave, READING) : notice.remove());
    setTimeout(leave, READING);
  });
}

function switchTheme() {
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.bsTheme);
  document.dispatchEvent(new Event("themechange"));
}

function toggle(toggler) {
  const panel = document.getElementById(toggler.dataset.toggles);
  const shown = panel.classList.toggle("show");
  toggler.setAttribute("aria-expanded", String(shown));
}
