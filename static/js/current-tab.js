// In a row of tabs that is wider than the screen, the open one is brought into view.

for (const tab of document.querySelectorAll(".tabs [aria-current], .settings-nav [aria-current]")) {
  const row = tab.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
