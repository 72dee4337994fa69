/** How to get back in when the session has ended. */

import { element } from "../dom/element.js";

export function loginHelp() {
  return [
    element("p", {}, element("strong", {}, "Your session has ended.")),
    element("p", {}, "A login link works once, for ten minutes. Start ", element("code", {}, "chainrule up"),
      " again, which prints one, or run ", element("code", {}, "python -m service.login_link"), " where the service runs."),
  ];
}
