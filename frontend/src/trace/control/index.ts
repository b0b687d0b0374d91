import { again } from "./again";
import { cancel } from "./cancel";
import type { RunCommand } from "./command";
import { continueAsNew } from "./continueAsNew";
import { fork } from "./fork";
import { newest } from "./newest";
import { pause } from "./pause";
import { resume } from "./resume";
import { retry } from "./retry";
import { signal } from "./signal";
import { terminate } from "./terminate";

/** Everything that can be asked of a run, in the order in which it is listed. */
export const RUN_COMMANDS: readonly RunCommand[] = [
  pause,
  resume,
  signal,
  retry,
  again,
  newest,
  fork,
  continueAsNew,
  cancel,
  terminate,
];
