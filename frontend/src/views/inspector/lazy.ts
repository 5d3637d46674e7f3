/** What is fetched when the panel is opened for the first time: its views and their style sheets. */
import { adoptStyles } from "../../ui/adopt_styles";
import events from "../events/events.css?inline";
import detail from "./detail.css?inline";
import inspector from "./inspector.css?inline";

adoptStyles([inspector, detail, events]);

export { Inspector } from "./inspector";
