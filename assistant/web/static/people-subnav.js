// On a phone the managers' menu is wider than the screen: bring the page one is on into view.
document.querySelector(".subnav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
