// A button that prints the sheet.
const print = document.createElement("button");
print.type = "button";
print.className = "md-button pb-print";
print.textContent = "Print this sheet";
print.addEventListener("click", () => window.print());
document.querySelector(".pb-blanks").before(print);
