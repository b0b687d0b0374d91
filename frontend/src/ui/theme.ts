import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  Loader,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Tooltip,
} from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eceefd",
  "#d9dcfb",
  "#b7bcf6",
  "#959cf0",
  "#7a83ec",
  "#5a66ea",
  "#4650d4",
  "#3a43bd",
  "#30389e",
  "#262c7c",
];

const red: MantineColorsTuple = [
  "#fdebec",
  "#fbd5d7",
  "#f5adb1",
  "#ee848a",
  "#e35d64",
  "#d13a42",
  "#c0272f",
  "#a31f27",
  "#861a20",
  "#6b151a",
];

const grey: MantineColorsTuple = [
  "#f6f7f9",
  "#eff1f5",
  "#e3e6ec",
  "#cbd1db",
  "#a9b1be",
  "#747d8c",
  "#616a79",
  "#485160",
  "#2b313c",
  "#1a1e26",
];

const dark: MantineColorsTuple = [
  "#e7e9ee",
  "#b1b8c4",
  "#8f98a7",
  "#7b8494",
  "#3a424f",
  "#272c36",
  "#1b1f27",
  "#15181e",
  "#101318",
  "#0e1014",
];

/** Enough to set a dialog off, little enough to still read what it is about. */
const overlayProps = { backgroundOpacity: 0.4 };

/** Mantine's theme, drawn from the tokens of tokens.css. */
export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, red, gray: grey, dark },
  fontFamily: "var(--ac-font)",
  fontFamilyMonospace: "var(--ac-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "20px" },
  headings: { fontFamily: "var(--ac-font)", fontWeight: "600" },
  radius: { xs: "4px", sm: "5px", md: "7px", lg: "10px", xl: "14px" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: "xs" }, styles: { root: { fontWeight: 550 } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: false, fz: 12, px: 8, py: 4 } }),
    Menu: Menu.extend({
      defaultProps: {
        shadow: "md",
        radius: "md",
        transitionProps: { transition: "pop", duration: 120 },
        // a menu may hold nothing but items: the first one is focused instead
        withInitialFocusPlaceholder: false,
      },
    }),
    Popover: Popover.extend({ defaultProps: { shadow: "md", transitionProps: { duration: 120 } } }),
    Modal: Modal.extend({
      defaultProps: {
        radius: "lg",
        centered: true,
        overlayProps,
        transitionProps: { transition: "pop", duration: 150 },
      },
    }),
    Drawer: Drawer.extend({ defaultProps: { overlayProps, transitionProps: { duration: 150 } } }),
    Loader: Loader.extend({ defaultProps: { size: "sm" } }),
    TextInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } },
    MultiSelect: { defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } },
    Autocomplete: { defaultProps: { size: "xs", comboboxProps: { shadow: "md" } } },
    TagsInput: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs", withThumbIndicator: false } },
    Checkbox: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs", withItemsBorders: false } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
  },
});

const TEXT = {
  "--mantine-color-body": "var(--ac-bg)",
  "--mantine-color-text": "var(--ac-text)",
  "--mantine-color-dimmed": "var(--ac-text-3)",
  "--mantine-color-placeholder": "var(--ac-placeholder)",
  "--mantine-color-anchor": "var(--ac-accent-text)",
  "--mantine-color-error": "var(--ac-red)",
  "--mantine-color-default": "var(--ac-surface)",
  "--mantine-color-default-hover": "var(--ac-hover)",
  "--mantine-color-default-color": "var(--ac-text)",
  "--mantine-color-default-border": "var(--ac-border-strong)",
  "--mantine-color-gray-light-color": "var(--ac-text-2)",
  "--mantine-color-gray-light-hover": "var(--ac-hover)",
  "--mantine-color-accent-text": "var(--ac-accent-text)",
  "--mantine-color-accent-light": "var(--ac-accent-soft)",
  "--mantine-color-accent-light-color": "var(--ac-accent-text)",
  "--mantine-color-accent-light-hover": "color-mix(in srgb, var(--ac-accent) 14%, transparent)",
};

/** Point Mantine's own variables to the tokens, in both colour schemes. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: TEXT, dark: TEXT });
