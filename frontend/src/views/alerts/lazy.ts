/** What is fetched when the short list of alerts is opened for the first time. */
import { adoptStyles } from "../../ui/adopt_styles";
import panel from "./panel.css?inline";

adoptStyles([panel]);

export { ShortList } from "./short_list";
