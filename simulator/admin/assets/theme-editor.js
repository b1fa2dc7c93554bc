// Saves the switches and settings of the theme editor and shows the preview again.
(function () {
  "use strict";
  const save = document.querySelector("[data-save]");
  save?.addEventListener("click", async () => {
    const settings = {};
    let embed = false;
    for (const card of document.querySelectorAll("[data-block]")) {
      const isOn = card.querySelector("[data-on]").checked;
      if (card.dataset.target === "section") settings[card.dataset.block + ".disabled"] = !isOn;
      else embed = embed || isOn;
    }
    for (const input of document.querySelectorAll("[data-setting]")) {
      const value = input.type === "checkbox" ? input.checked : input.value.trim();
      if (value !== "") settings[input.dataset.setting] = value;
    }
    save.disabled = true;
    await fetch("/_sim/theme", { method: "POST", body: JSON.stringify({ embed, settings }) });
    save.disabled = false;
    const preview = document.querySelector("[data-preview]");
    preview.src = preview.getAttribute("src");
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.textContent = "Saved";
    document.querySelector("[data-toasts]").append(toast);
    setTimeout(() => toast.remove(), 2500);
  });
})();
