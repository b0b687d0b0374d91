import { expect, test } from "vitest";
import { runFields, startSchema } from "./startForm";

const schema = {
  type: "object",
  properties: {
    file: { type: "object", "x-type": "file", title: "Sales file", "x-accept": ".csv" },
    mode: { type: "string", enum: ["fast", "slow"], default: "fast" },
    names: { type: "array", items: { type: "string", maxLength: 9 }, minItems: 1 },
  },
  required: ["file"],
};

test("a schema comes back as it was, with the keywords the editor does not show", () => {
  expect(startSchema(runFields(schema), schema)).toEqual(schema);
});

test("another type takes the old keywords along only where they are its own", () => {
  const [file, ...rest] = runFields(schema);
  if (!file) throw new Error("no field");
  const after = startSchema([{ ...file, type: "string" }, ...rest], schema);
  expect(after.properties?.file).toMatchObject({ type: "string", title: "Sales file" });
  expect(after.properties?.file).not.toHaveProperty("x-type");
});
