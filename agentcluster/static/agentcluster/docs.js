// Mounts Redoc on the API's OpenAPI document, in the colours of frontend/src/ui/tokens.css.
const target = document.getElementById("redoc");
window.Redoc.init(
  target.dataset.schema,
  {
    hideDownloadButton: false,
    jsonSampleExpandLevel: 3,
    pathInMiddlePanel: true,
    requiredPropsFirst: true,
    sortTagsAlphabetically: true,
    theme: {
      colors: { primary: { main: "#4650d4" }, success: { main: "#167a3c" }, error: { main: "#c0272f" } },
      typography: {
        fontSize: "14px",
        fontFamily: 'Inter, system-ui, "Noto Sans SC", sans-serif',
        headings: { fontFamily: 'Inter, system-ui, "Noto Sans SC", sans-serif', fontWeight: "600" },
        code: { fontSize: "12.5px", fontFamily: '"JetBrains Mono", ui-monospace, monospace' },
        links: { color: "#3f49c8" },
      },
      sidebar: { backgroundColor: "#f6f7f9", textColor: "#1a1e26" },
      rightPanel: { backgroundColor: "#15181e" },
    },
  },
  target,
);
