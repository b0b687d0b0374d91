import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconMaximize, IconMinus, IconPlus, type TablerIcon } from "@tabler/icons-react";
import { Panel, useReactFlow, useStore } from "@xyflow/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FIT } from "./keepInView";
import classes from "./ViewControls.module.css";

/** Zoom and fit, at the canvas's lower left; `children` are more buttons. */
export function ViewControls({ children }: { children?: ReactNode }) {
  const { t } = useTranslation("canvas");
  const flow = useReactFlow();
  return (
    <Panel position="bottom-left" className={classes.panel}>
      <ViewButton
        icon={IconMinus}
        label={t("command.zoomOut")}
        onClick={() => void flow.zoomOut({ duration: 120 })}
      />
      <Percent />
      <ViewButton
        icon={IconPlus}
        label={t("command.zoomIn")}
        onClick={() => void flow.zoomIn({ duration: 120 })}
      />
      <span className={classes.rule} />
      <ViewButton
        icon={IconMaximize}
        label={t("command.fitView")}
        onClick={() => void flow.fitView({ ...FIT, duration: 200 })}
      />
      {children}
    </Panel>
  );
}

/** How large the view is. By itself: panning and zooming would else render every button again for each frame. */
function Percent() {
  const { t } = useTranslation("canvas");
  const flow = useReactFlow();
  const percent = useStore(({ transform }) => `${Math.round(transform[2] * 100)}%`);
  return (
    <Tooltip label={t("command.zoomReset")}>
      <UnstyledButton
        className={classes.zoom}
        aria-label={`${percent}: ${t("command.zoomReset")}`}
        onClick={() => void flow.zoomTo(1, { duration: 120 })}
      >
        {percent}
      </UnstyledButton>
    </Tooltip>
  );
}

type ButtonProps = {
  icon: TablerIcon;
  label: string;
  onClick(): void;
  pressed?: boolean;
  disabled?: boolean;
};

export function ViewButton({ icon: Icon, label, onClick, pressed, disabled }: ButtonProps) {
  return (
    <Tooltip label={label}>
      <UnstyledButton
        className={classes.button}
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
      >
        <Icon size={16} stroke={1.7} />
      </UnstyledButton>
    </Tooltip>
  );
}
