import { useEffect, useState } from "react";

/** What has the keys when this is opened gets them back when it is gone, also where it is not closed but taken away. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus();
    },
    [before],
  );
}
