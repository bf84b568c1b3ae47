// Package web is the pages of a node, for the phones of a house and the
// laptops of a hub. They are an interface over the same [api.Desk] as the
// control socket: a page reads documents of package api and says them in words.
//
//	phone --- door.go ------- phones.go ------ page.go ------ board.go, item.go, ...
//	          is this a       which phone      find the        read the desk, or do
//	          request of      is it, and       page, render    what a form says and
//	          ours at all     what may it      its template    go on to a page
//
// Everything works as plain forms: a POST does something and redirects. The
// script live.js only adds: drafts that survive, news without reloading, one
// tap that counts once. It is ES5, and no feature depends on it, nor on a
// secure context, which plain http on a local network is not.
//
// # To add a page
//
// One file NAME.go with a [page] and what it reads, one templates/NAME.html
// that defines "NAME", its page in the list of pages.go, and its words, as
// web.NAME.*, in the catalogs. A template is given a [view]: {{.T "web.key"}}
// says something, {{.Page}} is what the page's get returned, {{.Was "field"}} is
// what was typed before something went wrong. What a neighbour wrote stands in
// <bdi> or under dir="auto".
//
// # Who may
//
// A phone shows a cookie that it was given once it was let in, by the code that
// the node shows where it runs or by a link from a phone that is in. Its role
// says what it may: see [Role]. A phone that is not in sees one page, with
// nothing of the household on it.
package web
