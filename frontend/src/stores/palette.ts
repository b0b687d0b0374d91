import type { SpotlightActionGroupData } from "@mantine/spotlight";
import { create } from "zustand";

type PaletteState = {
  /** Command groups the open page offers, by the page's own key. */
  groups: Record<string, SpotlightActionGroupData>;
  offer(key: string, group: SpotlightActionGroupData): void;
  withdraw(key: string): void;
};

export const usePaletteGroups = create<PaletteState>((set) => ({
  groups: {},
  offer: (key, group) => set(({ groups }) => ({ groups: { ...groups, [key]: group } })),
  withdraw: (key) =>
    set(({ groups }) => ({
      groups: Object.fromEntries(Object.entries(groups).filter(([name]) => name !== key)),
    })),
}));
