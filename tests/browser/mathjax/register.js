// The packages of TeX that are switched on.
import { registerTeX } from "mathjax-full/components/src/input/tex/register.js";

registerTeX(["base", "ams", "newcommand", "noundefined", "boldsymbol", "configmacros"]);
