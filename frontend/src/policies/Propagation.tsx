import { Popover, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCloudOff, IconLoader2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { serverWords } from "@/i18n/serverWords";
import classes from "./PoliciesPage.module.css";
import { type Propagation as State, usePropagation } from "./wire";

/** Whether the newest set is in force in every process; opened, which process has which. */
export function Propagation({ number }: { number: number }) {
  const { t } = useTranslation("policies");
  const state = usePropagation().data;
  if (!state) return null;
  const { tone, icon: Icon, words } = standing(state, number, t);
  return (
    <Popover position="bottom-end" width={460} shadow="md">
      <Popover.Target>
        <UnstyledButton className={classes.state} data-tone={tone}>
          <Icon size={15} aria-hidden />
          <span role="status">{words}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        {!state.known && <p className={classes.quiet}>{serverWords("", state.detail)}</p>}
        <table className={classes.table}>
          <thead>
            <tr>
              <th>{t("state.process")}</th>
              <th>{t("state.host")}</th>
              <th>{t("state.set")}</th>
              <th>{t("state.from")}</th>
            </tr>
          </thead>
          <tbody>
            {state.processes.map((each) => (
              <tr key={each.process} data-behind={each.number < state.number || undefined}>
                <td>{t(`role.${each.role}`, { defaultValue: each.role })}</td>
                <td className="mono">{`${each.host}:${each.pid}`}</td>
                <td className="mono">{each.number}</td>
                <td>
                  {t(`source.${each.source || "none"}`)}
                  {each.trouble && <div className={classes.warning}>{serverWords("", each.trouble)}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Popover.Dropdown>
    </Popover>
  );
}

type Words = ReturnType<typeof useTranslation<"policies">>["t"];

function standing(state: State, number: number, t: Words) {
  const count = state.processes.length;
  const set = Math.max(number, state.number);
  if (!state.known) return { tone: "amber", icon: IconCloudOff, words: t("state.unknown", { set }) };
  if (state.processes.some((each) => each.trouble))
    return { tone: "amber", icon: IconAlertTriangle, words: t("state.trouble", { set }) };
  if (state.behind > 0)
    return {
      tone: "amber",
      icon: IconLoader2,
      words: t("state.behind", { behind: state.behind, count, set }),
    };
  if (set === 0 || state.everywhere_ms === null || count === 0)
    return { tone: "grey", icon: IconCircleCheck, words: t("state.none", { count }) };
  const seconds = Math.max(0.1, (state.everywhere_ms - state.at_ms) / 1000);
  return {
    tone: "green",
    icon: IconCircleCheck,
    words: t("state.everywhere", {
      set,
      count,
      seconds: seconds < 10 ? seconds.toFixed(1) : Math.round(seconds),
    }),
  };
}
