import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { type May, useMayOperate } from "@/wire/mayOperate";

interface Props extends Omit<ButtonProps, "children"> {
  children: ReactNode;
  onClick(): void;
  /** Why it cannot be done now, apart from who asks. */
  blocked?: string | undefined;
  /** Who may; without it, staff and operators of the cluster. */
  may?: May;
}

/** A button that changes the cluster: off, with the reason, for those who may only look. */
export function OperatorButton({ children, onClick, blocked = "", may: given, ...props }: Props) {
  const operate = useMayOperate();
  const { may, why } = given ?? operate;
  const reason = why || blocked;
  const off = !may || blocked !== "";
  return (
    <Tooltip label={reason} disabled={!reason} multiline maw={320}>
      <Button
        {...props}
        {...(off && { "data-disabled": true, "aria-disabled": true })}
        {...(reason && { "aria-description": reason })}
        onClick={(event) => (off ? event.preventDefault() : onClick())}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
