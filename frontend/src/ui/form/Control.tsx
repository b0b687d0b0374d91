import type { Control as Kind } from "@/graph/formValue";
import { JsonField } from "@/ui/code/lazy";
import type { ControlProps } from "./context";
import { FileControl } from "./FileControl";
import { ListControl } from "./ListControl";
import { MapControl } from "./MapControl";
import { NestedControl } from "./NestedControl";
import {
  BooleanControl,
  EnumControl,
  LooseControl,
  NumberControl,
  TagsControl,
  TextControl,
} from "./scalars";
import { VariantControl } from "./VariantControl";

/** The control for a kind of value. */
export function Control({ control, ...props }: ControlProps & { control: Kind }) {
  switch (control) {
    case "file":
      return <FileControl {...props} />;
    case "enum":
      return <EnumControl {...props} />;
    case "boolean":
      return <BooleanControl {...props} />;
    case "number":
      return <NumberControl {...props} />;
    case "text":
    case "lines":
    case "date":
      return <TextControl {...props} how={control} />;
    case "tags":
      return <TagsControl {...props} />;
    case "list":
      return <ListControl {...props} />;
    case "object":
      return <NestedControl {...props} />;
    case "map":
      return <MapControl {...props} />;
    case "variants":
      return <VariantControl {...props} />;
    case "loose":
      return <LooseControl {...props} />;
    default:
      return (
        <JsonField
          value={props.value}
          onChange={props.onChange}
          label={props.label}
          invalid={props.invalid}
        />
      );
  }
}
