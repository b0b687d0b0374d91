import { IconTrash } from "@tabler/icons-react";
import { remove as removeFrom } from "@/graph/edit";
import { type Command, hasSelection } from "./command";

export const remove: Command = {
  id: "remove",
  label: "remove",
  icon: IconTrash,
  shortcuts: ["Delete", "Backspace"],
  group: "edit",
  enabled: hasSelection,
  perform: (editor) => {
    const { nodes, edges, select } = editor.view();
    editor.document().change((draft) => removeFrom(draft, nodes, edges));
    select([]);
  },
};
