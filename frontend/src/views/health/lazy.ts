/** What is fetched when the tab Health is opened for the first time: its views and their style sheets. */
import { adoptStyles } from "../../ui/adopt_styles";
import panel from "../alerts/panel.css?inline";
import tasks from "../tasks/tasks.css?inline";
import health from "./health.css?inline";

adoptStyles([panel, health, tasks]);

export { HealthTab as View } from "./health_tab";
