/** The same over a WebSocket: for browsers, and for Node.js with the WebSocket it has built in. No other packages. */

/** Open a socket to `url` (ws://host:port/gateway/ws) as a wire for `Agent`. */
export function wire(url, token) {
  return ({ onMessage, onEnd }) => {
    const socket = new WebSocket(url);
    const waiting = [];
    let ended = false;
    const end = (reason) => {
      if (ended) return;
      ended = true;
      onEnd(reason);
    };
    const send = (message) => {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
    };
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ type: "login", token }));
      for (const text of waiting.splice(0)) socket.send(text);
    });
    socket.addEventListener("message", ({ data }) => onMessage(JSON.parse(data)));
    socket.addEventListener("close", ({ reason }) => end(reason));
    // Not every WebSocket says "close" when it could not connect at all.
    socket.addEventListener("error", () => end(""));
    return { send, close: () => socket.close() };
  };
}
