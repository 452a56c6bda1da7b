// Small helps where scripts run; every page is whole without them.
"use strict";

for (const pre of document.querySelectorAll("pre[data-copy]")) {
  if (!navigator.clipboard) break;
  const box = document.createElement("div");
  box.className = "copier";
  pre.replaceWith(box);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = pre.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = pre.dataset.copied;
    setTimeout(() => { button.textContent = pre.dataset.copy; }, 2000);
  });
  box.append(pre, button);
}

const today = new Date().toISOString().slice(0, 10);
for (const time of document.querySelectorAll("time[data-due]")) {
  if (time.dateTime < today) time.classList.add("is-overdue");
}
