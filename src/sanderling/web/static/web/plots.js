// Draw every element with class "plot": its options come from the JSON script that it names.
// <div class="plot" data-plot="opens-options" role="img" aria-label="…"></div>
// {{ options|json_script:"opens-options" }}
// Numbers and days on the axes are written as the page's language writes them.
// Told apart without red and green.
const IN_THE_LIGHT = ["#0b6e75", "#e0a030", "#b6465f"];
const IN_THE_DARK = ["#4fb8c0", "#f0b84a", "#e88aa0"];
const DAY = /^\d{4}-\d\d-\d\d$/;

function drawPlots() {
  const isDark = document.documentElement.dataset.bsTheme === "dark";
  document.querySelectorAll(".plot[data-plot]").forEach((element) => {
    const options = JSON.parse(document.getElementById(element.dataset.plot).textContent);
    options.color = isDark ? IN_THE_DARK : IN_THE_LIGHT;
    [options.xAxis, options.yAxis].forEach(write);
    echarts.getInstanceByDom(element)?.dispose();
    const plot = echarts.init(element, isDark ? "dark" : null, { renderer: "svg" });
    plot.setOption({ backgroundColor: "transparent", aria: { enabled: true }, ...options });
  });
}

function write(axis) {
  const language = document.documentElement.lang;
  if (axis?.type === "value") axis.axisLabel = { formatter: (value) => value.toLocaleString(language), ...axis.axisLabel };
  if (axis?.type === "category" && DAY.test(axis.data[0]))
    axis.axisLabel = { formatter: (day) => new Date(`${day}T12:00`).toLocaleDateString(language, { day: "numeric", month: "short" }), ...axis.axisLabel };
}
document.addEventListener("DOMContentLoaded", drawPlots);
document.addEventListener("themechange", drawPlots);
window.addEventListener("resize", () => {
  document.querySelectorAll(".plot[data-plot]").forEach((e) => echarts.getInstanceByDom(e)?.resize());
});
