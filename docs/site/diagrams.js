// Draws what pages have as text: a reader without scripts sees the text.
for (const code of document.querySelectorAll("code.language-mermaid")) {
  const drawing = document.createElement("div");
  drawing.className = "mermaid";
  drawing.textContent = code.textContent;
  code.parentElement.replaceWith(drawing);
}
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
mermaid.run();
