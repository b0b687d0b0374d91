// Copies the text of the element a button names; where the clipboard is closed (plain HTTP), selects it instead.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "✓ " + button.textContent.replace("✓ ", "");
    } catch {
      window.getSelection().selectAllChildren(source);
    }
  });
}
