import { addHandler } from "./addHandler";
import { alignBottom } from "./alignBottom";
import { alignCentre } from "./alignCentre";
import { alignLeft } from "./alignLeft";
import { alignMiddle } from "./alignMiddle";
import { alignRight } from "./alignRight";
import { alignTop } from "./alignTop";
import { autoLayout } from "./autoLayout";
import { clearSelection } from "./clearSelection";
import type { Command } from "./command";
import { configure } from "./configure";
import { connectStep } from "./connectStep";
import { copy } from "./copy";
import { cut } from "./cut";
import { duplicate } from "./duplicate";
import { exportJson } from "./exportJson";
import { exportYaml } from "./exportYaml";
import { findStep } from "./findStep";
import { fitView } from "./fitView";
import { graphSettings } from "./graphSettings";
import { importJson } from "./importJson";
import { nextProblem } from "./nextProblem";
import { nudges } from "./nudge";
import { paste } from "./paste";
import { publish } from "./publish";
import { redo } from "./redo";
import { remove } from "./remove";
import { rename } from "./rename";
import { run } from "./run";
import { save } from "./save";
import { selectAll } from "./selectAll";
import { showProblems } from "./showProblems";
import { showShortcuts } from "./showShortcuts";
import { toggleMinimap } from "./toggleMinimap";
import { togglePalette } from "./togglePalette";
import { toggleSnap } from "./toggleSnap";
import { undo } from "./undo";
import { versions } from "./versions";
import { zoomIn } from "./zoomIn";
import { zoomOut } from "./zoomOut";
import { zoomReset } from "./zoomReset";

/** Everything the designer can do, in the order in which it is listed. */
export const COMMANDS: readonly Command[] = [
  run,
  publish,
  versions,
  graphSettings,
  save,
  exportJson,
  exportYaml,
  importJson,
  undo,
  redo,
  findStep,
  connectStep,
  addHandler,
  configure,
  cut,
  copy,
  paste,
  duplicate,
  rename,
  remove,
  selectAll,
  clearSelection,
  autoLayout,
  alignLeft,
  alignCentre,
  alignRight,
  alignTop,
  alignMiddle,
  alignBottom,
  ...nudges,
  fitView,
  zoomIn,
  zoomOut,
  zoomReset,
  toggleMinimap,
  toggleSnap,
  togglePalette,
  showProblems,
  nextProblem,
  showShortcuts,
];
