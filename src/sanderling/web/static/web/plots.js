// Draw every element with class "plot": its options come from the JSON script that it names.
// <div class="plot" data-plot="opens-options" role="img" aria-label="…"></div>
// {{ options|json_script:"opens-options" }}
function drawPlots() {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "dark" : null;
  document.querySelectorAll(".plot[data-plot]").forEach((element) => {
    const options = JSON.parse(document.getElementById(element.dataset.plot).textContent);
    echarts.getInstanceByDom(element)?.dispose();
    const plot = echarts.init(element, theme, { renderer: "svg" });
    plot.setOption({ backgroundColor: "transparent", aria: { enabled: true }, ...options });
  });
}
document.addEventListener("DOMContentLoaded", drawPlots);
document.addEventListener("themechange", drawPlots);
window.addEventListener("resize", () => {
  document.querySelectorAll(".plot[data-plot]").forEach((e) => echarts.getInstanceByDom(e)?.resize());
});
