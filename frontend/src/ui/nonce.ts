/** The page's CSP nonce (templates/app.html puts it into a meta tag); empty in development. */
export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

/** Give the nonce to the libraries that look for it where webpack keeps it (scroll lock of dialogs). */
export function shareNonce(): void {
  const nonce = cspNonce();
  if (nonce) Object.assign(globalThis, { __webpack_nonce__: nonce });
}
