import { ActionIcon, Tabs } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Placement } from "@/graph/model";
import { useCatalogue } from "@/stores/catalogue";
import { useDocument } from "@/stores/document";
import { type InspectorTab, useView } from "@/stores/view";
import { IconChip } from "@/ui/IconChip";
import { lookOf } from "../kinds";
import { nodeTitle } from "../nodes/captions";
import { InputTab } from "./InputTab";
import classes from "./Inspector.module.css";
import { NodeProblems } from "./NodeProblems";
import { OutputTab } from "./OutputTab";
import { RunsTab } from "./RunsTab";
import { SettingsTab } from "./SettingsTab";
import { firstTab, tabsOf } from "./tabs";
import { useNodeForm } from "./useNode";

export const INSPECTOR = "inspector";

/** The forms of the selected step, at the canvas's right. */
export function Inspector({ placement }: { placement: Placement }) {
  const { t } = useTranslation("canvas");
  const form = useNodeForm(placement);
  const chosen = useView((state) => state.tab);
  const show = useView((state) => state.show);
  const select = useView((state) => state.select);
  const tabs = tabsOf(placement.kind);
  const tab = chosen && tabs.includes(chosen) ? chosen : firstTab(placement.kind);
  const body = useFocusedField(placement.id, tab);
  return (
    <aside id={INSPECTOR} className={classes.inspector} aria-label={t("inspector.label")}>
      <Head placement={placement} onClose={() => select([])} />
      <Tabs
        value={tab}
        onChange={(value) => show({ tab: value as InspectorTab })}
        classNames={{ root: classes.tabs ?? "", panel: classes.panel ?? "", tab: classes.tab ?? "" }}
        keepMounted={false}
      >
        <Tabs.List>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className={classes.body} ref={body}>
          <NodeProblems id={placement.id} kind={placement.kind} />
          <Tabs.Panel value="settings">
            <SettingsTab form={form} />
          </Tabs.Panel>
          <Tabs.Panel value="input">
            <InputTab form={form} />
          </Tabs.Panel>
          <Tabs.Panel value="output">
            <OutputTab form={form} />
          </Tabs.Panel>
          <Tabs.Panel value="runs">
            <RunsTab node={placement.id} />
          </Tabs.Panel>
        </div>
      </Tabs>
    </aside>
  );
}

function Head({ placement, onClose }: { placement: Placement; onClose(): void }) {
  const { t, i18n } = useTranslation("canvas");
  const fields = useDocument((state) => state.draft.fields[placement.id]) ?? {};
  const agent = useCatalogue((state) => state.agents.get(String(fields.agent ?? "")));
  const look = lookOf(placement.kind, agent);
  return (
    <header className={classes.head}>
      <IconChip icon={look.icon} tint={look.tint} />
      <div className={classes.words}>
        <h2 className={classes.title}>{nodeTitle(t, placement.kind, fields, agent, i18n.language)}</h2>
        <div className={`${classes.id} mono`}>{placement.id}</div>
      </div>
      <ActionIcon aria-label={t("inspector.close")} onClick={onClose}>
        <IconX size={16} />
      </ActionIcon>
    </header>
  );
}

/** Brings the field a problem points at into view, and puts the cursor into it. */
function useFocusedField(node: string, tab: InspectorTab) {
  const body = useRef<HTMLDivElement>(null);
  const focus = useView((state) => state.focus);
  useEffect(() => {
    if (!focus || focus.node !== node || !tab) return;
    const frame = requestAnimationFrame(() => {
      const field = nearest(body.current, focus.field);
      field?.scrollIntoView({ block: "center" });
      field?.querySelector<HTMLElement>("input, textarea, .cm-content, button")?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [focus, node, tab]);
  return body;
}

/** The field at a pointer, or the closest one around it. */
function nearest(body: HTMLElement | null, pointer: string): HTMLElement | null {
  for (let place = pointer; place && body; place = place.slice(0, place.lastIndexOf("/"))) {
    const field = body.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(place)}"]`);
    if (field) return field;
  }
  return null;
}
