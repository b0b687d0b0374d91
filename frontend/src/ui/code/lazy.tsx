import { type ComponentProps, lazy, Suspense } from "react";
import classes from "./CodeField.module.css";

const LazyExpression = lazy(() => import("./ExpressionEditor"));
const LazyJson = lazy(() => import("./JsonEditor"));

/** The expression editor, loaded when first needed; its text shows meanwhile. */
export function ExpressionField(props: ComponentProps<typeof LazyExpression>) {
  return (
    <Suspense fallback={<div className={`${classes.field} mono`}>{props.value || "\u00a0"}</div>}>
      <LazyExpression {...props} />
    </Suspense>
  );
}

export function JsonField(props: ComponentProps<typeof LazyJson>) {
  return (
    <Suspense
      fallback={<div className={`${classes.field} mono`}>{JSON.stringify(props.value) ?? "\u00a0"}</div>}
    >
      <LazyJson {...props} />
    </Suspense>
  );
}
