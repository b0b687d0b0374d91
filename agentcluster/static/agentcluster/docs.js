// Mounts Redoc on the API's OpenAPI document, in the colours of frontend/src/ui/tokens.css.
const target = document.getElementById("redoc");
const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const pick = (light, other) => (dark ? other : light);
const face = 'Inter, system-ui, "Noto Sans SC", sans-serif';

const colors = {
  primary: { main: pick("#4650d4", "#a0a9ff") },
  success: { main: pick("#167a3c", "#4fc58b") },
  warning: { main: pick("#925800", "#e8a93f") },
  error: { main: pick("#c0272f", "#ff8287") },
  text: { primary: pick("#1a1e26", "#e7e9ee"), secondary: pick("#485160", "#b1b8c4") },
  border: { dark: pick("#cbd1db", "#3a424f"), light: pick("#e3e6ec", "#272c36") },
};

window.Redoc.init(
  target.dataset.schema,
  {
    jsonSampleExpandLevel: 3,
    pathInMiddlePanel: true,
    requiredPropsFirst: true,
    theme: {
      spacing: { sectionVertical: 20 },
      colors,
      schema: {
        nestedBackground: pick("#f6f7f9", "#1b1f27"),
        linesColor: pick("#cbd1db", "#3a424f"),
        typeNameColor: colors.text.secondary,
        typeTitleColor: colors.text.secondary,
        requireLabelColor: colors.warning.main,
      },
      typography: {
        fontSize: "14px",
        lineHeight: "1.55",
        fontFamily: face,
        headings: { fontFamily: face, fontWeight: "600" },
        code: {
          fontSize: "12.5px",
          fontFamily: '"JetBrains Mono", ui-monospace, monospace',
          color: colors.text.primary,
          backgroundColor: pick("#f1f3f6", "#20252e"),
        },
        links: { color: pick("#3f49c8", "#a0a9ff"), hover: pick("#3a43bd", "#c1c7ff") },
      },
      sidebar: {
        backgroundColor: pick("#f6f7f9", "#0e1014"),
        textColor: colors.text.primary,
        activeTextColor: colors.primary.main,
      },
      rightPanel: { backgroundColor: pick("#1b1f27", "#101318") },
      codeBlock: { backgroundColor: "#0e1014" },
    },
  },
  target,
);
