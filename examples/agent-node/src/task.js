/** `node src/task.js "<text>" [call id]`: ask the agent over gRPC; the same call id twice is answered once worked out. */
import { randomUUID } from "node:crypto";
import { connect, sendTask } from "./grpc.js";

const [text = "to be or not to be", callId = randomUUID()] = process.argv.slice(2);
const gateway = connect(process.env.AGENTCLUSTER_GRPC ?? "127.0.0.1:50051", process.env.AGENTCLUSTER_TOKEN ?? "");
try {
  const answer = await sendTask(gateway, { callId, agent: "word-count", input: { text } });
  console.log(JSON.stringify({ call_id: answer.call_id, status: answer.status, output: answer.output, error: answer.error }));
  process.exit(answer.status === "OK" ? 0 : 1);
} catch (error) {
  console.error(error.details ?? String(error));
  process.exit(1);
}
