/** What a page that `hidden export --html` wrote runs: the same view as the tab's, of the one run that the page holds. */
import { addressBar } from "./bridge/tensorboard";
import { embeddedClient } from "./data/embedded";
import { mount } from "./mount";
import { startSession } from "./state/session";

startSession(mount(), addressBar(), embeddedClient());
