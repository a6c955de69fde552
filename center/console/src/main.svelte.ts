// The page's entry: look, then App.
import { mount } from "svelte";
import App from "./App.svelte";
import "./look/fonts.css";
import "./look/tokens.css";
import "./look/page.css";
import { look } from "./look/theme.svelte.ts";

$effect.root(() => {
  $effect(() => {
    document.documentElement.dataset["theme"] = look.theme;
  });
});

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has no #page");
mount(App, { target: page });
