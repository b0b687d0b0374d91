import { NodeResizer } from "@xyflow/react";
import { resize } from "@/graph/edit";
import { useDocument } from "@/stores/document";
import { useEditable } from "../model";

/** The handles around a container or a group that is selected. */
export function Resizer({ id, visible }: { id: string; visible: boolean }) {
  const editable = useEditable();
  const change = useDocument((state) => state.change);
  if (!editable) return null;
  return (
    <NodeResizer
      isVisible={visible}
      minWidth={220}
      minHeight={130}
      onResizeEnd={(_, { x, y, width, height }) =>
        change((draft) => resize(draft, id, { x: width, y: height }, { x, y }))
      }
    />
  );
}
