"use strict";
(() => {
  // on paper: every route with its bench sheets, not the reasons and records behind them
  addEventListener("beforeprint", () => {
    for (const d of document.querySelectorAll("details.route-card, details.sheet")) d.open = true;
  });
  // a link into a closed route opens it
  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  const data = document.getElementById("scene");
  const view = document.getElementById("view");
  if (!data || !view) return;
  const scene = JSON.parse(data.textContent);
  const colours = { Au: "#d8a520", Ag: "#b4bac2", Cu: "#c07238", Pt: "#7f95a8", Pd: "#5f8a8b", Cd: "#c9a86a",
    Hg: "#9a9ab5", Ni: "#6fae6f", Ir: "#5b6f9e", Rh: "#7d6f9e", Ru: "#4f8f8f", Re: "#5d7d8d", Os: "#566a8a",
    S: "#e8d44d", P: "#e08030", Cl: "#5cb85c", Br: "#a04030", N: "#5070d0", O: "#d04848", C: "#8a8578", H: "#cfcabf" };
  const metals = new Set(["Au", "Ag", "Cu", "Pt", "Pd", "Cd", "Hg", "Zn", "Ni", "Ir", "Rh", "Ru", "Os", "Re", "Co", "Fe", "Mn"]);
  try {
    const viewer = $3Dmol.createViewer(view, { backgroundAlpha: 0, backgroundColor: "white", antialias: true });
    const model = viewer.addModel(scene.xyz, "xyz");
    const atoms = model.selectedAtoms({});
    const present = [...new Set(atoms.map((a) => a.elem))];
    let ligands = true;
    const style = () => {
      for (const elem of present) {
        const color = colours[elem] || "#999";
        if (metals.has(elem)) viewer.setStyle({ elem }, { sphere: { scale: scene.is_idealised ? 0.42 : 0.5, color } });
        else if (["S", "P", "Se", "Cl", "Br"].includes(elem)) viewer.setStyle({ elem }, { sphere: { scale: 0.28, color }, stick: { radius: 0.09, color } });
        else viewer.setStyle({ elem }, ligands ? { stick: { radius: 0.07, color } } : {});
      }
    };
    style();
    const core = atoms.filter((a) => metals.has(a.elem));
    for (let i = 0; i < core.length; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const [a, b] = [core[i], core[j]];
        if (Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) < 3.15) {
          viewer.addCylinder({ start: a, end: b, radius: 0.1, color: colours[a.elem] || "#999", fromCap: 0, toCap: 0 });
        }
      }
    }
    viewer.rotate(18, "x");
    viewer.rotate(24, "y");
    viewer.zoomTo();
    viewer.zoom(1.15);
    viewer.render();
    view.dataset.atoms = String(atoms.length);
    const keys = document.querySelector(".view-keys");
    keys.hidden = false;
    const actions = {
      spin: (on) => viewer.spin(on ? "y" : false, 0.6),
      ligands: (on) => { ligands = on; style(); viewer.render(); },
    };
    keys.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      actions[button.dataset.view](on);
    });
  } catch (error) {
    view.textContent = "The 3D view needs WebGL, which this browser does not offer.";
  }
})();
