import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROTO = process.env.AGENTCLUSTER_PROTO ??
  fileURLToPath(new URL("../../../proto/agentcluster/v1/agent_service.proto", import.meta.url));
const MESSAGE_MAX = 4 * 1024 * 1024 + 16 * 1024;
/** Fields that hold JSON as text. */
const JSON_FIELDS = ["input", "output", "progress", "manifest", "data"];

/** Return a client of the gateway at `address` (host:port), and the metadata that goes with each call. */
export function connect(address, token, { tls = false } = {}) {
  const loaded = protoLoader.loadSync(PROTO, { keepCase: true, longs: Number, enums: String, oneofs: true, defaults: true });
  const { AgentService } = grpc.loadPackageDefinition(loaded).agentcluster.v1;
  const client = new AgentService(address, tls ? grpc.credentials.createSsl() : grpc.credentials.createInsecure(), {
    "grpc.max_receive_message_length": MESSAGE_MAX,
    "grpc.max_send_message_length": MESSAGE_MAX,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.initial_reconnect_backoff_ms": 250,
    "grpc.max_reconnect_backoff_ms": 2_000,
  });
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return { client, metadata };
}

/** Open the stream as a wire for `Agent`. */
export function wire({ client, metadata }) {
  return ({ onMessage, onEnd }) => {
    const stream = client.StreamUpdates(metadata);
    let ended = false;
    const end = (code) => {
      if (ended) return;
      ended = true;
      onEnd(code);
    };
    stream.on("data", (update) => onMessage({ type: update.update, ...read(update[update.update]) }));
    stream.on("error", (error) => end(error.metadata?.get("agentcluster-code")[0] ?? ""));
    stream.on("end", () => end(""));
    return {
      send: ({ type, ...fields }) => !ended && stream.write({ [type]: write(fields) }),
      close: () => stream.cancel(),
    };
  };
}

/** Ask an agent to do something; the same callId with the same input never runs twice. */
export function sendTask({ client, metadata }, { callId, agent, version = "", input, waitMs = 30_000 }) {
  return new Promise((done, fail) => {
    const request = { call_id: callId, agent, version, input: JSON.stringify(input), wait_ms: waitMs };
    client.SendTask(request, metadata, (error, answer) => (error ? fail(error) : done(read(answer))));
  });
}

function read(fields) {
  const parsed = { ...fields };
  for (const name of JSON_FIELDS) if (parsed[name]) parsed[name] = JSON.parse(parsed[name]);
  if (parsed.error) parsed.error = read(parsed.error);
  return parsed;
}

function write(fields) {
  const written = { ...fields };
  for (const name of JSON_FIELDS) if (written[name] !== undefined) written[name] = JSON.stringify(written[name]);
  if (written.error) written.error = write(written.error);
  return written;
}
