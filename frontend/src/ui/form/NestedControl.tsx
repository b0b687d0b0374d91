import type { ControlProps } from "./context";
import classes from "./Nested.module.css";
import { ObjectFields } from "./ObjectFields";

/** An object inside a form: its fields, set off by a line. */
export function NestedControl({ schema, value, onChange, pointer }: ControlProps) {
  return (
    <div className={classes.nested}>
      <ObjectFields schema={schema} value={value} onChange={onChange} pointer={pointer} />
    </div>
  );
}
