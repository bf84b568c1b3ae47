package record

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
)

// TestAnEditToASmallerValueIsNotUndoneByTheCommonFields writes a record again
// as a node does: its changed content with the common fields as they were read.
func TestAnEditToASmallerValueIsNotUndoneByTheCommonFields(t *testing.T) {
	was, err := FieldsOf(1, &Comment{Text: "zzz"}, &Common{Origin: "form", Area: "RT002"})
	if err != nil {
		t.Fatal(err)
	}
	common, err := CommonOf(was)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := FieldsOf(2, &Comment{Text: "aaa"}, common)
	if err != nil {
		t.Fatal(err)
	}
	now := make(crdt.Fields)
	now.Join(was)
	now.Join(Edit(was, wanted, 2))
	got, err := Content(Kind_KIND_COMMENT, now)
	if err != nil || got.(*Comment).Text != "aaa" {
		t.Errorf("the comment says %q, %v", got.(*Comment).Text, err)
	}
	if again, err := CommonOf(now); err != nil || !proto.Equal(again, &Common{Origin: "form", Area: "RT002"}) {
		t.Errorf("the common fields are %v, %v", again, err)
	}
}
