/** What is fetched when a tab of the training log is opened for the first time: the views and their style sheets. */
import { adoptStyles } from "../../ui/adopt_styles";
import classes from "../classes/classes.css?inline";
import { ClassesTab } from "../classes/classes_tab";
import cube from "../cube/cube.css?inline";
import { CubeTab } from "../cube/cube_tab";
import matrix from "../cube/matrix.css?inline";
import layers from "../layers/layers.css?inline";
import { LayersTab } from "../layers/layers_tab";
import training from "./training.css?inline";

adoptStyles([training, layers, classes, cube, matrix]);

export const VIEWS = { layers: LayersTab, classes: ClassesTab, cube: CubeTab };
