/* What a script adds: drafts that survive, news without reloading, a tap that
   counts once. ES5. */
(function () {
'use strict';
var d = document, w = window, body = d.body, store, source;
try { store = w.localStorage; store.getItem('x'); } catch (e) { store = null; }
function each(list, f) { for (var i = 0; i < list.length; i++) { f(list[i]); } }
function all(what, f) { each(d.querySelectorAll(what), f); }
function id(name) { return d.getElementById(name); }
function attr(name) { return body.getAttribute('data-' + name); }
function say(name, text) { var p = id(name); if (p) { p.textContent = text; p.hidden = !text; } }

/* A draft is what differs from the page as it came. */
function fields(form, f) {
  each(form.elements, function (e) {
    var tick = /radio|checkbox/.test(e.type);
    if (e.name && !/hidden|file|submit/.test(e.type)) { f(e, tick ? e.name + '=' + e.value : e.name, tick ? 'checked' : 'value'); }
  });
}
function typed(form) {
  var kept = {};
  fields(form, function (e, key, what) { if (e[what] !== e.was) { kept[key] = e[what]; } });
  return JSON.stringify(kept);
}
function drafts() {
  all('form', function (form) {
    var name = form.getAttribute('data-draft'), key = 'draft ' + name, kept;
    if (form.ready) { return; }
    form.ready = 1;
    fields(form, function (e, k, what) { e.was = e[what]; });
    if (!store || !name) { return; }
    function keep() { store.setItem(key, typed(form)); }
    kept = JSON.parse(store.getItem(key) || '{}');
    fields(form, function (e, k, what) { if (k in kept) { e[what] = kept[k]; say('kept', attr('kept')); } });
    form.addEventListener('input', keep);
    form.addEventListener('change', keep);
    form.addEventListener('submit', function () { store.setItem('sent', key); });
  });
}
if (store && attr('said')) { store.removeItem(store.getItem('sent')); }

/* The form's name makes a second tap harmless; this spares the wait. */
d.addEventListener('submit', function (e) {
  function hold(on, after) { w.setTimeout(function () { each(e.target.querySelectorAll('button'), function (b) { b.disabled = on; }); }, after); }
  hold(true, 0);
  hold(false, 8000);
});

body.className = 'js';
d.addEventListener('click', function (e) {
  var from = e.target.getAttribute('data-copy'), t = d.createElement('textarea');
  if (!from) { return; }
  t.value = id(from).textContent.replace(/\s+/g, from === 'share' ? ' ' : '');
  body.appendChild(t);
  t.select();
  if (d.execCommand('copy')) { e.target.textContent = attr('copied'); }
  body.removeChild(t);
});

/* A page that hears of a change fetches its middle anew, unless somebody is
   writing in it. */
var box = id('part'), live = box.getAttribute('data-live');
function busy() {
  var on = d.activeElement, dirty = box.contains(on) && /INPUT|TEXTAREA|SELECT/.test(on.tagName);
  all('#part form', function (f) { dirty = dirty || typed(f) !== '{}'; });
  return dirty;
}
function renew() {
  var x = new XMLHttpRequest();
  x.open('GET', w.location.pathname + w.location.search);
  x.setRequestHeader('X-Gotong-Part', '1');
  x.onload = function () {
    var on = d.activeElement.id, open = [];
    if (x.status >= 500 || x.status === 401) { return; }
    if (busy()) { say('news', attr('news')); return; }
    all('#part details', function (e) { open.push(e.open); });
    box.innerHTML = x.responseText;
    all('#part details', function (e) { e.open = open.shift(); });
    if (on && id(on)) { id(on).focus(); }
    drafts();
  };
  x.send();
}
function news(what) { if (live === '*' || what === '*' || what === live) { renew(); } }
function listen() {
  if (!live || !w.EventSource || source) { return; }
  source = new w.EventSource('/live?since=' + box.getAttribute('data-since'));
  source.onmessage = function (e) { news(e.data); };
  source.onerror = function () { say('lost', attr('lost')); };
  source.onopen = function () { say('lost', ''); };
}
d.addEventListener('visibilitychange', function () {
  if (!d.hidden) { listen(); }
  else if (source) { source.close(); source = null; }
});
drafts();
listen();
}());
