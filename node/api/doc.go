// Package api is the local interface of a node: what a household can do, for
// the command line and the pages, and the control socket it is done over.
//
//	[Desk]     the verbs (ask, pledge, arrived, ...) over a [Backend]
//	[Serve]    the same verbs as HTTP and JSON under /v1, on control.sock
//	[Client]   the same verbs again, spoken over that socket
//
// Every document carries its schema, as in "gotong.list/1"; within a number
// fields are only added. What fails is an RFC 9457 problem with a stable code
// (problem.go); words for people are made from the codes, elsewhere.
//
//	GET  /v1/openapi.yaml             all of this in detail, for programs (openapi.yaml)
//	GET  /v1/status                   how the node is
//	GET  /v1/peers                    the nodes it knows
//	GET  /v1/watch                    one line per change, until hung up
//	POST /v1/neighbourhoods           found a neighbourhood
//	POST /v1/neighbourhoods/join      join one by an invitation
//	POST /v1/invites                  make an invitation
//	GET  /v1/invites                  those that the household made
//	GET  /v1/people                   the households, their roles and devices
//	GET  /v1/devices                  the household's own, and what a new one is told
//	POST /v1/devices                  take a new device in, by its code
//	POST /v1/devices/pair             make this node a device of another's household
//	GET  /v1/hub                      the key by which this node is vouched for as a hub
//	POST /v1/hub/allow                vouch for a hub by its key
//	POST /v1/hub/leave                carry a neighbourhood no longer, as a hub
//	GET  /v1/household                how the own household shows itself
//	POST /v1/household                show it otherwise
//	POST /v1/vouches                  vouch for a household
//	POST /v1/revocations              put out a household or a device, close an invitation
//	POST /v1/mutes                    list a household's records here no longer, or again
//	GET  /v1/items                    requests and offers
//	GET  /v1/items/{id}               one of them, with its pledges and comments
//	POST /v1/photos                   attach the photo or document that is the body
//	GET  /v1/items/{id}/photos/{photo}   one of its photos, or with size=small its thumbnail
//	POST /v1/items/{id}/photos/{photo}/bring   bring it here; one line as it comes
//	GET  /v1/suggestions              what the household could do, or who could help whom
//	GET  /v1/totals                   what a month came to
//	POST /v1/totals                   write it down, as a steward
//	POST /v1/requests                 ask
//	POST /v1/offers                   offer
//	POST /v1/items/{id}/pledges       promise help
//	POST /v1/items/{id}/acceptances   say yes to a pledge
//	POST /v1/items/{id}/receipts      say that something arrived
//	POST /v1/items/{id}/comments      remark
//	POST /v1/items/{id}/contact       set what only accepted helpers read
//	POST /v1/items/{id}/seen          say that a person opened it
//	POST /v1/items/{id}/still         it is still needed, or still promised
//	POST /v1/items/{id}/progress      how far the helper of a pledge is
//	POST /v1/items/{id}/code          make the code by which a helper shows that it arrived
//	POST /v1/items/{id}/triage        a steward's judgement
//	POST /v1/items/{id}/links         it belongs to another one
//	POST /v1/items/{id}/copies        say it in another neighbourhood too
//	POST /v1/items/{id}/edit          change
//	POST /v1/items/{id}/withdraw      take back
//	POST /v1/items/{id}/close         end with a reason
//	GET  /v1/care                     how everybody is
//	POST /v1/checkins                 say how the own people are, or others that were seen
//	POST /v1/visits                   ask that somebody looks in on a neighbour
//	GET  /v1/rollcalls                roll calls, and who has not answered
//	POST /v1/rollcalls                call the roll
//	GET  /v1/rollcalls/{id}           one roll call
//	POST /v1/rollcalls/{id}/end       close an own one before its time
//	GET  /v1/thanks                   what neighbours thank one another for
//	POST /v1/thanks                   thank a household
//	GET  /v1/notices                  notices and alerts that hold now
//	GET  /v1/notices/{id}             one of them
//	POST /v1/notices                  tell everybody something, or take an alert in
//	POST /v1/notices/{id}/read        say that the household has read it
//	GET  /v1/moderation               what stewards say about records
//	POST /v1/records/{id}/moderation  hide, show, lock, warn; stewards only
//	GET  /v1/flags                    what neighbours flagged; stewards only
//	POST /v1/records/{id}/flags       tell the stewards that it harms
//	GET  /v1/events                   gatherings that are now or come; ?all=true for every one
//	GET  /v1/events/{id}              one of them, with its shifts and answers; ?on= names a time of it
//	POST /v1/events                   call neighbours together
//	POST /v1/events/{id}/times        give it other hours
//	POST /v1/events/{id}/off          call it off
//	POST /v1/events/{id}/answers      say whether the household comes
//	POST /v1/events/{id}/admissions   give an answer a place
//	POST /v1/events/{id}/attendance   say who came
//	GET  /v1/organisations            the organisations that show themselves
//	POST /v1/organisations            show the own household as one
//	GET  /v1/leaving                  what may leave the neighbourhood, for partners
//	GET  /v1/resources                what there is: things to lend, stocks, skills, places; ?all=true for what is gone
//	GET  /v1/resources/{id}           one of them, with who has it
//	POST /v1/resources                say that there is something
//	POST /v1/resources/{id}/stock     note what went in or out, or what was counted
//	POST /v1/resources/{id}/end       there is none of it any longer
//	POST /v1/resources/{id}/still     it is there as before
//	POST /v1/resources/{id}/loans     ask for some of it
//	POST /v1/resources/{id}/lend      say yes to who asked
//	POST /v1/resources/{id}/back      say that a loan is back
//	GET  /v1/members                  what people can do
//	POST /v1/members                  say what one of the household can do
//	GET  /v1/proposals                what is to be decided, with the counts
//	POST /v1/proposals                propose
//	GET  /v1/proposals/{id}           one proposal, with its votes
//	POST /v1/proposals/{id}/votes     vote, or record a sheet of votes
//	POST /v1/proposals/{id}/signatures sign the count
//	POST /v1/proposals/{id}/withdraw  take a proposal back
//	POST /v1/ballots/{id}/witnesses   confirm a sheet
//	GET  /v1/guides                   what neighbours learn from; ?all=true also what was replaced
//	GET  /v1/guides/{id}              one guide whole
//	POST /v1/guides                   write one
//	POST /v1/guides/{id}/recommendations  a steward's word on it
//	POST /v1/guides/{id}/end          take an own one back
//	GET  /v1/projects                 work of many hands; ?all=true also what has ended
//	GET  /v1/projects/{id}            one project, with its parts and how far it is
//	POST /v1/projects                 begin one
//	POST /v1/projects/{id}/parts      add a record or photos to it
//	POST /v1/projects/{id}/end        say that an own one has ended
//	GET  /v1/search                   records in which the words of ?text= stand
//	GET  /v1/backup                   what a restore needs, keys and all, in the clear
//	GET  /v1/carry                    a bundle of what is kept (protocol/bundle/SPEC.md)
//	POST /v1/carry                    take in the bundle that is the body
//	GET  /v1/carry/sealed             photos that are here for a stick, and those that should come by one
//	GET  /v1/carry/sealed/{address}   one of them, sealed
//	POST /v1/carry/sealed/{address}   take in the one that is the body
//
// "in" names the neighbourhood (query of a GET, member of a POST's body);
// without it the only one is meant, to carry all of them. An {id} is any prefix that fits one record.
package api
