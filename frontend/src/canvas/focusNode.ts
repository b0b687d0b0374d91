/** Give the keys to a step's card, once it is drawn. */
export function focusNode(id: string): void {
  setTimeout(() => {
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
  }, 60);
}
