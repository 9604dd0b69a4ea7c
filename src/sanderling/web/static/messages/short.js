// The preview of a short message follows the typing; without this script its button does the same.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("message-form");
  const telephone = document.getElementById("telephone");
  if (!form || !telephone) return;
  // What can be put in goes where the cursor was last; at first, into the text.
  let last = form.elements.text;
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input:not([type]), input[type=text]")) last = event.target;
  });
  document.addEventListener("click", (event) => {
    const piece = event.target instanceof Element && event.target.closest("[data-insert]");
    if (!piece || !last) return;
    last.setRangeText(piece.dataset.insert, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
    last.focus();
  });
  let timer = 0;
  let running = null;
  const later = () => { clearTimeout(timer); timer = setTimeout(preview, 500); };
  form.addEventListener("input", later);
  document.getElementById("reader")?.addEventListener("input", later);

  async function preview() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(telephone.dataset.url, { method: "POST", body: new FormData(form), signal: running.signal });
      if (answer.ok) telephone.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
});
