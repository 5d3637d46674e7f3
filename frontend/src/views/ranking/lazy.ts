/** What is fetched when samples are ranked for the first time: the panel and its style sheet. */
import { adoptStyles } from "../../ui/adopt_styles";
import styles from "./ranking.css?inline";

adoptStyles([styles]);

export { RankingPanel } from "./ranking_panel";
