import { lazy, Suspense } from "react";
import classes from "./Contracts.module.css";
import type { SchemaType } from "./wire";

const Editor = lazy(() => import("./SchemaEditor"));

interface Props {
  text: string;
  type: SchemaType;
  label: string;
  /** Without it the text can only be read. */
  onChange?(text: string): void;
}

/** A schema with its colours; the plain text shows until these are loaded. */
export function SchemaCode(props: Props) {
  return (
    <Suspense fallback={<pre className={classes.code}>{props.text}</pre>}>
      <Editor {...props} />
    </Suspense>
  );
}
