// The parts of MathJax that the book uses, in the order in which MathJax's own bundles import them.
import "mathjax-full/components/src/startup/init.js";
import "./preload.js";
import "mathjax-full/components/src/core/core.js";
import "mathjax-full/components/src/input/tex-base/lib/tex-base.js";
import "mathjax-full/components/src/input/tex/extensions/ams/ams.js";
import "mathjax-full/components/src/input/tex/extensions/newcommand/newcommand.js";
import "mathjax-full/components/src/input/tex/extensions/noundefined/noundefined.js";
import "mathjax-full/components/src/input/tex/extensions/boldsymbol/boldsymbol.js";
import "mathjax-full/components/src/input/tex/extensions/configmacros/configmacros.js";
import "./register.js";
import "mathjax-full/components/src/output/svg/svg.js";
import "mathjax-full/components/src/output/svg/fonts/tex/tex.js";
import "mathjax-full/components/src/a11y/assistive-mml/assistive-mml.js";
import "mathjax-full/components/src/startup/startup.js";
