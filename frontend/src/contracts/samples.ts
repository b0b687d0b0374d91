import type { SchemaType } from "./wire";

/** What an empty field shows: code, the same in every language. */
export const SAMPLE_NAME = "orders.created.v1";
export const SAMPLE_SIDE = "agent.text.input";
/** What an agent takes and gives, as a contract applies to it. */
export const SIDES = { input: "agent.<name>.input", output: "agent.<name>.output" } as const;
export const SAMPLE_PATTERN = "orders.*.v1";
export const ALERT_SUBJECT = "contract.alert.v1";
export const SAMPLE_VERSION = "1.0.0";
/** What a schema of each type calls another one it refers to. */
export const SAMPLE_REFERENCES: Readonly<Record<SchemaType, string>> = {
  AVRO: "com.example.Customer",
  PROTOBUF: "example/customer.proto",
  JSON: "customer.json",
};
export const SAMPLES: Readonly<Record<SchemaType, string>> = {
  AVRO: '{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}',
  PROTOBUF: 'syntax = "proto3";\nmessage Order { int64 id = 1; }',
  JSON: '{"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}',
};
