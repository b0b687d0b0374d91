/** The page's CSP nonce (templates/app.html puts it into a meta tag); empty in development. */
export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
