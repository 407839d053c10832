// What the bundle holds, so that MathJax does not look for it elsewhere.
import { Loader } from "mathjax-full/js/components/loader.js";

Loader.preLoad(
  "loader", "startup", "core", "input/tex-base", "[tex]/ams", "[tex]/newcommand", "[tex]/noundefined", "[tex]/boldsymbol",
  "[tex]/configmacros", "output/svg", "output/svg/fonts/tex.js", "a11y/assistive-mml",
);
