/* The hub's table: j and k walk the rows, a letter opens what it names. ES5. */
(function () {
'use strict';
var d = document;
d.addEventListener('keydown', function (e) {
  if (/INPUT|TEXTAREA|SELECT/.test(e.target.tagName) || e.ctrlKey || e.altKey || e.metaKey || !/^[a-z]$/.test(e.key)) { return; }
  var rows = d.querySelectorAll('a.row'), at = [].indexOf.call(rows, d.activeElement), to = d.querySelector('[data-key="' + e.key + '"]');
  if (to) { to.click(); }
  if (rows.length && (e.key === 'j' || e.key === 'k')) { rows[Math.max(0, Math.min(rows.length - 1, at + (e.key === 'j' ? 1 : -1)))].focus(); }
});
}());
