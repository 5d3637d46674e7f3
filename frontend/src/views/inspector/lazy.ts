/** What is fetched when the panel is opened for the first time: its views and their style sheets. */
import { adoptStyles } from "../../ui/adopt_styles";
import changes from "../compare/changes.css?inline";
import events from "../events/events.css?inline";
import detail from "./detail.css?inline";
import inspector from "./inspector.css?inline";
import table from "./table.css?inline";

adoptStyles([inspector, detail, table, changes, events]);

export { Inspector } from "./inspector";
