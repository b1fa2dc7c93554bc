// On every page of the simulated admin: the menu on small screens, and installing the app.
(function () {
  "use strict";
  document
    .querySelector("[data-nav-toggle]")
    ?.addEventListener("click", () => document.body.classList.toggle("nav-open"));
  document
    .querySelector("[data-nav-shade]")
    ?.addEventListener("click", () => document.body.classList.remove("nav-open"));
  document.querySelector("[data-install]")?.addEventListener("click", async (event) => {
    const button = event.target;
    button.disabled = true;
    button.textContent = "Installing…";
    const response = await fetch("/_sim/install", { method: "POST", body: '{"embed":false}' });
    if (response.ok) return window.location.assign("/admin");
    button.disabled = false;
    button.textContent = "Install";
    document.querySelector("[data-install-error]").textContent = (await response.json()).error || "That did not work.";
  });
})();
