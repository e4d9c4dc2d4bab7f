// The page reads without this: it only offers a search through the cards.
(function () {
  var field = document.getElementById("find");
  var shots = Array.prototype.slice.call(document.querySelectorAll("article.shot"));
  field.parentNode.hidden = false;
  field.addEventListener("input", function () {
    var wanted = field.value.trim().toLowerCase();
    shots.forEach(function (shot) {
      shot.hidden = wanted !== "" && shot.textContent.toLowerCase().indexOf(wanted) < 0;
    });
  });
})();
