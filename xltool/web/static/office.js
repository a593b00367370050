// The little that pages do beyond what they do without it: files dropped, progress as it comes, lines copied.
"use strict";

const drop = document.querySelector("form.drop");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const told = drop.querySelector(".chosen");
  const tell = () => {
    const count = input.files.length;
    told.textContent = count === 0 ? "还没有选" : count === 1 ? input.files[0].name : `选了${count}个文件`;
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const gathered = new DataTransfer();
    if (entries.some((entry) => entry && entry.isDirectory)) {
      for (const entry of entries) for (const file of await readEntry(entry)) gathered.items.add(file);
    } else {
      for (const file of event.dataTransfer.files) gathered.items.add(file);
    }
    input.files = gathered.files;
    tell();
    if (input.files.length) drop.requestSubmit();
  });
  tell();
}

// The files of a folder that was dropped, and of the folders in it.
async function readEntry(entry) {
  if (!entry) return [];
  if (entry.isFile) return [await new Promise((found, failed) => entry.file(found, failed))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const part = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (!part.length) return files;
    for (const each of part) files.push(...(await readEntry(each)));
  }
}

// What changes while a job is at work is fetched anew, as the page would show it, whenever the server says so.
const live = document.querySelector("[data-events]");
if (live) {
  const events = new EventSource(live.dataset.events);
  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, ""); // its nonce is not that of this page
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(part.id);
        if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      }
      document.title = page.title;
    }
    busy = false;
    if (again) { again = false; refresh(); }
  };
  events.addEventListener("changed", refresh);
  events.addEventListener("ended", () => { events.close(); location.reload(); });
}

// A text that stands on the page is copied by the button beside it, which says so; without script it is selected by hand.
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = "value" in source ? source.value : source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if ("select" in source) source.select();
    else getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
  document.getElementById("copied").textContent = "已复制：" + text;
  const word = button.textContent;
  button.textContent = "已复制";
  setTimeout(() => { button.textContent = word; }, 2000);
});
// A name is put where one is writing; without this it goes to the end of the text.
for (const button of document.querySelectorAll("button.insert")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const text = button.form.elements.text;
    text.setRangeText(button.value, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  });
}
