import { Agent } from "./joining.js";
import { manifest, work } from "./word-count.js";

const token = process.env.AGENTCLUSTER_TOKEN ?? "";
const overWebSocket = process.argv.includes("--websocket");

/** Load only the wire that is used: the WebSocket one needs no packages. */
async function opened() {
  if (overWebSocket) {
    const { wire } = await import("./websocket.js");
    return wire(process.env.AGENTCLUSTER_WS ?? "ws://127.0.0.1:8090/gateway/ws", token);
  }
  const { connect, wire } = await import("./grpc.js");
  return wire(connect(process.env.AGENTCLUSTER_GRPC ?? "127.0.0.1:50051", token, { tls: process.env.AGENTCLUSTER_TLS === "1" }));
}

const counted = async (input, context) => {
  console.log(`call ${context.callId}`);
  return work(input, context);
};
const agent = new Agent({ hello: { manifest }, work: counted, open: await opened() });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => agent.leave());
const why = await agent.serve();
process.exit(why ? 1 : 0);
