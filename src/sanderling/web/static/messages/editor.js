// The editor of a message: colours for HTML with Velocity, and a preview that follows the typing.
// Without this script the text areas and the button "Preview" do the same by hand.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("message-form");
  const words = document.getElementById("preview-words");
  if (!form || !words) return;
  const editors = new Map();
  let last = null; // where the cursor was: an editor, or a plain field
  CodeMirror.defineMode("html-velocity", (config) =>
    CodeMirror.overlayMode(CodeMirror.getMode(config, "htmlmixed"), CodeMirror.getMode(config, "velocity")));
  form.querySelectorAll("textarea[data-editor]").forEach((area) => {
    const editor = CodeMirror.fromTextArea(area, { mode: "html-velocity", lineNumbers: true, lineWrapping: true });
    editor.getInputField().setAttribute("aria-label", area.labels[0]?.textContent || area.name);
    editor.on("change", () => { editor.save(); later(); });
    editor.on("focus", () => { last = editor; });
    editors.set(area.name, editor);
  });
  let timer = 0;
  let running = null;
  const later = () => { clearTimeout(timer); timer = setTimeout(preview, 700); };
  form.addEventListener("input", later);
  document.getElementById("reader")?.addEventListener("change", later);
  document.getElementById("params")?.addEventListener("input", later);
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input[name=subject], input[name=preheader], textarea[name=text]")) last = event.target;
  });
  document.addEventListener("click", (event) => {
    const piece = event.target instanceof Element && event.target.closest("[data-insert]");
    if (piece) insert(piece.dataset.insert);
    const place = event.target instanceof Element && event.target.closest("[data-go-to-line]");
    if (place) goTo(place.dataset);
  });

  async function preview() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(words.dataset.url, { method: "POST", body: new FormData(form), signal: running.signal });
      if (answer.ok) words.innerHTML = await answer.text();
      form.requestSubmit(document.getElementById("preview-button"));
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  function insert(text) {
    const field = last || editors.get("html");
    if (field instanceof Element) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else field.replaceSelection(text, "end");
    field.focus();
  }

  function goTo({ goToPart, goToLine, goToColumn }) {
    const editor = editors.get(goToPart);
    if (!editor) { form.elements[goToPart]?.focus(); return; }
    const line = Number(goToLine) - 1;
    editor.focus();
    editor.setCursor(line, Math.max(0, Number(goToColumn) - 1));
    editor.addLineClass(line, "background", "problem-line");
    setTimeout(() => editor.removeLineClass(line, "background", "problem-line"), 4000);
  }
  later();
});
