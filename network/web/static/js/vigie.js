// Entry: each behaviour looks for its own marks in the page. Every page works without any of this.

import { enhanceFinders } from "./finder.js";
import { enhanceLight } from "./light.js";
import { enhanceMenus } from "./menu.js";
import { enhanceUploads } from "./upload.js";

enhanceFinders();
enhanceLight();
enhanceMenus();
enhanceUploads();
